// matmul_policy_test.cpp -- waves, tiles and splits: what they cost, and that the choice among them is by time.
#include "models/gpu/matmul_policy.h"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "models/gpu/kernel_time.h"
#include "sim/base/error.h"
#include "tests/unit/models/gpu/small_gpu.h"

namespace presil::gpu {
namespace {

constexpr std::uint32_t kPhases = 128;

double seconds(const GpuConfig& g, const MatmulShape& s, const MatmulPlan& p) { return kernel_time(g, kernel_of(g, s, p, kPhases), g.clock).value; }
double chosen_seconds(const GpuConfig& g, const MatmulShape& s) { return kernel_time(g, plan_matmul(g, s), g.clock).value; }

/// One tile more than there are SMs costs a second wave [NVIDIA, Matrix Multiplication Background User's Guide].
TEST(MatmulPolicy, ABlockMoreThanTheSmsTakesTwiceAsLong) {
  GpuConfig g = one_tile();
  g.sms = 132;
  const MatmulShape full = gemm(128 * 12, 128 * 11, 16384), one_more = gemm(128 * 19, 128 * 7, 16384), two = gemm(128 * 24, 128 * 11, 16384);
  const double wave = chosen_seconds(g, full);
  EXPECT_NEAR(chosen_seconds(g, one_more) / wave, 2, 0.15);
  EXPECT_NEAR(chosen_seconds(g, two), chosen_seconds(g, one_more), 0.1 * wave);
  EXPECT_NEAR(chosen_seconds(g, gemm(128 * 10, 128 * 10, 16384)) / wave, 1, 0.1);  // idle SMs do not help
}

/// Stream-K cuts the last wave over all SMs [Osama et al., 2023], so that the extra block costs its share alone.
TEST(MatmulPolicy, StreamKFillsTheLastWave) {
  GpuConfig g = one_tile();
  g.sms = 132;
  const MatmulShape s = gemm(128 * 19, 128 * 7, 16384);
  const double waves = chosen_seconds(g, s);
  g.architecture.library.stream_k = true;
  EXPECT_TRUE(choose_matmul(g, s).stream_k);
  EXPECT_LT(chosen_seconds(g, s), 0.65 * waves);
}

/// A row more than whole tiles computes a row of tiles more, which here is a second wave; a row less saves nothing.
TEST(MatmulPolicy, ARowMoreThanATileCostsATile) {
  GpuConfig g = one_tile();
  const MatmulShape full = gemm(1280, 1280, 16384), one_more = gemm(1281, 1280, 16384), less = gemm(1153, 1280, 16384);
  const MatmulPlan p = choose_matmul(g, full);
  EXPECT_NEAR(kernel_of(g, one_more, p, kPhases).macs / kernel_of(g, full, p, kPhases).macs, 11.0 / 10, 1e-12);
  EXPECT_EQ(kernel_of(g, less, p, kPhases).macs, kernel_of(g, full, p, kPhases).macs);
  EXPECT_NEAR(chosen_seconds(g, one_more) / chosen_seconds(g, full), 2, 0.15);
  // A library with smaller tiles wastes less.
  EXPECT_LT(chosen_seconds(small_gpu(), one_more), 0.9 * chosen_seconds(g, one_more));
}

TEST(MatmulPolicy, SplitsAlongKWhenBlocksAreFewAndKIsLong) {
  GpuConfig g = one_tile();
  const MatmulShape narrow = gemm(128, 256, 65536);
  const double whole = chosen_seconds(g, narrow);
  g.architecture.library.most_splits = 16;
  EXPECT_GT(choose_matmul(g, narrow).splits, 4u);
  EXPECT_LT(chosen_seconds(g, narrow), whole / 3);
  EXPECT_EQ(choose_matmul(g, gemm(8192, 8192, 8192)).splits, 1u);
}

/// Partial sums are kept in memory that the caller lends; a tile may have kernels for fewer parts than the library's most.
TEST(MatmulPolicy, SplitsFitTheWorkspaceAndTheTile) {
  GpuConfig g = one_tile();
  g.architecture.library.most_splits = 16;
  const MatmulShape s = gemm(128, 256, 65536);
  const double part = s.c_bytes * 128 * 256;
  g.architecture.library.workspace = {3 * part};
  EXPECT_EQ(choose_matmul(g, s).splits, 3u);
  g.architecture.library.workspace = {1.5 * part};
  EXPECT_EQ(choose_matmul(g, s).splits, 1u);
  g.architecture.library.workspace = {1e12};
  g.architecture.library.tiles[0].most_splits = 2;
  EXPECT_EQ(choose_matmul(g, s).splits, 2u);
}

/// The choice is by predicted time: no plan of the library is faster by the same closed form.
TEST(MatmulPolicy, NoOtherTileOrSplitIsPredictedFaster) {
  std::mt19937 random{3};
  const auto extent = [&] { return static_cast<std::uint64_t>(std::exp2(static_cast<double>(random() % 1300) / 100)); };
  for (int i = 0; i < 100; ++i) {
    const GpuConfig g = small_gpu();
    const MatmulShape s = gemm(extent(), extent(), extent(), 1 + random() % 3);
    const MatmulPlan best = choose_matmul(g, s);
    SCOPED_TRACE(testing::Message() << s.batch << " x " << s.m << " x " << s.n << " x " << s.k);
    for (const TileConfig& tile : g.architecture.library.tiles)
      for (const std::uint32_t splits : {1u, 2u, 4u, 8u}) {
        if (!can_run(g, s, tile) || (splits > 1 && splits * tile.k_step > s.k)) continue;
        const MatmulPlan other = plan_of(g, s, tile, splits);
        // Predictions are made in fewer phases than this; both see the same traffic to a few percent.
        EXPECT_GE(seconds(g, s, other), 0.9 * best.predicted_s) << tile.m << " x " << tile.n << " in " << splits;
      }
    if (best.splits > 1) {
      EXPECT_LT(best.predicted_s, 1.05 * seconds(g, s, plan_of(g, s, best.tile)));
    }
  }
}

TEST(MatmulPolicy, ClocksAreALowerBoundOfTime) {
  std::mt19937 random{4};
  for (int i = 0; i < 200; ++i) {
    const GpuConfig g = small_gpu();
    const MatmulShape s = gemm(1 + random() % 4000, 1 + random() % 4000, 1 + random() % 4000);
    for (const TileConfig& tile : g.architecture.library.tiles) {
      const MatmulPlan p = plan_of(g, s, tile);
      EXPECT_LE(matmul_cycles(g, s, p) / g.clock.value, seconds(g, s, p));
      EXPECT_GE(matmul_cycles(g, s, p), s.flops() / 2 / g.sms / tensor_rate(g, s.format));  // and no faster than the peak
    }
  }
}

/// However few SMs ask, one takes in no more of its operands than its port to L2 passes.
TEST(MatmulPolicy, ABlockAloneIsBoundByItsPort) {
  GpuConfig g = one_tile({64, 64, 64, 6, 128});
  const MatmulShape s = gemm(64, 64, 65536);
  const MatmulPlan p = choose_matmul(g, s);
  g.architecture.port_bandwidth = {64};
  const double multiply = 64.0 * 64 * 65536 / 1024, wide = matmul_cycles(g, s, p);
  EXPECT_GT(wide, multiply);
  EXPECT_LT(wide, 1.6 * multiply);  // 256 bytes for each step of K: 4 clocks, as the multiplication
  g.architecture.port_bandwidth = {16};
  EXPECT_NEAR(matmul_cycles(g, s, p), 65536 * 256.0 / 16, 2 * 400);  // and the ramp: two trips to memory
  // 256 x 128: 768 bytes for 32 clocks of multiplication; the port is idle half of the time.
  GpuConfig large = one_tile({256, 128, 32, 3, 256});
  const MatmulShape t = gemm(256, 128, 8192);
  const MatmulPlan q = choose_matmul(large, t);
  large.architecture.port_bandwidth = {48};
  const double cycles = matmul_cycles(large, t, q);
  large.architecture.port_bandwidth = {1e6};
  EXPECT_EQ(matmul_cycles(large, t, q), cycles);
}

/// Loads overlap with the arithmetic of blocks that are there, not of those that would fit: a grid of one block an SM has
/// one block's stages.
TEST(MatmulPolicy, APipelineHasTheStagesOfResidentBlocks) {
  GpuConfig g = one_tile({64, 64, 32, 4, 128});
  const auto stages = [&](std::uint64_t n) { return plan_matmul(g, gemm(640, n, 4096)).stages; };
  const std::uint32_t fit = choose_matmul(g, gemm(640, 640, 4096)).resident;
  ASSERT_GE(fit, 3u);
  EXPECT_EQ(stages(640), 4);       // 100 blocks on 100 SMs
  EXPECT_EQ(stages(1280), 8);
  EXPECT_EQ(stages(64 * 100), 4 * fit);
}

TEST(MatmulPolicy, PhasesHoldTheWorkOfTheKernel) {
  const GpuConfig g = small_gpu();
  const MatmulShape s = gemm(3000, 5000, 2048);
  const Kernel k = plan_matmul(g, s);
  EXPECT_GE(k.macs, s.flops() / 2);
  EXPECT_LE(k.phases.size(), kPhases + 1);
  const MatmulPlan p = choose_matmul(g, s);
  EXPECT_NEAR(kernel_of(g, s, p, 24).total().sm_cycles, k.total().sm_cycles, 1e-9 * k.total().sm_cycles);
}

/// A format without cores runs at the rate of a wider one, and one wider than all cores on the lanes.
TEST(MatmulPolicy, FormatsWithoutCoresAreConverted) {
  GpuConfig g = small_gpu();
  g.tensor[static_cast<std::size_t>(Format::tf32)] = 512;
  EXPECT_EQ(tensor_rate(g, Format::bf16), 1024);
  EXPECT_EQ(tensor_rate(g, Format::int8), 2048);
  EXPECT_EQ(tensor_rate(g, Format::fp8), 1024);
  EXPECT_EQ(tensor_rate(g, Format::int4), 1024);
  EXPECT_EQ(multiplied_format(g, Format::fp8), Format::bf16);
  EXPECT_EQ(tensor_rate(g, Format::fp32), g.lanes);  // TF32 is not wider: it has 10 bits of fraction
  EXPECT_FALSE(g.supports(Format::fp8));
  EXPECT_TRUE(g.supports(Format::int8));
  MatmulShape narrow = gemm(4096, 4096, 4096), wide = narrow;
  narrow.format = Format::int8;
  narrow.a_bytes = narrow.b_bytes = 1;
  EXPECT_NEAR(chosen_seconds(g, wide) / chosen_seconds(g, narrow), 2, 0.4);
}

/// fp16 lacks the range of bf16: before Ampere bf16 is multiplied in fp32 [github.com/pytorch/pytorch, pull request 148322].
TEST(MatmulPolicy, Bf16IsNotMultipliedInFp16) {
  GpuConfig g = small_gpu();
  g.tensor[static_cast<std::size_t>(Format::bf16)] = 0;
  EXPECT_EQ(tensor_rate(g, Format::fp16), 1024);
  EXPECT_EQ(tensor_rate(g, Format::bf16), g.lanes / 1.25);  // lanes widen the values, 16 for 8 x 8 multiply-adds
  EXPECT_EQ(multiplied_format(g, Format::bf16), Format::fp32);
  MatmulShape brain = gemm(2048, 2048, 2048), half = brain;
  half.format = Format::fp16;
  EXPECT_GT(chosen_seconds(g, brain), 10 * chosen_seconds(g, half));
  g.tensor[static_cast<std::size_t>(Format::tf32)] = 512;  // the same range, a wider fraction
  EXPECT_EQ(tensor_rate(g, Format::bf16), 512);
}

/// A chip of half the rate loses half as many of its clocks to what is not multiplication; wider formats at half the rate
/// load as many bytes a clock and gain nothing.
TEST(MatmulPolicy, SlowerTensorCoresLoseLess) {
  GpuConfig g = small_gpu();
  EXPECT_DOUBLE_EQ(stretched(g, Format::bf16, 0.8), 1.25);
  g.architecture.full_rate = 1024;
  EXPECT_DOUBLE_EQ(stretched(g, Format::bf16, 0.8), 1.25);
  EXPECT_DOUBLE_EQ(stretched(g, Format::int8, 0.8), 1.25);
  g.tensor[static_cast<std::size_t>(Format::bf16)] = 512;
  EXPECT_DOUBLE_EQ(stretched(g, Format::bf16, 0.8), 1.125);
}

TEST(MatmulPolicy, ALibraryWithoutATileThatFitsIsRefused) {
  GpuConfig g = one_tile({1024, 1024, 64, 8, 256});
  EXPECT_THROW(choose_matmul(g, gemm(10, 10, 10)), InputError);
}

}  // namespace
}  // namespace presil::gpu
