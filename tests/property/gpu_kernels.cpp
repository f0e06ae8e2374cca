// gpu_kernels.cpp -- on every shipped GPU: random products, attention and copies are never faster than the chip, their
// counters add up, the clock holds the power under the cap. One elaboration a process, so that the GPU is the parameter.
#include <cmath>
#include <memory>
#include <random>

#include <gtest/gtest.h>

#include "models/gpu/attention_kernel.h"
#include "models/gpu/gpu.h"
#include "models/gpu/kernel_power.h"
#include "models/gpu/kernel_time.h"
#include "models/gpu/matmul_policy.h"
#include "models/gpu/vector_kernel.h"
#include "models/memory/make_memory.h"
#include "tests/property/shipped_gpus.h"

namespace presil::gpu {
namespace {

class ShippedGpu : public testing::TestWithParam<std::string> {
 protected:
  ShippedGpu() : chip_(run::shipped_chip(GetParam())), config_(*run::gpu_config(chip_)) {}
  std::uint64_t extent(double least, double most) {
    const double share = static_cast<double>(random_() % 100000) / 100000;
    return static_cast<std::uint64_t>(least * std::pow(most / least, share));
  }
  MatmulShape random_gemm() {
    MatmulShape s;
    s.batch = random_() % 4 == 0 ? extent(1, 64) : 1;
    s.m = extent(1, 10000);
    s.n = extent(1, 10000);
    s.k = extent(1, 10000);
    do s.format = static_cast<Format>(random_() % kFormatNames.size());
    while (!config_.supports(s.format));
    s.a_bytes = s.b_bytes = bytes_per_value(s.format);
    return s;
  }
  AttentionShape random_attention() {
    AttentionShape s;
    s.batch = extent(1, 32);
    s.kv_heads = std::uint64_t{1} << (random_() % 4);
    s.heads = s.kv_heads << (random_() % 4);
    s.qk_dim = s.v_dim = random_() % 2 == 0 ? 64 : 128;
    s.kv_len = extent(1, 8000);
    s.q_len = random_() % 2 == 0 ? 1 : extent(1, static_cast<double>(s.kv_len));
    s.format = config_.supports(Format::bf16) ? Format::bf16 : Format::fp16;
    if (random_() % 4 == 0) s.window = extent(1, 4096);
    return s;
  }
  run::Chip chip_;
  const GpuConfig& config_;
  std::mt19937 random_{17};
};

TEST_P(ShippedGpu, IsNeverFasterThanItsPeaks) {
  const double bytes_per_s = memory::peak(config_.memory).value;
  for (int i = 0; i < 60; ++i) {
    const MatmulShape s = random_gemm();
    const Kernel k = plan_matmul(config_, s);
    const double t = kernel_time(config_, k, config_.clock).value, b = static_cast<double>(s.batch);
    SCOPED_TRACE(testing::Message() << name(s.format) << ' ' << s.batch << " x " << s.m << " x " << s.n << " x " << s.k << ": " << k.plan);
    EXPECT_LE(s.flops() / t, config_.peak_ops_per_s(s.format));
    EXPECT_GE(k.macs, s.flops() / 2);
    const double operands = b * (static_cast<double>(s.m * s.k) * s.a_bytes + static_cast<double>(s.n * s.k) * s.b_bytes);
    const double result = b * static_cast<double>(s.m * s.n) * s.c_bytes;
    EXPECT_GE(t, (operands + result) / bytes_per_s);
    EXPECT_GE(k.total().read_bytes, operands * (1 - 1e-9));
    EXPECT_NEAR(k.total().write_bytes, result, 1e-9 * result);
  }
  for (int i = 0; i < 60; ++i) {
    const AttentionShape s = random_attention();
    const Kernel k = attention_kernel(config_, s);
    const double t = kernel_time(config_, k, config_.clock).value;
    SCOPED_TRACE(testing::Message() << s.batch << " x " << s.q_len << " of " << s.kv_len << ", heads " << s.heads << '/' << s.kv_heads << ", window "
                                    << s.window << ": " << k.plan);
    const double seen = s.window > 0 && s.q_len == 1 ? std::min<double>(static_cast<double>(s.window), static_cast<double>(s.kv_len)) : 0;
    if (seen > 0) {
      EXPECT_GE(t, static_cast<double>(s.batch * s.kv_heads) * seen * static_cast<double>(s.qk_dim + s.v_dim) * s.kv_bytes / bytes_per_s);
    }
    if (s.window == 0) {
      const double keys = static_cast<double>(s.kv_len) - (static_cast<double>(s.q_len) - 1) / 2;  // causal, on average
      const double flops = 2 * static_cast<double>(s.batch * s.heads * s.q_len) * keys * static_cast<double>(s.qk_dim + s.v_dim);
      EXPECT_LE(flops / t, config_.peak_ops_per_s(s.format));
      EXPECT_GE(k.macs, flops / 2 * (1 - 1e-9));
    }
  }
}

TEST_P(ShippedGpu, HoldsItsPowerUnderTheCap) {
  for (int i = 0; i < 20; ++i) {
    const Kernel k = plan_matmul(config_, random_gemm());
    const Hertz clock = sustained_clock(config_, silicon(config_), k);
    EXPECT_LE(clock, config_.clock);
    EXPECT_GT(clock.value, 0);
    if (config_.power.tdp.value > 0) {
      EXPECT_LE(kernel_power(config_, silicon(config_), k, clock), config_.power.tdp);
    }
  }
}

TEST_P(ShippedGpu, CountsWhatItsKernelsMove) {
  const auto memory = memory::make_memory("memory", config_.memory);
  Gpu gpu("gpu", config_, *memory);
  std::vector<Launch> program;
  double read = 0, written = 0, phases = 0;
  for (std::uint32_t i = 0; i < 40; ++i) {
    Kernel k = i % 2 == 0 ? plan_matmul(config_, random_gemm()) : attention_kernel(config_, random_attention());
    const Phase sum = k.total();
    read += sum.read_bytes;
    written += sum.write_bytes;
    phases += static_cast<double>(k.phases.size());
    program.push_back({std::move(k), {{i, 0, 0, 0}}});
  }
  const api::DeviceCounters n = gpu.run(program, true, true);
  EXPECT_NEAR(n.memory.bytes_read, read, 64 * phases);
  EXPECT_NEAR(n.memory.bytes_written, written, 64 * phases);
  EXPECT_LE(n.memory.bytes_read + n.memory.bytes_written, n.elapsed_s * memory::sustained(config_.memory).value);
  EXPECT_LE(n.array_time.active + n.vector_busy_s, n.elapsed_s * config_.sms);
  for (std::size_t i = 0; i < program.size(); ++i) {
    const double expected = kernel_time(config_, program[i].kernel, gpu.clock()).value;
    EXPECT_GE(gpu.kernel_seconds()[i], expected * (1 - 1e-6)) << program[i].kernel.plan;
    EXPECT_LE(gpu.kernel_seconds()[i], expected * 1.1 + 0.5e-6) << program[i].kernel.plan;
  }
  const std::vector<double> seconds = gpu.kernel_seconds();
  gpu.run(program, true, true);
  EXPECT_EQ(seconds, gpu.kernel_seconds());
}

INSTANTIATE_TEST_SUITE_P(Chips, ShippedGpu, testing::ValuesIn(run::shipped_gpus()), [](const auto& gpu) { return gpu.param; });

}  // namespace
}  // namespace presil::gpu
