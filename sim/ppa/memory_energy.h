// memory_energy.h -- what DRAM costs by command.
//
//   activate     activates x energy of an ACT and its PRE; where they are not counted, bytes / row: every row used whole
//   read, write  bytes on the pins x 8 x energy of a bit, the array's
//   phy, tsv     bytes on the pins x 8 x energy of a bit, of either direction
//   at rest      background and refresh, whether anything moves or not: parts of the power at rest (static_power.h)
// Where a memory's supply currents are not published, one energy of a bit stands for all of its array.
#pragma once

#include <string>
#include <vector>

#include "sim/base/units.h"

namespace presil::ppa {

struct EnergyPart {
  std::string name;
  Joules energy;
};

/// Of one memory device, all its channels together.
struct MemoryEnergy {
  JoulesPerBit array{};        ///< where commands are not known: everything but phy and tsv
  JoulesPerBit phy{}, tsv{};
  Joules activate{};           ///< of one row of one channel
  JoulesPerBit read{}, write{};
  Bytes row{};                 ///< that an ACT opens
  Watts background{}, refresh{};
  bool by_command() const { return read.value > 0; }
};

/// memory_activate, memory_read, memory_write (or `memory` for these where commands are not known), memory_phy, memory_tsv.
/// `bytes` on the pins, `written` of them; `activates` 0: not counted.
std::vector<EnergyPart> memory_parts(const MemoryEnergy& memory, double bytes, double written, double activates);

}  // namespace presil::ppa
