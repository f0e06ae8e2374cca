// make_memory.cpp -- implementation of make_memory.h.
#include "models/memory/make_memory.h"

#include "models/memory/remembered_memory.h"
#include "models/memory/streamed_memory.h"
#include "sim/base/error.h"

namespace presil::memory {

std::unique_ptr<api::Memory> make_memory(sc_core::sc_module_name name, const MemoryConfig& config) {
  switch (config.model) {
    case MemoryModel::banked: return std::make_unique<StreamedMemory>(name, config);
    case MemoryModel::exact: return std::make_unique<RememberedMemory>(name, config);
    case MemoryModel::channels: return std::make_unique<ChannelMemory>(name, config);
  }
  throw InputError("memory '" + config.name + "': no such model");
}

}  // namespace presil::memory
