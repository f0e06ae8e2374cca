// dram_device.h -- what follows from a memory's file once it has been read: ticks, address map, energy per command.
//
// Energy of a command, from supply currents [Micron, TN-41-01: Calculating Memory System Power for DDR3], VDD times
//   ACT and its PRE  IDD0 tRC - (IDD3N tRAS + IDD2N (tRC - tRAS))
//   RD               (IDD4R - IDD3N) BL         WR  (IDD4W - IDD3N) BL
//   REFab            (IDD5AB - IDD3N) tRFC; REFpb the same over the number of banks: the same rows, one bank at a time
//   background       IDD3N with a row open, IDD2N with none
// Currents are of a whole channel; a command of one of its p pseudo-channels moves a p-th of the data, opens a p-th of
// the row and costs a p-th. Beside the currents, `phy` and `tsv` for every bit moved. Where no currents are published:
// the memory's pJ/bit for every bit moved, which includes everything; `phy` and `tsv` are parts of it, `array` the rest.
// Not modelled: data-dependent energy, power-down; termination beyond what `phy` holds.
#pragma once

#include "models/memory/dram_channel.h"
#include "models/memory/memory_config.h"

namespace presil::memory {

/// Requires config.dram.given(). Throws InputError when it contradicts the rest of the file.
DramSpec dram_spec(const MemoryConfig& config);
AddressBits address_bits(const MemoryConfig& config);
std::uint64_t rows_of(const MemoryConfig& config);
/// Why dram_spec() or address_bits() would refuse, and the key that is to blame; empty if they would not.
struct DramFault {
  std::string key, text;
};
DramFault dram_fault(const MemoryConfig& config);

/// Address in the device to stack and address within it: blocks of `interleave` go round the stacks.
struct StackAddress {
  std::uint32_t stack;
  std::uint64_t address;
};
inline StackAddress stack_address(std::uint64_t address, std::uint64_t interleave, std::uint32_t stacks) {
  if (stacks == 1) return {0, address};
  const std::uint64_t block = address / interleave;
  return {static_cast<std::uint32_t>(block % stacks), block / stacks * interleave + address % interleave};
}

struct DramEnergy {
  double activate{}, read{}, write{}, refresh{}, background{};  ///< J, from currents
  double array{};                                               ///< J, all of these where there are no currents
  double phy{}, tsv{};
  double total() const { return activate + read + write + refresh + background + array + phy + tsv; }
};
/// Of commands counted over `channel_ticks` (elapsed ticks times channels).
DramEnergy dram_energy(const MemoryConfig& config, const DramSpec& spec, const DramCounters& counters, double channel_ticks);

}  // namespace presil::memory
