// gemv_kernel_test.cpp -- matrix times vector: its matrix once through memory, on the lanes, for one row or column only.
#include "models/gpu/gemv_kernel.h"

#include <gtest/gtest.h>

#include "models/gpu/kernel_time.h"
#include "models/gpu/matmul_policy.h"
#include "tests/unit/models/gpu/small_gpu.h"

namespace presil::gpu {
namespace {

TEST(GemvKernel, LoadsItsMatrixOnce) {
  const GpuConfig g = small_gpu();
  const MatmulShape s = gemm(1, 8192, 4096);
  const Kernel k = gemv_kernel(g, s);
  EXPECT_NEAR(k.total().read_bytes, 2.0 * (8192.0 * 4096 + 4096), 1);
  EXPECT_NEAR(k.total().write_bytes, 2.0 * 8192, 1e-6);
  EXPECT_EQ(k.macs, 8192.0 * 4096);
  EXPECT_EQ(k.format, Format::fp32);
  const double least = k.total().read_bytes / load_rate(g);
  const double time = kernel_time(g, k, g.clock).value - k.latency_s;
  EXPECT_GE(time, least);
  EXPECT_LE(time, 1.02 * least);
}

/// Where memory is fast, the lanes bound it: 1.25 instructions a multiply-add of widened values.
TEST(GemvKernel, IsBoundByLanesWhereMemoryIsFast) {
  GpuConfig g = small_gpu();
  g.memory.channel_bandwidth = {1e15};
  g.l2.bytes_per_clock = {1e9};
  const MatmulShape s = gemm(1, 65536, 8192);
  const Kernel k = gemv_kernel(g, s);
  const double lanes = 1.25 * 65536 * 8192 / (64.0 * 100 * 1e9);
  EXPECT_NEAR((kernel_time(g, k, g.clock).value - k.latency_s) / lanes, 1, 1e-3);
}

TEST(GemvKernel, IsThereForOneDenseRowOrColumnOfSixteenBitsOrMore) {
  EXPECT_TRUE(can_run_gemv(gemm(1, 4096, 4096)));
  EXPECT_TRUE(can_run_gemv(gemm(4096, 1, 4096)));
  EXPECT_FALSE(can_run_gemv(gemm(2, 4096, 4096)));
  MatmulShape sparse = gemm(1, 4096, 4096), narrow = sparse;
  sparse.speedup = 2;
  narrow.format = Format::int8;
  narrow.a_bytes = narrow.b_bytes = 1;
  EXPECT_FALSE(can_run_gemv(sparse));
  EXPECT_FALSE(can_run_gemv(narrow));
}

/// It competes by time: beside a tile of 16-bit values whose rows are mostly empty it spends less on arithmetic.
TEST(GemvKernel, IsChosenByTime) {
  GpuConfig g = small_gpu();
  g.ecc_overhead = 0.2;  // whole granules
  EXPECT_TRUE(choose_matmul(g, gemm(1, 8192, 8192)).gemv);
  EXPECT_FALSE(choose_matmul(g, gemm(16, 8192, 8192)).gemv);
  g.lanes = 1;  // a chip with next to none
  EXPECT_FALSE(choose_matmul(g, gemm(1, 8192, 8192)).gemv);
}

}  // namespace
}  // namespace presil::gpu
