// matmul_traffic_test.cpp -- what a matrix product moves: between all reuse and none, whatever the plan.
#include "models/gpu/matmul_traffic.h"

#include <cmath>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "tests/unit/models/gpu/small_gpu.h"

namespace presil::gpu {
namespace {

Phase sum_of(const std::vector<Phase>& phases) {
  Kernel k;
  k.phases = phases;
  return k.total();
}

TEST(TilePlace, VisitsEveryTileOnce) {
  for (const std::uint64_t rows : {1, 2, 7, 8, 9, 16, 33})
    for (const std::uint64_t columns : {1, 2, 5, 8, 31})
      for (const std::uint64_t group : {1, 2, 3, 8, 100}) {
        std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
        for (std::uint64_t i = 0; i < rows * columns; ++i) {
          const TilePlace place = tile_place(i, rows, columns, group);
          ASSERT_LT(place.row, rows);
          ASSERT_LT(place.column, columns);
          EXPECT_TRUE(seen.insert({place.row, place.column}).second) << rows << ' ' << columns << ' ' << group << ' ' << i;
        }
      }
}

TEST(TilePlace, GoesDownAGroupBeforeTheNextColumn) {
  EXPECT_EQ(tile_place(3, 8, 4, 4).row, 3u);
  EXPECT_EQ(tile_place(4, 8, 4, 4).row, 0u);
  EXPECT_EQ(tile_place(4, 8, 4, 4).column, 1u);
  EXPECT_EQ(tile_place(16, 8, 4, 4).row, 4u);
}

TEST(MatmulTraffic, LiesBetweenAllReuseAndNone) {
  std::mt19937 random{5};
  const auto draw = [&](std::uint64_t least, std::uint64_t most) { return least + random() % (most - least + 1); };
  for (int i = 0; i < 300; ++i) {
    GpuConfig g = small_gpu();
    g.l2.capacity = {1024.0 * static_cast<double>(draw(16, 65536))};
    g.l2.partitions = static_cast<std::uint32_t>(draw(1, 2));
    g.architecture.library.cluster = static_cast<std::uint32_t>(draw(1, 2));
    g.architecture.library.swizzle_rows = draw(1, 16);
    MatmulShape s = gemm(draw(1, 5000), draw(1, 5000), draw(1, 5000), draw(1, 5));
    s.a_bytes = draw(1, 2) == 1 ? 1 : 2;
    const TileConfig tile = g.architecture.library.tiles[random() % g.architecture.library.tiles.size()];
    const MatmulPlan p = plan_of(g, s, tile, static_cast<std::uint32_t>(draw(1, 4)));
    const auto d = [](std::uint64_t n) { return static_cast<double>(n); };
    const double a = d(s.batch * s.m * s.k) * s.a_bytes, b = d(s.batch * s.n * s.k) * s.b_bytes;
    const double c = d(s.batch * s.m * s.n) * s.c_bytes;
    const double rows = std::ceil(d(s.m) / tile.m), columns = std::ceil(d(s.n) / tile.n);
    const double none = a * columns + d(s.batch * s.n * s.k) * s.b_bytes * rows;
    const Phase sum = sum_of(phases_of(g, s, p, static_cast<std::uint32_t>(draw(1, 200))));
    SCOPED_TRACE(testing::Message() << i << ": " << s.batch << " x " << s.m << " x " << s.n << " x " << s.k);
    EXPECT_GE(sum.read_bytes, (a + b) * (1 - 1e-9));
    EXPECT_LE(sum.read_bytes, none * (1 + 1e-9));
    EXPECT_NEAR(sum.write_bytes, c, 1e-9 * c);
    EXPECT_GE(sum.l2_bytes, (sum.read_bytes / g.architecture.library.cluster + c) * (1 - 1e-9));
    EXPECT_LE(sum.l2_bytes, (none + c) * (1 + 1e-9));
  }
}

/// Putting phases together moves no byte more or less.
TEST(MatmulTraffic, IsTheSameInAnyNumberOfPhases) {
  const GpuConfig g = small_gpu();
  const MatmulShape s = gemm(5000, 3000, 4096);
  const MatmulPlan p = plan_of(g, s, {128, 128, 32, 4, 256});
  const Phase fine = sum_of(phases_of(g, s, p, 4096));
  for (const std::uint32_t most : {1u, 3u, 24u, 128u}) {
    const auto phases = phases_of(g, s, p, most);
    EXPECT_LE(phases.size(), most);
    const Phase coarse = sum_of(phases);
    EXPECT_NEAR(coarse.l2_bytes, fine.l2_bytes, 1e-9 * fine.l2_bytes);
    EXPECT_NEAR(coarse.write_bytes, fine.write_bytes, 1e-9 * fine.write_bytes);
    // Larger pieces are held longer or shorter: as much as l2_cache_test.cpp allows, 5 points of the hit rate.
    EXPECT_NEAR(coarse.read_bytes, fine.read_bytes, 0.05 * fine.l2_bytes);
  }
}

/// Waves that are not walked are scaled from those that are: what leaves is exact, what comes is close and never too little.
TEST(MatmulTraffic, ASampleOfWavesMovesTheBytesOfAll) {
  std::mt19937 random{12};
  for (int i = 0; i < 60; ++i) {
    GpuConfig g = small_gpu();
    g.sms = 16;
    const MatmulShape s = gemm(1 + random() % 12000, 1 + random() % 12000, 1 + random() % 600, 1 + random() % 4);
    const MatmulPlan p = plan_of(g, s, {64, 64, 32, 6, 128});
    const Phase all = sum_of(phases_of(g, s, p, 128));
    SCOPED_TRACE(testing::Message() << s.batch << " x " << s.m << " x " << s.n << " x " << s.k);
    for (const std::uint32_t phases : {1u, 7u, 16u}) {
      const Phase sample = sum_of(matmul_traffic(g, s, p, phases, 16));
      EXPECT_NEAR(sample.write_bytes, all.write_bytes, 1e-9 * all.write_bytes);
      EXPECT_NEAR(sample.l2_bytes, all.l2_bytes, 0.1 * all.l2_bytes);
      EXPECT_NEAR(sample.read_bytes, all.read_bytes, 0.15 * all.l2_bytes);
      const double operands = static_cast<double>(s.batch * (s.m + s.n) * s.k) * 2;
      EXPECT_GE(sample.read_bytes, operands * (1 - 1e-9));
    }
  }
}

/// A cache that holds both operands reads each once; without one, every wave reads its panels again.
TEST(MatmulTraffic, DependsOnTheCache) {
  GpuConfig g = small_gpu();
  const MatmulShape s = gemm(4096, 4096, 4096);
  const MatmulPlan p = plan_of(g, s, {128, 128, 32, 4, 256});
  const double operands = 2 * 4096.0 * 4096 * 2;
  double before = 1e30;
  for (const double mib : {0.25, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0}) {
    g.l2.capacity = {mib * 1024 * 1024};
    const double read = sum_of(phases_of(g, s, p, 4096)).read_bytes;
    EXPECT_LE(read, before * (1 + 1e-9));
    before = read;
  }
  EXPECT_NEAR(before, operands, 1e-6 * operands);
  g.l2.capacity = {0.25 * 1024 * 1024};
  EXPECT_GT(sum_of(phases_of(g, s, p, 4096)).read_bytes, 1.5 * operands);
}

/// On a small cache the shape of a wave decides: a square of tiles shares most, a single row or column least.
TEST(MatmulTraffic, RasterisationDecidesOnASmallCache) {
  GpuConfig g = small_gpu();
  g.sms = 64;
  g.l2.capacity = {2.0 * 1024 * 1024};
  const MatmulShape s = gemm(8192, 8192, 4096);
  MatmulPlan p = plan_of(g, s, {128, 128, 32, 4, 256});
  p.resident = 1;
  const auto read = [&](std::uint64_t group) {
    g.architecture.library.swizzle_rows = group;
    return sum_of(phases_of(g, s, p, 4096)).read_bytes;
  };
  // 64 tiles of a wave: 8 x 8 read 16 panels, 1 x 64 and 64 x 1 read 65.
  EXPECT_NEAR(read(1) / read(8), 65.0 / 16, 0.25 * 65 / 16);
  EXPECT_NEAR(read(64) / read(8), 65.0 / 16, 0.25 * 65 / 16);
  EXPECT_LT(read(8), read(2));
  g.l2.capacity = {1024.0 * 1024 * 1024};
  EXPECT_NEAR(read(1), read(8), 1e-6 * read(8));  // and not at all on a large one
}

}  // namespace
}  // namespace presil::gpu
