// memory_area.h -- what a chip's inventory of silicon has of its memory: interfaces, their PHYs, the rate of
// their controllers.
#pragma once

#include "models/memory/memory_config.h"
#include "sim/ppa/area.h"
#include "sim/ppa/die.h"

namespace presil::memory {

/// Interfaces of the die, or as many as the memory has; the rate is that of all of them at the memory's pace.
void add_interfaces(ppa::Inventory& inventory, const ppa::DieConfig& die, const MemoryConfig& memory);

}  // namespace presil::memory
