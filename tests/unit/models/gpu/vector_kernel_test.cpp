// vector_kernel_test.cpp -- element-wise kernels: bound by memory, by lanes, by special functions, by their own loads.
#include "models/gpu/vector_kernel.h"

#include <gtest/gtest.h>

#include "models/gpu/kernel_time.h"
#include "tests/unit/models/gpu/small_gpu.h"

namespace presil::gpu {
namespace {

double seconds(const GpuConfig& g, const VectorShape& s) { return kernel_time(g, vector_kernel(g, s), g.clock).value; }

VectorShape copy(double rows, double columns) {
  VectorShape s;
  s.rows = rows;
  s.columns = columns;
  s.read_bytes = s.write_bytes = rows * columns * 2;
  s.simple = rows * columns;
  return s;
}

TEST(VectorKernel, ALargeCopyStreamsAtTheMemorysRate) {
  const GpuConfig g = small_gpu();
  const VectorShape s = copy(16384, 16384);
  const double rate = stream_rate(g);
  const double t = seconds(g, s);
  EXPECT_GE(t, (s.read_bytes + s.write_bytes) / rate);
  EXPECT_LE(t, 1.1 * (s.read_bytes + s.write_bytes) / rate);
}

TEST(VectorKernel, ATinyOneTakesItsLatency) {
  const GpuConfig g = small_gpu();
  const double latency = g.architecture.fit.simple_latency.value;
  EXPECT_GE(seconds(g, copy(1, 1)), latency);
  EXPECT_LE(seconds(g, copy(1, 64)), 1.1 * latency);
}

TEST(VectorKernel, LanesAndSpecialFunctionsBound) {
  const GpuConfig g = small_gpu();
  VectorShape s = copy(4096, 4096);
  s.simple = 1000.0 * 4096 * 4096;
  EXPECT_GE(seconds(g, s), s.simple / (g.lanes * g.sms * g.clock.value));
  EXPECT_LE(seconds(g, s), 1.1 * s.simple / (g.lanes * g.sms * g.clock.value));
  s.simple = 0;
  s.special = 200.0 * 4096 * 4096;
  EXPECT_GE(seconds(g, s), s.special / (g.architecture.special_lanes * g.sms * g.clock.value));
}

/// Little's law: a thread that waits for one load after another moves its value per latency.
TEST(VectorKernel, DependentLoadsAreBoundByLatency) {
  const GpuConfig g = small_gpu();
  VectorShape s = copy(8192, 1024);
  const double streamed = seconds(g, s);
  s.dependent = 8;
  const double values_per_s = g.sms * static_cast<double>(g.architecture.max_threads) / (8 * g.architecture.memory_latency.value);
  EXPECT_GE(seconds(g, s), 8192 * 1024 / values_per_s);
  EXPECT_GT(seconds(g, s), streamed);
  VectorShape more = s;
  more.dependent = 16;
  EXPECT_GT(seconds(g, more), 1.5 * seconds(g, s));
}

TEST(VectorKernel, ConservesBytesAndOperations) {
  const GpuConfig g = small_gpu();
  VectorShape s = copy(100, 333);
  s.special = 7;
  const Kernel k = vector_kernel(g, s);
  EXPECT_NEAR(k.total().read_bytes, s.read_bytes, 1e-9);
  EXPECT_NEAR(k.total().write_bytes, s.write_bytes, 1e-9);
  EXPECT_EQ(k.simple_ops, s.simple);
  EXPECT_EQ(k.special_ops, 7);
  EXPECT_EQ(k.macs, 0);
}

}  // namespace
}  // namespace presil::gpu
