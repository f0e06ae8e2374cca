// energy.h -- counters times energy per event.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "sim/ppa/memory_energy.h"
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
  double register_bytes{};     ///< taken by pipeline registers of processing elements
  double network_byte_hops{};  ///< payload bytes times hops
  double memory_bytes{}, memory_written{};  ///< on the pins; of them written
  double activates{};          ///< of DRAM rows; 0: not counted, every row is taken to be used whole
  double fabric_bytes{};       ///< sent to other devices
  double arithmetic_j{}, vector_j{}, shared_j{};  ///< of devices that charge these themselves; else 0
  double bare_j{};             ///< of arithmetic_j, the multiply-adds alone
  double register_j{};         ///< of the first two, register files
  double clock_j{}, leakage_j{};     ///< beside the board's idle power, of devices that charge these themselves, over
  double awake_s{};            ///< so many seconds
  double pim_j{}, pim_register_j{};  ///< of units in memory; of it their registers
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
  MemoryEnergy memory;
  Millimetres hop_length{};  ///< of the on-chip network
  Watts idle{};
  Bytes scratchpad_macro{}, shared_macro{};  ///< 0: 1 MiB
  JoulesPerBit link{};                       ///< of traffic to other devices
};

/// Bytes of a vector unit's register file for each operation: lanes are counted as two operations, a multiply-add of three
/// 32-bit operands and a result. [assumed] 16 B for two.
inline constexpr double kVectorRegisterBytes = 8;
/// Energy of control over that of arithmetic, vector operations and registers. [paper] Jouppi et al., ISCA 2017, figure 2: 2% of
/// the die of TPU v1 is control, 30% computes; [assumed] it switches as often.
inline constexpr double kControl = 2.0 / 30;

/// One part per component, in a fixed order: arithmetic, vector, registers, control, scratchpad, shared SRAM, network, links,
/// memory (memory_energy.h), idle.
/// The total is their sum. Not modelled: voltage, throttling; the clock tree is in static_power.h.
std::vector<EnergyPart> energy(const Activity& activity, const Technology& technology, const Rest& rest);

Joules total(const std::vector<EnergyPart>& parts);
/// Adds part by part, by name; a component that is not there yet takes the place it has in `parts`.
void add_parts(std::vector<EnergyPart>& sum, const std::vector<EnergyPart>& parts);

}  // namespace presil::ppa
