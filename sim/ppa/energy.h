// energy.h -- counters times energy per event.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "sim/ppa/spikes.h"
#include "sim/ppa/technology.h"

namespace presil::ppa {

/// What a machine did, in the units energy is charged in.
struct Activity {
  std::array<double, kFormatNames.size()> macs{};  ///< by format
  double vector_ops{};
  double macro_passes{}, macro_programmed{};  ///< of in-memory-compute macros (api::MacroCounters); their chips charge them
  SpikeEvents spikes;          ///< of spiking cores; their chips charge them
  double scratchpad_bytes{};
  double shared_bytes{};
  double network_byte_hops{};  ///< payload bytes times hops
  double memory_bytes{};
  double fabric_bytes{};       ///< sent to other devices
  double arithmetic_j{}, vector_j{}, shared_j{};  ///< of devices that charge these themselves; else 0
  double pim_j{};  ///< of units in memory
  Seconds time{};

  Activity& add(const Activity& other, double times);
  /// Multiplies all that happens on the chip, as another supply makes each event cost; memory and time stay.
  void scale_on_chip(double factor);
};

/// Energy of a bit of a macro of so many bytes: bit lines and word lines grow with the root of the capacity, so
///   e(S) = small + (large - small) (sqrt S - sqrt 8 KiB) / (sqrt 1 MiB - sqrt 8 KiB)
/// within those two; larger memories are made of macros of 1 MiB. Within 6% of the 32 KB macros of the same tables (45 and 7
/// nm). Accesses are 64 bits or more, and wider ones cost the same per bit (256 bits of 8 KB at 28 nm: Keckler et al., 2011).
JoulesPerBit sram_energy(const Technology& technology, Bytes macro);

/// What energy depends on beside the technology: memory as its data sheet says, wire lengths, the board at rest.
struct Rest {
  JoulesPerBit memory{};
  Millimetres hop_length{};  ///< of the on-chip network
  Watts idle{};
  JoulesPerBit memory_phy{}, memory_tsv{};  ///< parts of `memory`
  Bytes scratchpad_macro{}, shared_macro{};  ///< 0: 1 MiB
  JoulesPerBit link{};                       ///< of traffic to other devices
};

struct EnergyPart {
  std::string name;
  Joules energy;
};

/// One part per component, in a fixed order: arithmetic, vector, scratchpad, shared SRAM, network, links, memory (its array),
/// memory_phy, memory_tsv, idle.
/// The total is their sum. Not modelled: clock tree and control beyond the board's idle power, voltage, throttling.
std::vector<EnergyPart> energy(const Activity& activity, const Technology& technology, const Rest& rest);

Joules total(const std::vector<EnergyPart>& parts);
/// Adds part by part, by name; a component that is not there yet takes the place it has in `parts`.
void add_parts(std::vector<EnergyPart>& sum, const std::vector<EnergyPart>& parts);

}  // namespace presil::ppa
