// make_memory.cpp -- implementation of make_memory.h.
#include "models/memory/make_memory.h"

#include "models/memory/banked_memory.h"

namespace presil::memory {

std::unique_ptr<api::Memory> make_memory(sc_core::sc_module_name name, const MemoryConfig& config) {
  if (banked(config)) return std::make_unique<BankedMemory>(name, config);
  return std::make_unique<ChannelMemory>(name, config);
}

}  // namespace presil::memory
