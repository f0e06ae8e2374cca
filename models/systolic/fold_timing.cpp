// fold_timing.cpp -- implementation of the fold timing (see fold_timing.h).
#include "models/systolic/fold_timing.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace presil::systolic {

namespace {

/// Extents of at most 2^32 keep every product below (at most four of them) within 128 bits.
__extension__ using Wide = unsigned __int128;
constexpr std::uint64_t kLargestExtent = std::uint64_t{1} << 32;

std::uint64_t narrow(Wide value) {
  if (value > std::numeric_limits<std::uint64_t>::max()) {
    throw std::overflow_error{"systolic: a cycle or element count of this GEMM exceeds 64 bits"};
  }
  return static_cast<std::uint64_t>(value);
}

void check(const GemmShape& gemm, const ArrayShape& array) {
  if (array.rows == 0 || array.columns == 0) {
    throw std::invalid_argument{"systolic: rows and columns must be >= 1"};
  }
  for (const std::uint64_t extent : {gemm.m, gemm.n, gemm.k}) {
    if (extent == 0) throw std::invalid_argument{"systolic: m, n and k must be >= 1"};
    if (extent > kLargestExtent) throw std::overflow_error{"systolic: m, n and k must be <= 2^32"};
  }
}

/// An extent cut into folds of `size`, the last one holding what is left.
struct Cut {
  Wide extent, size, count, last;
  Cut(std::uint64_t whole, std::uint32_t fold)
      : extent(whole), size(fold), count((extent + size - 1) / size), last(extent - (count - 1) * size) {}
  Wide first() const { return count > 1 ? size : last; }
  /// Sum of f over the folds.
  template <typename F>
  Wide sum(F f) const {
    return (count - 1) * f(size) + f(last);
  }
};

/// The latest end of a block of `outer.count` equal groups of folds. Within a group the last fold
/// ends last; all groups but the last are equally wide; so only the last two compete.
/// `tail`: that fold's S to its end, in a group of width 0.
Wide latest_end(Wide last_start, Wide group_period, Wide tail, const Cut& outer) {
  const Wide last = last_start + tail + outer.last;
  if (outer.count == 1) return last;
  return std::max(last, last_start - group_period + tail + outer.size);
}

/// `streamed` vectors pass stationary folds of `down` (rows, innermost) by `across` (columns).
BlockTiming stationary(Wide streamed, const Cut& down, const Cut& across, const ArrayShape& array) {
  const auto interval = [&](Wide preload) { return std::max(streamed, preload); };  // S_{i+1} - S_i
  const auto wait = [&](Wide preload) { return interval(preload) - streamed; };
  const Wide group_period = down.sum(interval);
  const Wide last_start = across.count * group_period - interval(down.first());
  const Wide exposed = across.count * down.sum(wait) - wait(down.first());
  const Wide tail = streamed + array.rows - 2;  // may wrap for 1 x 1; the sum does not

  BlockTiming t{};
  t.first_preload = narrow(down.first());
  t.stream = narrow(last_start + streamed);
  t.last_start = narrow(last_start);
  t.finish = narrow(latest_end(last_start, group_period, tail, across));
  t.exposed_preload = narrow(exposed);
  t.folds = narrow(down.count * across.count);
  t.macs = narrow(streamed * down.extent * across.extent);
  t.stationary_reads = narrow(down.extent * across.extent);
  t.streaming_reads = narrow(streamed * down.extent * across.count);
  t.output_writes = narrow(streamed * across.extent * down.count);
  t.output_reads = narrow(streamed * across.extent * (down.count - 1));
  t.steps = narrow(streamed);
  return t;
}

/// Folds of `down` (rows, innermost) by `across` (columns) outputs, each of `depth` steps.
BlockTiming output_stationary(Wide depth, const Cut& down, const Cut& across) {
  const auto interval = [&](Wide rows) { return std::max(depth, 2 * rows - 1); };  // S_{i+1} - S_i
  const Wide group_period = down.sum(interval);
  const Wide stream = across.count * group_period;
  const Wide last_start = stream - interval(down.last);
  const Wide tail = depth + 2 * down.last - 2;

  BlockTiming t{};
  t.stream = narrow(stream);
  t.last_start = narrow(last_start);
  t.finish = narrow(latest_end(last_start, group_period, tail, across));
  t.folds = narrow(down.count * across.count);
  t.macs = narrow(depth * down.extent * across.extent);
  t.streaming_reads = narrow(depth * (down.extent * across.count + across.extent * down.count));
  t.output_writes = narrow(down.extent * across.extent);
  t.steps = narrow(depth);
  t.outputs_free = narrow(last_start + depth + 2 * down.last - 1);
  return t;
}

Wide serialised(const GemmShape& gemm, const ArrayShape& array, Dataflow dataflow) {
  const Wide r = array.rows, c = array.columns;
  const auto folds = [&](std::uint64_t down, std::uint64_t across) {
    return Cut{down, array.rows}.count * Cut{across, array.columns}.count;
  };
  switch (dataflow) {
    case Dataflow::os: return folds(gemm.m, gemm.n) * (r + c + gemm.k - 2) - 1;
    case Dataflow::ws: return folds(gemm.k, gemm.n) * (2 * r + c + gemm.m - 2) - 1;
    case Dataflow::is: return folds(gemm.k, gemm.m) * (2 * r + c + gemm.n - 2) - 1;
  }
  throw std::invalid_argument{"systolic: unknown dataflow"};
}

}  // namespace

BlockTiming block_timing(GemmShape gemm, ArrayShape array, Dataflow dataflow) {
  check(gemm, array);
  const auto rows = [&](std::uint64_t extent) { return Cut{extent, array.rows}; };
  const auto columns = [&](std::uint64_t extent) { return Cut{extent, array.columns}; };
  switch (dataflow) {
    case Dataflow::ws: return stationary(gemm.m, rows(gemm.k), columns(gemm.n), array);
    case Dataflow::is: return stationary(gemm.n, rows(gemm.k), columns(gemm.m), array);
    case Dataflow::os: return output_stationary(gemm.k, rows(gemm.m), columns(gemm.n));
  }
  throw std::invalid_argument{"systolic: unknown dataflow"};
}

std::uint64_t next_start(const BlockTiming& block, const BlockTiming& next) {
  const Wide edge = Wide{block.last_start} + std::max(block.steps, next.first_preload);
  const Wide outputs = block.outputs_free > next.steps ? block.outputs_free - next.steps : 0;
  return narrow(std::max(edge, outputs));
}

std::uint64_t cycles(GemmShape gemm, ArrayShape array, Dataflow dataflow, Timing timing) {
  check(gemm, array);
  if (timing == Timing::serialised) return narrow(serialised(gemm, array, dataflow));
  const BlockTiming block = block_timing(gemm, array, dataflow);
  return narrow(Wide{block.first_preload} + block.finish);
}

}  // namespace presil::systolic
