// placement.h -- where every tensor of a segment lives between its kernels, and at which address.
#pragma once

#include <cstdint>
#include <vector>

#include "models/npu/chip_config.h"
#include "sim/mapping/kernel.h"
#include "workloads/graph/graph.h"

namespace presil::mapping {

enum class Home : std::uint8_t {
  nowhere,  ///< never leaves its kernel
  memory,
  shared,
  local,  ///< in the scratchpad of the only core
  host,
};

struct Placement {
  std::vector<Home> home;              ///< by tensor
  std::vector<std::uint64_t> address;  ///< by tensor; in DRAM, also for those that live elsewhere
  std::uint64_t local_bytes{};         ///< scratchpad that local tensors take at their fullest moment
  std::uint64_t shared_bytes{};        ///< the same for shared SRAM
};

/// Share of a scratchpad that tensors may keep between kernels on a chip with one core and no shared SRAM; the
/// rest is for tiles. [assumed] the even split between resident and streaming data.
inline constexpr double kResidentShare = 0.5;

/// Weights and KV caches live in memory, the caches behind all else, so that nothing moves as they grow;
/// inputs and outputs of a pass on the host. An activation lives in shared SRAM (or, with one core and no
/// shared SRAM, in the scratchpad) from the kernel that makes it to the last that reads it when it fits
/// beside the others alive then, first come first served; otherwise in memory. Tensors a segment receives or
/// leaves behind are alive from its beginning or to its end.
Placement place(const workload::Graph& graph, const workload::Segment& segment, const std::vector<Kernel>& kernels,
                const npu::ChipConfig& chip);

}  // namespace presil::mapping
