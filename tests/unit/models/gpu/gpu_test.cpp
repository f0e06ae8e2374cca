// gpu_test.cpp -- the SystemC device: against the closed form of its kernels, its memory's counters, launches, determinism.
// One elaboration a test.
#include "models/gpu/gpu.h"

#include <cmath>
#include <memory>
#include <random>

#include <gtest/gtest.h>

#include "models/gpu/attention_kernel.h"
#include "models/gpu/kernel_power.h"
#include "models/gpu/kernel_time.h"
#include "models/gpu/matmul_policy.h"
#include "models/gpu/vector_kernel.h"
#include "models/memory/make_memory.h"
#include "tests/unit/models/gpu/small_gpu.h"

namespace presil::gpu {
namespace {

struct Built {
  explicit Built(const GpuConfig& c) : config(c), memory(memory::make_memory("memory", c.memory)), gpu("gpu", c, *memory) {}
  GpuConfig config;
  std::unique_ptr<api::Memory> memory;
  Gpu gpu;
};

Launch launch(Kernel kernel, std::uint32_t op = 0) { return {std::move(kernel), {{op, kernel.macs, 0, 0}}}; }

VectorShape copy(double rows, double columns) {
  VectorShape s;
  s.rows = rows;
  s.columns = columns;
  s.read_bytes = s.write_bytes = rows * columns * 2;
  s.simple = rows * columns;
  return s;
}

/// Products, attention and copies of random sizes.
std::vector<Launch> random_program(const GpuConfig& g, std::uint32_t seed, int kernels) {
  std::mt19937 random{seed};
  const auto extent = [&](double least, double most) { return static_cast<std::uint64_t>(least * std::pow(most / least, static_cast<double>(random() % 1000) / 1000)); };
  std::vector<Launch> program;
  for (int i = 0; i < kernels; ++i) {
    const auto op = static_cast<std::uint32_t>(i);
    switch (random() % 3) {
      case 0: program.push_back(launch(plan_matmul(g, gemm(extent(1, 8000), extent(1, 8000), extent(1, 8000))), op)); break;
      case 1: {
        AttentionShape s;
        s.batch = extent(1, 8);
        s.q_len = random() % 2 == 0 ? 1 : extent(1, 2000);
        s.kv_len = s.q_len + extent(1, 2000);
        s.kv_heads = 8;
        s.heads = 8 * extent(1, 8);
        s.qk_dim = s.v_dim = 128;
        program.push_back(launch(attention_kernel(g, s), op));
        break;
      }
      default: program.push_back(launch(vector_kernel(g, copy(static_cast<double>(extent(1, 20000)), static_cast<double>(extent(1, 8192)))), op)); break;
    }
  }
  return program;
}

/// DRAM adds refresh and queues where it bounds a kernel, and its latency at the end: a tenth, and 0.2 us.
TEST(Gpu, AgreesWithTheClosedForm) {
  Built b(small_gpu());
  const std::vector<Launch> program = random_program(b.config, 1, 60);
  b.gpu.run(program, true, true);
  ASSERT_EQ(b.gpu.kernel_seconds().size(), program.size());
  for (std::size_t i = 0; i < program.size(); ++i) {
    const Kernel& k = program[i].kernel;
    const double expected = kernel_time(b.config, k, b.gpu.clock()).value, simulated = b.gpu.kernel_seconds()[i];
    EXPECT_GE(simulated, expected * (1 - 1e-6)) << k.name << ": " << k.plan;  // rounding to femtoseconds
    EXPECT_LE(simulated, expected * 1.1 + 0.2e-6) << k.name << ": " << k.plan;
  }
}

TEST(Gpu, MovesTheBytesOfItsPhases) {
  Built b(small_gpu());
  const std::vector<Launch> program = random_program(b.config, 2, 60);
  const api::DeviceCounters n = b.gpu.run(program, true, true);
  double read = 0, written = 0, phases = 0, macs = 0;
  for (const Launch& l : program) {
    read += l.kernel.total().read_bytes;
    written += l.kernel.total().write_bytes;
    macs += l.kernel.macs;
    phases += static_cast<double>(l.kernel.phases.size());
  }
  EXPECT_NEAR(n.memory.bytes_read, read, 64 * phases);  // whole lines
  EXPECT_NEAR(n.memory.bytes_written, written, 64 * phases);
  double op_read = 0, op_macs = 0;
  for (const api::OpCounters& op : n.ops) {
    op_read += op.bytes_read[static_cast<std::size_t>(api::Level::memory)];
    op_macs += op.macs;
    EXPECT_LE(op.array_busy_s + op.vector_busy_s, (op.finished_s - op.started_s) * b.config.sms * (1 + 1e-9));
  }
  EXPECT_NEAR(op_read, read, 1e-9 * read);
  EXPECT_EQ(n.commands, program.size());
  EXPECT_LE(n.memory.bytes_read + n.memory.bytes_written, n.elapsed_s * memory::peak(b.config.memory).value);
  EXPECT_LE(n.array_time.active + n.vector_busy_s, n.elapsed_s * b.config.sms);
  EXPECT_NEAR(op_macs, macs, 1e-9 * macs);
}

TEST(Gpu, EqualRunsAreEqual) {
  Built b(small_gpu());
  const std::vector<Launch> program = random_program(b.config, 3, 30), other = random_program(b.config, 4, 10);
  const api::DeviceCounters first = b.gpu.run(program, true, true);
  const std::vector<double> seconds = b.gpu.kernel_seconds();
  b.gpu.run(other, true, false);
  const api::DeviceCounters again = b.gpu.run(program, true, true);
  EXPECT_EQ(seconds, b.gpu.kernel_seconds());
  EXPECT_EQ(first.elapsed_s, again.elapsed_s);
  EXPECT_EQ(first.memory.bytes_read, again.memory.bytes_read);
  EXPECT_EQ(first.memory.refreshes, again.memory.refreshes);
}

TEST(Gpu, RunsNothingInNoTime) {
  Built b(small_gpu());
  EXPECT_EQ(b.gpu.run({}, true, true).elapsed_s, 0);
}

/// A stream of short kernels is bound by the host, a graph by the kernels themselves; long kernels hide the host.
TEST(Gpu, AGraphSparesTheHostOfShortKernels) {
  GpuConfig c = small_gpu();
  c.launch.host = {8e-6};
  c.launch.gap = {1e-6};
  c.launch.graph_gap = {0.5e-6};
  Built b(c);
  const Kernel small = vector_kernel(c, copy(1, 64)), large = vector_kernel(c, copy(16384, 8192));
  const std::vector<Launch> short_ones(100, launch(small)), long_ones(20, launch(large));
  const double streamed = b.gpu.run(short_ones, false, true).elapsed_s, graph = b.gpu.run(short_ones, true, true).elapsed_s;
  EXPECT_NEAR(streamed, 100 * 8e-6, 0.02 * streamed);
  EXPECT_NEAR(graph, 100 * (0.5e-6 + kernel_time(c, small, c.clock).value), 0.1 * graph);
  EXPECT_LT(graph, streamed / 2);
  const double a = b.gpu.run(long_ones, false, true).elapsed_s, z = b.gpu.run(long_ones, true, true).elapsed_s;
  EXPECT_NEAR(a, z, 20 * 0.5e-6 + 8e-6 + 1e-6);
}

TEST(Gpu, RunsAtTheClockUnderItsCap) {
  GpuConfig c = small_gpu();
  const Kernel k = plan_matmul(c, gemm(8192, 8192, 8192));
  c.power.tdp = {(kernel_power(c, silicon(c), k, c.clock).value + kernel_power(c, silicon(c), k, c.clocks.low_clock).value) / 2};
  Built b(c);
  const api::DeviceCounters n = b.gpu.run({launch(k)}, true, true);
  EXPECT_LT(b.gpu.clock().value, c.clock.value);
  EXPECT_NEAR(n.cycles, n.elapsed_s * b.gpu.clock().value, 1e-6 * n.cycles);
  // Energy is reported as the governor charged it, so that average power is under the cap.
  const KernelEnergy full = kernel_energy(c, silicon(c), k);
  const double v = relative_voltage(c, b.gpu.clock()), chip = n.on_chip.arithmetic_j + n.on_chip.vector_j + n.on_chip.shared_j;
  EXPECT_NEAR(chip, (full.tensor + full.lanes + full.l2) * v * v, 1e-9 * chip);
  const AwakePower awake = awake_power(c, silicon(c), b.gpu.clock());
  EXPECT_EQ(n.on_chip.awake_s, n.elapsed_s);
  EXPECT_NEAR(n.on_chip.clock_j + n.on_chip.leakage_j, (awake.clock + awake.leakage).value * n.elapsed_s, 1e-9 * chip);
  EXPECT_LE((c.power.idle + awake.total()).value + (chip + full.memory) / n.elapsed_s, c.power.tdp.value * 1.001);
  EXPECT_GT(b.gpu.clock().value, c.clocks.low_clock.value);
  EXPECT_GE(b.gpu.kernel_seconds().front(), kernel_time(c, k, b.gpu.clock()).value * (1 - 1e-6));
  EXPECT_GT(b.gpu.kernel_seconds().front(), kernel_time(c, k, c.clock).value);
}

/// Bytes over the host link come before the first phase.
TEST(Gpu, HostBytesTakeTheHostLink) {
  Built b(small_gpu());
  Kernel k = vector_kernel(b.config, copy(1, 64));
  b.gpu.run({launch(k)}, true, true);
  const double without = b.gpu.kernel_seconds().front();
  k.host_bytes = 32e6;
  b.gpu.run({launch(k)}, true, true);
  EXPECT_NEAR(b.gpu.kernel_seconds().front() - without, 1e-6 + 1e-3, 1e-9);
}

}  // namespace
}  // namespace presil::gpu
