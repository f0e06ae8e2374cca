// make_memory.h -- the memory model a configuration asks for.
#pragma once

#include <memory>

#include "models/api/memory.h"
#include "models/memory/memory_config.h"

namespace presil::memory {

/// Call during elaboration, inside the owner's constructor; bind its socket() before simulation starts.
std::unique_ptr<api::Memory> make_memory(sc_core::sc_module_name name, const MemoryConfig& config);

}  // namespace presil::memory
