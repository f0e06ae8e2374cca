// attention_plan.h -- how fused attention is cut into units, tiles of keys and waves.
#pragma once

#include <cstdint>
#include <string>

#include "models/npu/chip_config.h"
#include "sim/mapping/rates.h"
#include "workloads/ops/op.h"

namespace presil::mapping {

/// A unit is one block of query positions of one key/value head of one sequence, with all query heads that share
/// it: `block` positions x group rows. Keys and values pass by in tiles of `kv_tile`; scores never leave the core.
struct AttentionPlan {
  std::uint64_t block{};       ///< query positions of a unit
  std::uint64_t row_parts{1};  ///< a unit's rows are dealt to this many arrays (few heads, many arrays)
  std::uint64_t kv_tile{};
  double seconds{};            ///< predicted
  std::string text() const;
};

/// Vector work of a tile of scores, per (query row, key): scale, running maximum, subtract, sum; exp.
inline constexpr double kScoreSimpleOps = 4;
inline constexpr double kScoreSpecialOps = 1;
/// The same of the gradient: subtract the logarithm of the sum, scale, dP - D, times P, both to the format of the arrays.
inline constexpr double kGradientSimpleOps = 6;
/// Per row and value dimension and key tile: rescale the running result.
inline constexpr double kRescaleOps = 1;

AttentionPlan plan_attention(const workload::Attention& shape, Format format, double value_bytes, Home kv_home,
                             const npu::ChipConfig& chip, double tile_bytes);

/// Keys that a block of query positions [first, first + size) of the last q_len may see: [begin, end).
struct KeyRange { std::uint64_t begin, end; };
KeyRange visible_keys(const workload::Attention& shape, std::uint64_t first, std::uint64_t size);

}  // namespace presil::mapping
