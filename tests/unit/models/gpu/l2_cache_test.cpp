// l2_cache_test.cpp -- the cache of pieces by hand, and the hit rate of matrix products against a cache of lines.
#include "models/gpu/l2_cache.h"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "tests/unit/models/gpu/line_cache.h"
#include "tests/unit/models/gpu/small_gpu.h"

namespace presil::gpu {
namespace {

TEST(L2Cache, HoldsWhatFitsAndForgetsTheOldest) {
  L2Cache cache(100);
  EXPECT_EQ(cache.read(1, 40), 40);
  EXPECT_EQ(cache.read(2, 40), 40);
  EXPECT_EQ(cache.read(1, 40), 0);
  EXPECT_EQ(cache.read(3, 40), 40);  // 2 is the oldest
  EXPECT_EQ(cache.read(1, 40), 0);
  EXPECT_EQ(cache.read(2, 40), 40);
  EXPECT_LE(cache.held_bytes(), 100);
}

TEST(L2Cache, APieceThatGrewIsReadForTheRest) {
  L2Cache cache(100);
  EXPECT_EQ(cache.read(1, 30), 30);
  EXPECT_EQ(cache.read(1, 50), 20);
  EXPECT_EQ(cache.read(1, 20), 0);
  EXPECT_EQ(cache.held_bytes(), 50);
}

TEST(L2Cache, WhatIsLargerThanTheCacheAlwaysComesFromMemory) {
  L2Cache cache(100);
  cache.read(1, 60);
  EXPECT_EQ(cache.read(2, 101), 101);
  EXPECT_EQ(cache.read(2, 101), 101);
  EXPECT_EQ(cache.read(1, 60), 0);  // and does not push out the rest
}

TEST(L2Cache, AStoreLeavesItsPiece) {
  L2Cache cache(100);
  cache.read(1, 60);
  EXPECT_EQ(cache.read(1, 60), 0);
  cache.clear();
  EXPECT_EQ(cache.held_bytes(), 0);
  EXPECT_EQ(cache.read(1, 60), 60);
}

/// The share of what blocks ask of L2 that DRAM does not have to send, on random products, tiles, caches and
/// rasterisations: within 5 points of a cache of 128-byte lines under the same order of accesses.
TEST(MatmulTraffic, HitRateIsThatOfACacheOfLines) {
  std::mt19937 random{2024};
  const auto draw = [&](std::uint64_t least, std::uint64_t most) { return least + random() % (most - least + 1); };
  for (int i = 0; i < 40; ++i) {
    GpuConfig g = small_gpu();
    g.sms = static_cast<std::uint32_t>(draw(4, 40));
    g.l2.capacity = {1024.0 * 1024 * std::exp2(static_cast<double>(draw(0, 16)) / 4 - 1)};
    g.architecture.library.swizzle_rows = draw(1, 12);
    MatmulShape s = gemm(draw(100, 3000), draw(100, 3000), 64 * draw(4, 20), draw(1, 4) == 1 ? 2 : 1);
    s.c_bytes = 0;  // reads alone
    const TileConfig tile = g.architecture.library.tiles[random() % g.architecture.library.tiles.size()];
    MatmulPlan p = plan_of(g, s, tile);
    p.resident = static_cast<std::uint32_t>(draw(1, 2));
    SCOPED_TRACE(testing::Message() << "case " << i << ": " << s.batch << " x " << s.m << " x " << s.n << " x " << s.k << ", tile " << tile.m << " x "
                                    << tile.n << ", " << g.sms * p.resident << " slots, L2 " << g.l2.capacity.value / 1048576 << " MiB, swizzle "
                                    << g.architecture.library.swizzle_rows);
    const LineCache lines = walk_lines(g, s, p);
    for (const std::uint32_t most_phases : {24u, 128u, 100000u}) {
      double asked = 0, missed = 0;
      for (const Phase& phase : phases_of(g, s, p, most_phases)) asked += phase.l2_bytes, missed += phase.read_bytes;
      EXPECT_NEAR(asked, lines.requests * LineCache::kLine, 1e-6 * asked);
      EXPECT_NEAR(1 - missed / asked, 1 - lines.misses / lines.requests, 0.05) << "in " << most_phases << " phases";
    }
  }
}

}  // namespace
}  // namespace presil::gpu
