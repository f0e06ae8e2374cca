// attention_kernel_test.cpp -- fused attention: what it multiplies and reads, masks, windows, shared keys, split keys.
#include "models/gpu/attention_kernel.h"

#include <cmath>

#include <gtest/gtest.h>

#include "models/gpu/kernel_time.h"
#include "tests/unit/models/gpu/small_gpu.h"

namespace presil::gpu {
namespace {

AttentionShape prefill(std::uint64_t batch, std::uint64_t length, std::uint64_t heads, std::uint64_t kv_heads, bool causal = true) {
  AttentionShape s;
  s.batch = batch;
  s.q_len = s.kv_len = length;
  s.heads = heads;
  s.kv_heads = kv_heads;
  s.qk_dim = s.v_dim = 128;
  s.causal = causal;
  return s;
}

AttentionShape decode(std::uint64_t batch, std::uint64_t kv_len, std::uint64_t heads, std::uint64_t kv_heads) {
  AttentionShape s = prefill(batch, kv_len, heads, kv_heads);
  s.q_len = 1;
  return s;
}

double seconds(const GpuConfig& g, const AttentionShape& s) { return kernel_time(g, attention_kernel(g, s), g.clock).value; }

double d(std::uint64_t n) { return static_cast<double>(n); }

double kv_bytes(const AttentionShape& s) { return d(s.batch * s.kv_heads * s.kv_len * (s.qk_dim + s.v_dim)) * s.kv_bytes; }

TEST(AttentionKernel, CausalIsHalfOfFullAtLongSequences) {
  const GpuConfig g = small_gpu();
  const double ratio = seconds(g, prefill(1, 16384, 32, 32)) / seconds(g, prefill(1, 16384, 32, 32, false));
  EXPECT_GT(ratio, 0.49);
  EXPECT_LT(ratio, 0.56);
  EXPECT_GT(seconds(g, prefill(1, 256, 32, 32)) / seconds(g, prefill(1, 256, 32, 32, false)), 0.6);  // the diagonal weighs more in short ones
}

TEST(AttentionKernel, MultipliesAtLeastWhatAttentionNeeds) {
  const GpuConfig g = small_gpu();
  for (const std::uint64_t length : {128, 300, 2048, 5000}) {
    const AttentionShape full = prefill(2, length, 16, 4, false), causal = prefill(2, length, 16, 4);
    const double exact = d(full.batch * full.heads * length * length) * d(full.qk_dim + full.v_dim);
    const double rounded = std::ceil(d(length) / 128) * 128;
    EXPECT_GE(attention_kernel(g, full).macs, exact);
    EXPECT_LE(attention_kernel(g, full).macs, exact * rounded * rounded / d(length * length) * (1 + 1e-9));
    EXPECT_GE(attention_kernel(g, causal).macs, exact * (d(length) + 1) / (2 * d(length)));
    EXPECT_LE(attention_kernel(g, causal).macs, attention_kernel(g, full).macs);
  }
  const AttentionShape one = decode(4, 3000, 32, 8);
  EXPECT_GE(attention_kernel(g, one).macs, d(one.batch * one.heads * one.kv_len) * d(one.qk_dim + one.v_dim));
}

/// More heads on one key head than a tile has rows: blocks of rows, each over the same keys, which DRAM gives once.
TEST(AttentionKernel, AGroupWiderThanATileIsCutIntoRows) {
  const GpuConfig g = small_gpu();
  const Kernel fits = attention_kernel(g, decode(8, 4096, 128, 1)), wide = attention_kernel(g, decode(8, 4096, 256, 1));
  EXPECT_NE(wide.plan.find("split-KV"), std::string::npos) << wide.plan;
  EXPECT_NEAR(wide.macs / fits.macs, 2, 0.1);
  const double results = 8 * 128 * 128 * 2;  // of the 128 heads more
  EXPECT_NEAR(wide.total().read_bytes, fits.total().read_bytes, results);
  EXPECT_LT(seconds(g, decode(8, 4096, 256, 1)), 2 * seconds(g, decode(8, 4096, 128, 1)));
}

TEST(AttentionKernel, NeverFasterThanTensorCoresOrMemory) {
  const GpuConfig g = small_gpu();
  const double peak = g.peak_ops_per_s(Format::bf16), memory = memory::peak(g.memory).value;
  for (const std::uint64_t length : {64, 500, 4096})
    for (const std::uint64_t batch : {1, 8}) {
      const AttentionShape s = prefill(batch, length, 32, 8);
      EXPECT_GE(seconds(g, s), 2.0 * d(batch * 32 * length) * (d(length) + 1) / 2 * 256 / peak);
      const AttentionShape one = decode(batch, length * 8, 32, 8);
      EXPECT_GE(seconds(g, one), kv_bytes(one) / memory);
    }
}

/// Heads that share keys read them once, in prefill and in decode alike.
TEST(AttentionKernel, SharedKeysAreReadOnce) {
  const GpuConfig g = small_gpu();
  for (const std::uint64_t heads : {8, 32, 64}) {
    const AttentionShape one = decode(4, 4096, heads, 8), many = prefill(1, 4096, heads, 8);
    EXPECT_NEAR(attention_kernel(g, one).total().read_bytes, kv_bytes(one), 0.02 * kv_bytes(one)) << heads;
    const double queries = d(4096 * heads * 128) * 2;
    EXPECT_NEAR(attention_kernel(g, many).total().read_bytes, kv_bytes(many) + queries, 1e-6 * kv_bytes(many)) << heads;
    EXPECT_NEAR(attention_kernel(g, many).total().write_bytes, queries, 1e-6 * queries);
  }
  EXPECT_NEAR(kv_bytes(decode(4, 4096, 64, 64)) / kv_bytes(decode(4, 4096, 64, 8)), 8, 1e-9);
  EXPECT_GT(seconds(g, decode(16, 4096, 64, 64)), 4 * seconds(g, decode(16, 4096, 64, 8)));
}

/// One request has fewer key heads than there are SMs: its keys are cut over the SMs, a large batch's are not.
TEST(AttentionKernel, SplitsKeysWhenRequestsAreFew) {
  const GpuConfig g = small_gpu();
  const AttentionShape few = decode(1, 65536, 32, 8), many = decode(128, 4096, 32, 8);
  const double few_parts = attention_kernel(g, few).blocks / 8, many_parts = attention_kernel(g, many).blocks / (128 * 8);
  EXPECT_GE(few_parts, 8);
  EXPECT_LE(many_parts, 2);
  EXPECT_LT(seconds(g, few), 1.3 * kv_bytes(few) / load_rate(g));  // which brings it to the memory's rate
  GpuConfig fewer = g;
  fewer.sms = 8;  // with as many SMs as key heads there is nothing to gain
  EXPECT_GT(seconds(fewer, few), 1.5 * seconds(g, few));
}

TEST(AttentionKernel, AWindowBoundsTheKeys) {
  const GpuConfig g = small_gpu();
  AttentionShape one = decode(8, 32768, 32, 8);
  const double all = attention_kernel(g, one).total().read_bytes;
  one.window = 4096;
  EXPECT_NEAR(attention_kernel(g, one).total().read_bytes, all / 8, 0.01 * all);
  one.window = 1 << 20;
  EXPECT_NEAR(attention_kernel(g, one).total().read_bytes, all, 1e-9 * all);
  AttentionShape s = prefill(1, 16384, 32, 8), twice = prefill(1, 32768, 32, 8);
  s.window = twice.window = 1024;
  EXPECT_NEAR(seconds(g, twice) / seconds(g, s), 2, 0.1);  // linear in the length, where full attention is quadratic
  EXPECT_GT(seconds(g, prefill(1, 32768, 32, 8)) / seconds(g, prefill(1, 16384, 32, 8)), 3.5);
}

/// Five products instead of two, of which FLOPs are counted 2.5 times the forward pass.
TEST(AttentionKernel, BackwardDoesFiveProducts) {
  const GpuConfig g = small_gpu();
  AttentionShape s = prefill(2, 8192, 16, 16);
  const double forward = attention_kernel(g, s).macs;
  s.backward = true;
  EXPECT_NEAR(attention_kernel(g, s).macs / forward, 2.5, 1e-9);
  EXPECT_GT(seconds(g, s), 2 * seconds(g, prefill(2, 8192, 16, 16)));
}

TEST(AttentionKernel, SlowExponentialsSlowIt) {
  GpuConfig g = small_gpu();
  const AttentionShape s = prefill(1, 8192, 32, 8);
  const double before = seconds(g, s);
  g.architecture.special_lanes = 1;
  EXPECT_GT(seconds(g, s), 2 * before);
}

}  // namespace
}  // namespace presil::gpu
