// matmul_traffic.cpp -- implementation of matmul_traffic.h.
#include "models/gpu/matmul_traffic.h"

#include <algorithm>
#include <cmath>

#include "models/gpu/l2_cache.h"
#include "sim/base/integers.h"

namespace presil::gpu {

namespace {

/// The panels that one wave touches: which of them, how large, and how often blocks ask L2 for them.
class Wave {
 public:
  Wave(const MatmulShape& s, const MatmulPlan& p, std::uint64_t rows, std::uint64_t columns)
      : s_(s), p_(p), rows_(rows), columns_(columns), seen_a_(rows * s.batch, 0), seen_b_(columns * s.batch, 0) {}

  void collect(std::uint64_t first, std::uint64_t last, std::uint64_t group) {
    a.clear();
    b.clear();
    a_values = b_values = 0;
    ++stamp_;
    const std::uint64_t grid = rows_ * columns_;
    for (std::uint64_t tile = first; tile < last; ++tile) {
      const std::uint64_t batch = tile / grid;
      const TilePlace place = tile_place(tile % grid, rows_, columns_, group);
      a_values += height(place.row);
      b_values += width(place.column);
      touch(seen_a_, batch * rows_ + place.row, a);
      touch(seen_b_, batch * columns_ + place.column, b);
    }
  }
  double height(std::uint64_t row) const { return static_cast<double>(std::min<std::uint64_t>(p_.tile.m, s_.m - (row % rows_) * p_.tile.m)); }
  double width(std::uint64_t column) const { return static_cast<double>(std::min<std::uint64_t>(p_.tile.n, s_.n - (column % columns_) * p_.tile.n)); }

  std::vector<std::uint64_t> a, b;  ///< panels, each once
  double a_values{}, b_values{};    ///< rows of A and columns of B over all tiles

 private:
  void touch(std::vector<std::uint32_t>& seen, std::uint64_t panel, std::vector<std::uint64_t>& list) {
    if (seen[panel] == stamp_) return;
    seen[panel] = stamp_;
    list.push_back(panel);
  }
  const MatmulShape& s_;
  const MatmulPlan& p_;
  std::uint64_t rows_, columns_;
  std::vector<std::uint32_t> seen_a_, seen_b_;
  std::uint32_t stamp_{0};
};

}  // namespace

TilePlace tile_place(std::uint64_t index, std::uint64_t rows, std::uint64_t columns, std::uint64_t group) {
  const std::uint64_t band = index / (group * columns), within = index % (group * columns);
  const std::uint64_t height = std::min(group, rows - band * group);
  return {band * group + within % height, within / height};
}

namespace {

/// Blocks of a cluster fetch the operand that they share once for all of them: B along M, or A where M has one tile.
double l2_bytes(const GpuConfig& gpu, const MatmulShape& s, const Wave& wave, std::uint64_t rows, double k) {
  const double cluster = std::max<std::uint32_t>(1, gpu.architecture.library.cluster);
  const bool along_m = static_cast<double>(rows) >= cluster;
  return k * (wave.a_values * s.a_bytes / (along_m ? 1 : cluster) + wave.b_values * s.b_bytes / (along_m ? cluster : 1));
}

/// What was walked stands for the whole: phases from `middle` on are multiplied.
void extend(std::vector<Phase>& phases, std::size_t middle, double factor) {
  for (std::size_t i = middle; i < phases.size(); ++i) {
    Phase& p = phases[i];
    p = {p.sm_cycles * factor, p.l2_bytes * factor, p.read_bytes * factor, p.write_bytes * factor};
  }
}

}  // namespace

std::vector<Phase> matmul_traffic(const GpuConfig& gpu, const MatmulShape& s, const MatmulPlan& p, std::uint32_t most_phases,
                                  std::uint64_t most_waves) {
  const std::uint64_t rows = ceil_div(s.m, p.tile.m), columns = ceil_div(s.n, p.tile.n), tiles = rows * columns * s.batch;
  const std::uint64_t slots = std::max<std::uint64_t>(1, std::uint64_t{gpu.sms} * p.resident / p.splits);
  const std::uint64_t waves = ceil_div(tiles, slots), walked = std::min(waves, most_waves);
  const std::uint64_t chunks = std::clamp<std::uint64_t>(most_phases / walked, 1, std::max<std::uint64_t>(1, ceil_div(s.k, 8 * p.tile.k_step)));
  const std::uint64_t merge = ceil_div(walked * chunks, most_phases);
  const double k_part = static_cast<double>(s.k) / static_cast<double>(chunks);
  const double out = static_cast<double>(s.m) * static_cast<double>(s.n) * static_cast<double>(s.batch) * s.c_bytes / static_cast<double>(tiles);

  L2Cache cache(gpu.l2.capacity.value / gpu.l2.partitions);
  Wave wave(s, p, rows, columns);
  std::vector<Phase> phases;
  std::uint64_t steps = 0;
  std::size_t middle = 0;     // the first phase that begins in the second half of what is walked,
  double after_middle = 0;    // and the tiles from there on
  for (std::uint64_t w = 0; w < walked; ++w) {
    const std::uint64_t first = w * slots, last = std::min(tiles, first + slots);
    const double in_wave = static_cast<double>(last - first);
    wave.collect(first, last, gpu.architecture.library.swizzle_rows);
    const double share = p.stream_k ? in_wave / gpu.sms : std::ceil(in_wave * p.splits / gpu.sms);
    for (std::uint64_t c = 0; c < chunks; ++c) {
      if (steps++ % merge == 0) {
        phases.emplace_back();
        if (middle == 0 && w >= walked / 2) middle = phases.size() - 1, after_middle = 0;
      }
      after_middle += in_wave / static_cast<double>(chunks);
      Phase& phase = phases.back();
      for (const std::uint64_t panel : wave.a)
        phase.read_bytes += cache.read((panel * chunks + c) * 2, wave.height(panel) * k_part * s.a_bytes);
      for (const std::uint64_t panel : wave.b)
        phase.read_bytes += cache.read((panel * chunks + c) * 2 + 1, wave.width(panel) * k_part * s.b_bytes);
      phase.l2_bytes += l2_bytes(gpu, s, wave, rows, k_part);
      phase.sm_cycles += share / static_cast<double>(chunks);
    }
    // C leaves with the end of its wave; the stores overlap the next wave.
    phases.back().l2_bytes += out * in_wave;
    phases.back().write_bytes += out * in_wave;
  }
  if (walked < waves) {
    extend(phases, middle, (after_middle + static_cast<double>(tiles - walked * slots)) / after_middle);
    // Every operand comes at least once, which a sample of its panels may miss by a little.
    const double values = static_cast<double>(s.k) * (static_cast<double>(s.batch * s.m) * s.a_bytes + static_cast<double>(s.batch * s.n) * s.b_bytes);
    double read = 0;
    for (const Phase& phase : phases) read += phase.read_bytes;
    if (read < values)
      for (Phase& phase : phases) phase.read_bytes *= values / read;
  }
  return phases;
}

}  // namespace presil::gpu
