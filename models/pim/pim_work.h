// pim_work.h -- what is asked of a memory that computes, and what the same costs the host.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "models/pim/command_channel.h"

namespace presil::pim {

enum class PimOp : std::uint8_t { gemv, add, mul, relu };
inline constexpr std::array<std::string_view, 4> kPimOpNames{"gemv", "add", "mul", "relu"};

struct PimWork {
  PimOp op{};
  std::uint64_t out{}, in{1};   ///< of a GEMV; elementwise: `out` values
};

struct KernelTime {
  Tick ticks{};
  std::uint64_t activates{}, reads{}, writes{}, refreshes{};  ///< commands of one channel
};

/// Of everything a channel has done so far.
KernelTime kernel_time(const CommandChannel& channel);

/// The host's: every operand read once and the results written, through the same channel in single-bank mode; blocks
/// of a burst go round the channels, then the banks of a group, groups, columns, rows.
KernelTime host_time(const ChannelSpec& channel, std::uint32_t channels, std::uint32_t columns, std::uint64_t read_bytes,
                     std::uint64_t write_bytes, std::uint64_t burst_bytes);

/// Bytes that a host moves for it: operands of `value_bytes`, and results.
struct HostBytes {
  std::uint64_t read{}, written{};
};
HostBytes host_bytes(const PimWork& work, std::uint32_t value_bytes);

}  // namespace presil::pim
