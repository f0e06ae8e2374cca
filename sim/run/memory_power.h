// memory_power.h -- energies of a configured memory by command, as its supply currents give them (models/memory/dram_device.h).
#pragma once

#include "models/memory/memory_config.h"
#include "sim/ppa/memory_energy.h"

namespace presil::run {

/// By command where the file has currents, else its energy of a bit. Background: a row open in every channel, as controllers
/// with open pages keep them.
ppa::MemoryEnergy memory_energy(const memory::MemoryConfig& config);

}  // namespace presil::run
