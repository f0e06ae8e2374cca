// line_cache.h -- the oracle for L2: least recently used over lines of 128 B, and the walk of thread blocks over it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <list>
#include <unordered_map>

#include "models/gpu/matmul_kernel.h"
#include "models/gpu/matmul_traffic.h"

namespace presil::gpu {

class LineCache {
 public:
  static constexpr double kLine = 128;
  explicit LineCache(double capacity_bytes) : lines_(static_cast<std::size_t>(capacity_bytes / kLine)) {}
  void touch(std::uint64_t line) {
    ++requests;
    if (const auto found = where_.find(line); found != where_.end()) {
      order_.splice(order_.begin(), order_, found->second);
      return;
    }
    ++misses;
    order_.push_front(line);
    where_[line] = order_.begin();
    if (order_.size() <= lines_) return;
    where_.erase(order_.back());
    order_.pop_back();
  }
  double requests{0}, misses{0};

 private:
  std::size_t lines_;
  std::list<std::uint64_t> order_;
  std::unordered_map<std::uint64_t, std::list<std::uint64_t>::iterator> where_;
};

/// Every block of a wave reads its rows of A and its columns of B, one line of each (64 values of 2 bytes) a step; the
/// blocks of a wave step together. Both operands lie with K inwards.
inline LineCache walk_lines(const GpuConfig& gpu, const MatmulShape& s, const MatmulPlan& p) {
  constexpr std::uint64_t step = 64;
  LineCache cache(gpu.l2.capacity.value / gpu.l2.partitions);
  const std::uint64_t rows = (s.m + p.tile.m - 1) / p.tile.m, columns = (s.n + p.tile.n - 1) / p.tile.n;
  const std::uint64_t tiles = rows * columns * s.batch, slots = std::uint64_t{gpu.sms} * p.resident;
  const std::uint64_t steps = s.k / step, b_lines = std::uint64_t{1} << 40;
  for (std::uint64_t first = 0; first < tiles; first += slots)
    for (std::uint64_t at = 0; at < steps; ++at)
      for (std::uint64_t tile = first; tile < std::min(tiles, first + slots); ++tile) {
        const std::uint64_t entry = tile / (rows * columns);
        const TilePlace place = tile_place(tile % (rows * columns), rows, columns, gpu.architecture.library.swizzle_rows);
        for (std::uint64_t i = place.row * p.tile.m; i < std::min<std::uint64_t>(s.m, (place.row + 1) * p.tile.m); ++i)
          cache.touch((entry * s.m + i) * steps + at);
        for (std::uint64_t j = place.column * p.tile.n; j < std::min<std::uint64_t>(s.n, (place.column + 1) * p.tile.n); ++j)
          cache.touch(b_lines + (entry * s.n + j) * steps + at);
      }
  return cache;
}

}  // namespace presil::gpu
