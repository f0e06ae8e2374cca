// memory_config.h -- one DRAM device (all stacks or channels behind one chip), and the bounds that follow from it.
//
//   peak      = stacks x channels_per_stack x channel_bandwidth
//   sustained = peak x (1 - tRFC / tREFI)     all-bank refresh blocks a channel tRFC out of every tREFI [JESD235, JESD79]
//   capacity  = stacks x capacity_per_stack
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/memory/dram_config.h"
#include "sim/base/units.h"
#include "sim/config/visitor.h"

namespace presil::memory {

/// How much of the DRAM is simulated. All of them sit behind the same socket (models/api/memory.h).
enum class MemoryModel {
  channels,  ///< transaction level: every channel a FIFO server at the sustained rate (channel_memory.h)
  banked,    ///< banks, rows, refresh and controller from the file's `dram`; streams in closed form (streamed_memory.h)
  exact,     ///< the same, every burst of a stream as its controller serves it (remembered_memory.h)
};
inline constexpr std::array<std::string_view, 3> kMemoryModelNames{"channels", "banked", "exact"};

/// Parameters of one memory device. A "channel" is what transfers on its own: a pseudo-channel of HBM2 and later.
struct MemoryConfig {
  std::string name;
  std::vector<std::string> aliases;
  std::string standard;                   ///< "HBM2"; for the reader of a report only
  MemoryModel model{MemoryModel::channels};
  std::uint32_t stacks{1};                ///< HBM stacks; for DDR and LPDDR, packages or modules
  std::uint32_t channels_per_stack{};
  BytesPerSecond channel_bandwidth{};     ///< data pins of one channel, no refresh
  Bytes capacity_per_stack{};
  Bytes burst{};                          ///< smallest access: burst length x channel width
  Bytes interleave{256};                  ///< [assumed]
  Seconds read_latency{};
  Seconds write_latency{};
  Seconds refresh_interval{};             ///< tREFI
  Seconds refresh_time{};                 ///< tRFC, all banks
  std::uint32_t queue_depth{64};          ///< [assumed]
  JoulesPerBit energy{};                  ///< all inclusive
  JoulesPerBit phy{}, tsv{};              ///< of it: the interface at both ends, the way through the stack
  DramConfig dram;                        ///< banks and timings; needed by model banked

  void describe(config::Visitor& v);
};

inline std::uint32_t channels(const MemoryConfig& c) { return c.stacks * c.channels_per_stack; }
inline BytesPerSecond peak(const MemoryConfig& c) { return c.channel_bandwidth * static_cast<double>(channels(c)); }
/// Share of time in which a channel can transfer.
inline double refresh_factor(const MemoryConfig& c) { return 1 - c.refresh_time / c.refresh_interval; }
inline BytesPerSecond sustained(const MemoryConfig& c) { return peak(c) * refresh_factor(c); }
inline Bytes capacity(const MemoryConfig& c) { return c.capacity_per_stack * static_cast<double>(c.stacks); }

}  // namespace presil::memory
