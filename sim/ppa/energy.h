// energy.h -- counters times energy per event.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "sim/ppa/technology.h"

namespace presil::ppa {

/// What a machine did, in the units energy is charged in.
struct Activity {
  std::array<double, kFormatNames.size()> macs{};  ///< by format
  double vector_ops{};
  double macro_passes{}, macro_programmed{};  ///< of in-memory-compute macros (api::MacroCounters); their chips charge them
  double scratchpad_bytes{};
  double shared_bytes{};
  double network_byte_hops{};  ///< payload bytes times hops
  double memory_bytes{};
  double arithmetic_j{}, vector_j{}, shared_j{};  ///< of devices that charge these themselves; else 0
  double pim_j{};  ///< of units in memory
  Seconds time{};
};

/// What energy depends on beside the technology: memory as its data sheet says, wire lengths, the board at rest.
struct Rest {
  JoulesPerBit memory{};
  Millimetres hop_length{};  ///< of the on-chip network
  Watts idle{};
  JoulesPerBit memory_phy{}, memory_tsv{};  ///< parts of `memory`
};

struct EnergyPart {
  std::string name;
  Joules energy;
};

/// One part per component, in a fixed order: arithmetic, vector, scratchpad, shared SRAM, network, memory (its array), memory_phy,
/// memory_tsv, idle.
/// The total is their sum. Not modelled: clock tree and control beyond the board's idle power, voltage, throttling.
std::vector<EnergyPart> energy(const Activity& activity, const Technology& technology, const Rest& rest);

Joules total(const std::vector<EnergyPart>& parts);

}  // namespace presil::ppa
