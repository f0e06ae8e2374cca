// attention_plan.cpp -- implementation of attention_plan.h.
#include "sim/mapping/attention_plan.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "models/systolic/fold_timing.h"
#include "sim/base/error.h"
#include "sim/base/integers.h"

namespace presil::mapping {

namespace {

/// Array cycles of one tile step of a unit: scores, then values.
double step_cycles(const npu::ChipConfig& chip, Format format, std::uint64_t rows, std::uint64_t keys,
                   const workload::Attention& shape) {
  const auto& array = chip.core.array;
  const double rate = array.rate[static_cast<std::size_t>(format)];
  const auto cycles = [&](systolic::GemmShape g) {
    const auto t = systolic::block_timing(g, array.shape, array.dataflow);
    return static_cast<double>(std::max(t.stream, systolic::next_start(t, t))) / std::min(rate, 1.0);
  };
  const double forward = cycles({rows, keys, shape.qk_dim});
  if (!shape.backward) return forward + cycles({rows, shape.v_dim, keys});
  return forward + cycles({rows, keys, shape.v_dim}) + cycles({keys, shape.v_dim, rows}) + cycles({rows, shape.qk_dim, keys}) +
         cycles({keys, shape.qk_dim, rows});
}

/// Bytes that a wave of units needs on chip, two tiles of keys and values deep.
double space(const workload::Attention& shape, double value_bytes, double units, double pairs, double rows, double keys) {
  const double kv = (static_cast<double>(shape.qk_dim) + (shape.shared_kv ? 0.0 : static_cast<double>(shape.v_dim))) * value_bytes;
  const double scores = rows * keys * 4;
  const double result = rows * static_cast<double>(shape.backward ? shape.qk_dim : shape.v_dim) * 4;
  const double queries = rows * static_cast<double>(shape.qk_dim + (shape.backward ? 2 * shape.v_dim : 0)) * value_bytes;
  if (shape.backward) {  // dP beside the scores, sums of dK and dV
    const double sums = keys * static_cast<double>(shape.qk_dim + shape.v_dim) * 4;
    return pairs * 2 * keys * kv + units * (3 * scores + 2 * result + 2 * queries + 2 * sums) + 4096;
  }
  return pairs * 2 * keys * kv + units * (2 * scores + 2 * result + 2 * queries) + 4096;
}

}  // namespace

KeyRange visible_keys(const workload::Attention& shape, std::uint64_t first, std::uint64_t size) {
  const std::uint64_t before = shape.kv_len - shape.q_len;  // keys older than the first query
  const std::uint64_t end = shape.causal ? before + first + size : shape.kv_len;
  std::uint64_t begin = 0;
  if (shape.window > 0 && before + first + 1 > shape.window) begin = before + first + 1 - shape.window;
  return {begin, end};
}

AttentionPlan plan_attention(const workload::Attention& shape, Format format, double value_bytes, Home kv_home,
                             const npu::ChipConfig& chip, double tile_bytes) {
  const Rates rates(chip);
  const std::uint64_t group = shape.heads / shape.kv_heads;
  const std::uint64_t pairs = shape.batch * shape.kv_heads;
  const std::uint64_t arrays = chip.arrays();
  AttentionPlan best;
  double best_seconds = std::numeric_limits<double>::infinity();
  // Tiles of fewer than 128 keys leave the arrays mostly idle: only where nothing larger fits.
  for (std::uint64_t least = 128; best.block == 0 && least > 0; least /= 2) {
    for (std::uint64_t block = 1; block < 2 * shape.q_len; block *= 2) {
      const std::uint64_t q = std::min(block, shape.q_len);
      const std::uint64_t blocks = ceil_div(shape.q_len, q);
      const std::uint64_t parts = std::min(group * q, std::max<std::uint64_t>(1, arrays / std::max<std::uint64_t>(1, pairs * blocks)));
      const std::uint64_t rows = ceil_div(group * q, parts);
      const double waves = static_cast<double>(ceil_div(pairs * blocks * parts, arrays));
      for (std::uint64_t tile = least; tile < 2 * std::max(shape.kv_len, least); tile *= 2) {
        const std::uint64_t keys = std::min(tile, shape.kv_len);
        const double in_core = static_cast<double>(chip.core.arrays);
        const double kv_copies = std::max(1.0, in_core / static_cast<double>(parts));
        if (space(shape, value_bytes, in_core, kv_copies, static_cast<double>(rows), static_cast<double>(keys)) > tile_bytes) break;
        // Tiles that the average block sees; causal blocks see about half of the rectangle.
        double tiles = 0;
        for (std::uint64_t b = 0; b < blocks; ++b) {
          const KeyRange range = visible_keys(shape, b * q, std::min(q, shape.q_len - b * q));
          tiles += static_cast<double>(range.end - range.begin) / static_cast<double>(keys);
        }
        tiles /= static_cast<double>(blocks);
        const double steps = waves * tiles;
        const double array = steps * step_cycles(chip, format, rows, keys, shape) / rates.clock;
        const double scores = static_cast<double>(rows) * static_cast<double>(keys) * in_core;
        const double rescale = static_cast<double>(rows) * static_cast<double>(shape.v_dim) * kRescaleOps * in_core;
        const double each = shape.backward ? kGradientSimpleOps : kScoreSimpleOps;
        const double vector = steps * chip.core.vector.cycles(scores * each + (shape.backward ? 0 : rescale), scores * kScoreSpecialOps) / rates.clock;
        const double per_value = shape.backward ? value_bytes + 8 : value_bytes;  // sums of the gradient come and go in fp32
        const double kv_bytes = steps * kv_copies * static_cast<double>(keys) * per_value *
                                (static_cast<double>(shape.qk_dim) + (shape.shared_kv ? 0.0 : static_cast<double>(shape.v_dim)));
        const double move = rates.seconds(kv_home, kv_bytes);
        const double sum = array + vector + move;
        const double slowest = std::max({array, vector, move});
        const double seconds = slowest + (sum - slowest) / std::max(1.0, steps) + rates.latency + steps * rates.latency / 16;
        if (seconds < best_seconds * (1 - 1e-6)) {
          best_seconds = seconds;
          best = {q, parts, keys, seconds};
        }
      }
    }
  }
  if (best.block == 0)
    throw CapacityError(fmt::format("attention with {} query heads per key head and dimension {} does not fit the {:.0f} B of scratchpad",
                                    group, shape.qk_dim, tile_bytes));
  return best;
}

std::string AttentionPlan::text() const {
  return fmt::format("fused; units of {} query positions{}, key tiles of {}", block,
                     row_parts > 1 ? fmt::format(" on {} arrays", row_parts) : "", kv_tile);
}

}  // namespace presil::mapping
