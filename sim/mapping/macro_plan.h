// macro_plan.h -- where weights lie in a chip of in-memory-compute macros, and how a product runs through them.
//
// Residency belongs to the whole model: B blocks of all its matrices against N on the chip (models/imc/macro_group.h).
//   B <= N   everything stays; floor(N / B) copies of each matrix share its vectors
//   B >  N   a share (1 - tile.reload) of the chip holds the same share of every matrix for good; the rest is written anew
//            from DRAM for each product, a part of at most half of it while the part before computes
// A chain of chips holds the layers one after another: N is of all of them, and a pass is handed over from one to the next.
// Keys and values of earlier tokens, where attention happens in macros, take blocks too; they stay if they fit beside the
// weights.
// A matrix is cut into strips, the blocks under one another of one column of blocks, which are dealt to as many cores as
// have an array for each block. A strip may be cut in 1, 2, 4... parts on several cores, whose partial sums go over the
// network: as often as it must to fit a core, more often where the predicted time is less.
#pragma once

#include <cstdint>
#include <string>

#include "models/npu/chip_config.h"
#include "sim/mapping/matmul_plan.h"
#include "workloads/graph/graph.h"

namespace presil::mapping {

struct WeightPlacement {
  double needed{};         ///< blocks of all matrices of the pass
  double present{};        ///< blocks of the chip, of all of a chain
  double chips{1};         ///< of a chain that hold the layers of one copy
  double resident{1};      ///< share of every matrix that stays
  std::uint64_t copies{1};
  double weight_bytes{};   ///< of those matrices, as stored in DRAM
  double cache{};          ///< blocks of keys and values of earlier tokens, where attention happens in macros
  bool cache_stays{false}; ///< they fit beside the weights; otherwise they are written from DRAM in every pass
};

/// Blocks of one head's keys (k as inputs, keys side by side) and values (keys as inputs) on macros.
struct CacheBlocks { std::uint64_t keys{}, values{}; };
CacheBlocks cache_blocks(const imc::MacroGroup& group, const workload::Attention& shape, std::uint64_t kv_len);

/// Does the product take weights, in a format that the chip's macros have? Is it attention that they do?
bool on_macros(const workload::Op& op, const npu::ChipConfig& chip);
bool attention_on_macros(const workload::Op& op, const npu::ChipConfig& chip);
WeightPlacement place_weights(const workload::Graph& graph, const npu::ChipConfig& chip);

/// One product with weights.
struct MacroPlan {
  std::uint64_t first{};        ///< core
  std::uint64_t cores{0};       ///< of one copy
  std::uint64_t copies{1};      ///< that share the vectors
  std::uint64_t strips{};       ///< of the whole matrix, of all products of a batch
  std::uint64_t deep{};         ///< blocks of a strip on one core
  std::uint64_t depth_parts{1}; ///< cores that a strip is cut over
  std::uint64_t resident{};     ///< strips of a core that stay
  std::uint64_t part{};         ///< strips that are written at once
  std::uint64_t rows{};         ///< vectors taken through a core at a time
  double seconds{};             ///< predicted
  bool used() const { return cores > 0; }
  /// Strips of the core `index` of a copy.
  std::uint64_t strips_of(std::uint64_t index) const;
  std::string text() const;     ///< for --explain
};

/// Throws CapacityError when a vector does not fit the `tile_bytes` of a core or a strip its macros.
MacroPlan plan_macros(const MatmulTask& task, const WeightPlacement& weights, const npu::ChipConfig& chip, double tile_bytes);

}  // namespace presil::mapping
