// kernel_time_test.cpp -- closed forms of one kernel: bounds, voltage, power, and the clock under a cap.
#include "models/gpu/kernel_power.h"
#include "models/gpu/kernel_time.h"

#include <random>

#include <gtest/gtest.h>

#include "models/gpu/clock_governor.h"
#include "models/gpu/matmul_policy.h"
#include "models/gpu/vector_kernel.h"
#include "tests/unit/models/gpu/small_gpu.h"

namespace presil::gpu {
namespace {

double chosen(const GpuConfig& g, const MatmulShape& s) { return kernel_time(g, plan_matmul(g, s), g.clock).value; }

TEST(KernelTime, APhaseTakesAtLeastItsSlowestPart) {
  const GpuConfig g = small_gpu();
  const double dram = load_rate(g), l2 = g.l2_bytes_per_s();
  std::mt19937 random{9};
  std::uniform_real_distribution<double> any{0, 1};
  for (int i = 0; i < 500; ++i) {
    Kernel k;
    const Phase p{1e6 * any(random), 1e9 * any(random), 1e8 * any(random), 1e8 * any(random)};
    const double load = std::max((p.read_bytes + kTileStoreCost * p.write_bytes) / dram, p.l2_bytes / l2), work = p.sm_cycles / g.clock.value;
    const double t = phase_time(g, k, p, g.clock);
    EXPECT_GE(t, std::max(load, work) * (1 - 1e-12));
    EXPECT_LE(t, (load + work) * (1 + 1e-12));
    k.phases = {p, p};
    k.latency_s = 3e-6;
    EXPECT_NEAR(kernel_time(g, k, g.clock).value, 3e-6 + 2 * t, 1e-12);
  }
}

/// One resident block stores or multiplies, never both; many hide the shorter; persistent kernels overlap stores as loads.
TEST(KernelTime, StoresAreHiddenByTheOtherBlocksOfAnSm) {
  const GpuConfig g = small_gpu();
  Kernel k;
  const Phase p{1e6, 0, 0, 1e9};  // 1 ms of arithmetic, and stores
  const double work = 1e-3, store = kTileStoreCost * 1e9 / load_rate(g);
  k.store_stages = 1;
  EXPECT_NEAR(phase_time(g, k, p, g.clock), work + store, 1e-12);
  k.store_stages = 100;
  EXPECT_NEAR(phase_time(g, k, p, g.clock), std::max(work, store), 0.01 * store);
  // Loads and stores share the pins, however many blocks there are.
  const Phase memory{0, 0, 1e9, 1e9};
  EXPECT_NEAR(phase_time(g, k, memory, g.clock), 1e9 / load_rate(g) + store, 1e-12);
}

/// A short K leaves little arithmetic for each byte stored: scores of attention without fusion are written at a fraction of
/// the pins' rate. 2048 x 2048 x 128, 192 of them, on A100: 0.87 TB/s of 2.04 [github.com/PrincetonUniversity/LLMCompass].
TEST(KernelTime, AShortInnerExtentExposesTheStores) {
  GpuConfig g = one_tile({256, 128, 32, 3, 256});  // one block an SM
  const MatmulShape scores = gemm(2048, 2048, 128, 192), deep = gemm(2048, 2048, 4096, 6);
  const auto both = [&](bool persistent, const MatmulShape& s) {
    g.architecture.library.persistent = persistent;
    return kernel_time(g, plan_matmul(g, s), g.clock).value;
  };
  EXPECT_GT(both(false, scores), 1.3 * both(true, scores));
  EXPECT_LT(both(false, deep), 1.1 * both(true, deep));
}

/// B along n: blocks side by side read whole rows; where a row is shorter than a page, only its share.
TEST(KernelTime, RowsOfBAreReadAtTheRateOfStreams) {
  GpuConfig g = small_gpu();
  g.architecture.fit.memory_efficiency = 0.6;
  g.architecture.fit.stream_efficiency = 0.9;
  MatmulShape wide = gemm(8, 8192, 8192), narrow = gemm(1, 128, 8192, 64);
  for (MatmulShape* s : {&wide, &narrow}) s->rows_of_b = true;
  EXPECT_EQ(plan_matmul(g, wide).streams, 1);
  EXPECT_EQ(plan_matmul(g, narrow).streams, 0.25);
  EXPECT_EQ(plan_matmul(g, gemm(8, 8192, 8192)).streams, 0);
  EXPECT_NEAR(chosen(g, gemm(8, 8192, 8192)) / chosen(g, wide), 1.5, 0.1);
}

/// Who loads 256 bytes at a time brings a sector of check bits for them; who loads 128, as tiles do along K, one for each.
TEST(KernelTime, TilesFetchCheckBitsTwice) {
  GpuConfig g = small_gpu();
  Kernel k;
  k.phases = {{0, 0, 1e9, 0}};
  const double without = kernel_time(g, k, g.clock).value;
  g.ecc_overhead = 0.125;
  EXPECT_NEAR(kernel_time(g, k, g.clock).value / without, 1.25, 1e-12);
  k.granules = 1;
  EXPECT_NEAR(kernel_time(g, k, g.clock).value / without, 1.125, 1e-12);
  EXPECT_EQ(plan_matmul(g, gemm(16, 8192, 8192)).granules, 0);
  EXPECT_EQ(vector_kernel(g, VectorShape{}).granules, 1);
  MatmulShape rows = gemm(16, 64, 8192);  // half a granule a row
  rows.rows_of_b = true;
  EXPECT_EQ(plan_matmul(g, rows).granules, 0.5);
}

/// What tensor cores lack is multiplied on the lanes, where instructions cost far more than arithmetic: one a multiply-add in
/// fp32, more where values are widened first.
TEST(KernelTime, LanesPayForTheirInstructions) {
  GpuConfig g = small_gpu();
  g.architecture.widened_instructions = 1.5;
  g.tensor[static_cast<std::size_t>(Format::bf16)] = 0;
  MatmulShape s = gemm(256, 256, 4096);
  const auto per_mac = [&] {
    const Kernel k = plan_matmul(g, s);
    return kernel_energy(g, silicon(g), k).tensor / k.macs * 1e12;
  };
  EXPECT_NEAR(per_mac(), 0.2 + 1.5 * kInstructionEnergy, 1e-9);
  s.format = Format::fp32;
  EXPECT_NEAR(per_mac(), 0.2 + kInstructionEnergy, 1e-9);
  s.format = Format::fp16;
  EXPECT_LT(per_mac(), 2);
}

/// Two dies: half of all bytes cross, each way at half the rate. They act as one as long as that takes less than memory.
TEST(KernelTime, DiesActAsOneWhileTheyExchangeFastEnough) {
  const GpuConfig one = small_gpu();
  GpuConfig two = one;
  two.die.chiplets = 2;
  two.die.die_to_die = die_to_die_needed(two);
  Kernel stream;
  stream.phases = {{0, 0, 1e9, 0}};
  stream.streams = 1;
  EXPECT_NEAR(die_to_die_needed(two).value, one.load_bytes_per_s(one.architecture.fit.stream_efficiency, 1) / 2, 1);
  EXPECT_NEAR(kernel_time(two, stream, two.clock) / kernel_time(one, stream, one.clock), 1, 1e-9);
  two.die.die_to_die = two.die.die_to_die * 0.5;
  EXPECT_NEAR(kernel_time(two, stream, two.clock) / kernel_time(one, stream, one.clock), 2, 1e-6);
  two.die.chiplets = 1;  // nothing to cross
  EXPECT_EQ(die_crossing(two), 0);
}

TEST(KernelTime, ALowerClockSlowsWorkAndL2ButNotDram) {
  const GpuConfig g = small_gpu();
  Kernel work, dram;
  work.phases = {{1e6, 0, 0, 0}};
  dram.phases = {{0, 0, 1e9, 0}};
  EXPECT_NEAR(kernel_time(g, work, {0.5e9}) / kernel_time(g, work, {1e9}), 2, 1e-9);
  EXPECT_NEAR(kernel_time(g, dram, {0.5e9}) / kernel_time(g, dram, {1e9}), 1, 1e-9);
}

/// What a model's operands take more than a benchmark's costs energy and, under the cap, clock.
TEST(KernelTime, ActivityOfOperandsScalesTheEnergyOfTensorCoresAlone) {
  GpuConfig g = small_gpu();
  Kernel k;
  k.macs = 1e12;
  k.simple_ops = 1e9;
  k.phases = {{1e6, 1e6, 1e6, 1e6}};
  const KernelEnergy plain = kernel_energy(g, silicon(g), k);
  g.power.tdp = {(kernel_power(g, silicon(g), k, g.clock).value + kernel_power(g, silicon(g), k, g.clocks.low_clock).value) / 2};
  const Hertz before = sustained_clock(g, silicon(g), k);
  k.activity = 1.25;
  const KernelEnergy busy = kernel_energy(g, silicon(g), k);
  EXPECT_DOUBLE_EQ(busy.tensor, 1.25 * plain.tensor);
  EXPECT_DOUBLE_EQ(busy.lanes, plain.lanes);
  EXPECT_DOUBLE_EQ(busy.l2, plain.l2);
  EXPECT_DOUBLE_EQ(busy.memory, plain.memory);
  EXPECT_LT(sustained_clock(g, silicon(g), k).value, before.value);
}

/// Arithmetic alone is the technology's multiply-add, on tensor cores as on lanes; only the former charge a model's operands.
TEST(KernelTime, BareMultiplyAddsAreTheTechnologys) {
  GpuConfig g = small_gpu();
  const auto index = [](Format f) { return static_cast<std::size_t>(f); };
  g.technology.mac_pj[index(Format::bf16)] = 0.4;
  g.technology.mac_pj[index(Format::fp32)] = 1.1;
  Kernel k;
  k.format = Format::bf16;
  k.macs = 1e12;
  k.activity = 1.5;
  EXPECT_NEAR(kernel_energy(g, silicon(g), k).bare, 1.5 * 0.4, 1e-12);
  k.format = Format::fp32;
  k.instructions = 1.25e12;
  EXPECT_NEAR(kernel_energy(g, silicon(g), k).bare, 1.1, 1e-12);
  EXPECT_GT(kernel_energy(g, silicon(g), k).tensor, kernel_energy(g, silicon(g), k).bare);
}

/// An fp32 addition takes 0.9 / 2.3 of a vector operation, here 1 pJ; 12 of 24 bits half of it.
TEST(KernelTime, ShortSumsOfFp8TakeLess) {
  GpuConfig g = small_gpu();
  const double whole = bare_mac_picojoules(g, Format::fp8), wide = mac_picojoules(g, Format::bf16);
  EXPECT_NEAR(whole, g.technology.mac_pj[static_cast<std::size_t>(Format::fp8)], 1e-12);
  g.technology.mac_pj[static_cast<std::size_t>(Format::fp8)] = 0.5;
  g.architecture.tensor_instruction.fp8_sum_bits = 12;
  EXPECT_NEAR(bare_mac_picojoules(g, Format::fp8), 0.5 - 0.5 * 0.9 / 2.3, 1e-12);
  EXPECT_EQ(mac_picojoules(g, Format::bf16), wide);
}

/// The bare multiply-add is the format's; operands and control beside it go by the bytes of the operands.
TEST(KernelTime, EnergyBesideTheMultiplyAddGoesByBytes) {
  GpuConfig g = small_gpu();
  const auto index = [](Format f) { return static_cast<std::size_t>(f); };
  g.technology.mac_pj[index(Format::bf16)] = 0.4;
  g.technology.mac_pj[index(Format::fp16)] = 0.5;
  g.technology.mac_pj[index(Format::int8)] = 0.1;
  g.architecture.fit.energy_scale = 4;
  const auto tensor = [&](Format f) {
    Kernel k;
    k.format = f;
    k.macs = 1e12;
    return kernel_energy(g, silicon(g), k).tensor;
  };
  EXPECT_NEAR(tensor(Format::bf16), 4 * 0.4, 1e-12);
  EXPECT_NEAR(tensor(Format::fp16), 0.5 + 3 * 0.4, 1e-12);
  EXPECT_NEAR(tensor(Format::int8), 0.1 + 3 * 0.2, 1e-12);
}

/// Peaks are counted at the data sheet's clock for tensor cores; work runs at the boost clock as far as power lets it.
TEST(KernelTime, TensorClockCountsPeaksAndNothingElse) {
  GpuConfig g = small_gpu();
  const double peak = g.peak_ops_per_s(Format::bf16), time = chosen(g, gemm(4096, 4096, 4096));
  g.tensor_clock = {0.95e9};
  EXPECT_DOUBLE_EQ(g.peak_ops_per_s(Format::bf16), 0.95 * peak);
  EXPECT_EQ(chosen(g, gemm(4096, 4096, 4096)), time);
  EXPECT_EQ(g.peak_vector_ops_per_s(), 2.0 * g.lanes * g.sms * g.clock.value);
  // A what-if with another boost clock takes the peak along, so that kernels stay under it.
  g.tensor_clock = {2e9};
  EXPECT_EQ(g.peak_ops_per_s(Format::bf16), peak);
  g.tensor_clock = {0.5e9};
  EXPECT_DOUBLE_EQ(g.peak_ops_per_s(Format::bf16), g.architecture.fit.tensor_efficiency * peak);
}

TEST(KernelTime, VoltageFollowsTheClock) {
  const GpuConfig g = small_gpu();
  EXPECT_DOUBLE_EQ(relative_voltage(g, g.clock), 1);
  EXPECT_DOUBLE_EQ(relative_voltage(g, g.clocks.low_clock), g.clocks.low_voltage);
  EXPECT_DOUBLE_EQ(relative_voltage(g, {0.1e9}), g.clocks.low_voltage);
  EXPECT_NEAR(relative_voltage(g, {0.7e9}), (1 + g.clocks.low_voltage) / 2, 1e-12);
}

/// Under the cap, below low_clock where that takes it, and never lower than needed: the next state breaks the cap.
TEST(KernelTime, TheClockIsTheHighestStateUnderTheCap) {
  GpuConfig g = small_gpu();
  const Kernel k = plan_matmul(g, gemm(8192, 8192, 8192));
  const double most = kernel_power(g, silicon(g), k, g.clock).value, least = kernel_power(g, silicon(g), k, g.clocks.low_clock).value;
  ASSERT_GT(most, least);
  double before = 0;
  for (double cap = 0.8 * least; cap < 1.1 * most; cap += (most - least) / 40) {
    g.power.tdp = {cap};
    const Hertz clock = sustained_clock(g, silicon(g), k);
    EXPECT_GT(clock.value, 0);
    EXPECT_LE(clock.value, g.clock.value);
    EXPECT_GE(clock.value, before) << "a higher cap must not lower the clock";
    before = clock.value;
    EXPECT_LE(kernel_power(g, silicon(g), k, clock).value, cap);
    if (clock.value < g.clock.value) {
      EXPECT_GT(kernel_power(g, silicon(g), k, clock + g.clocks.step).value, cap);
    }
  }
  EXPECT_EQ(before, g.clock.value);
}

TEST(KernelTime, PowerGrowsWithTheClockForEveryKernel) {
  const GpuConfig g = small_gpu();
  std::mt19937 random{1};
  for (int i = 0; i < 40; ++i) {
    const Kernel k = plan_matmul(g, gemm(1 + random() % 5000, 1 + random() % 5000, 1 + random() % 5000));
    double before = 0;
    for (double hertz = g.clocks.low_clock.value; hertz <= g.clock.value; hertz += 2e7) {
      const double power = kernel_power(g, silicon(g), k, {hertz}).value;
      EXPECT_GE(power, before);
      before = power;
    }
  }
}

TEST(ClockGovernor, FollowsTheAverageOfTheProgram) {
  GpuConfig g = small_gpu();
  Launch hot{plan_matmul(g, gemm(8192, 8192, 8192)), {{0}}};
  VectorShape wide;
  wide.rows = 8192;
  wide.columns = 8192;
  wide.read_bytes = wide.write_bytes = 8192.0 * 8192 * 2;
  Launch cool{vector_kernel(g, wide), {{1}}};
  const double both = kernel_power(g, silicon(g), hot.kernel, g.clock).value;
  const double rest = (g.power.idle + awake_power(g, silicon(g), g.clock).total()).value;
  g.power.tdp = {rest + 0.9 * (both - rest)};
  EXPECT_EQ(program_clock(g, silicon(g), {hot}).value, sustained_clock(g, silicon(g), hot.kernel).value);
  EXPECT_LT(program_clock(g, silicon(g), {hot}).value, g.clock.value);
  EXPECT_EQ(program_clock(g, silicon(g), {cool}).value, g.clock.value);
  EXPECT_GE(program_clock(g, silicon(g), {hot, cool}).value, program_clock(g, silicon(g), {hot}).value);
  EXPECT_EQ(program_clock(g, silicon(g), {}).value, g.clock.value);
}

/// Energy is a sum over what is counted: twice the work, twice the joules.
TEST(KernelTime, EnergyIsProportionalToCounts) {
  const GpuConfig g = small_gpu();
  Kernel k;
  k.macs = 1e9;
  k.simple_ops = 1e6;
  k.special_ops = 1e5;
  k.phases = {{1, 1e6, 1e5, 1e4}};
  const KernelEnergy one = kernel_energy(g, silicon(g), k);
  k.macs *= 2;
  k.simple_ops *= 2;
  k.special_ops *= 2;
  k.phases.push_back(k.phases.front());
  const KernelEnergy two = kernel_energy(g, silicon(g), k);
  EXPECT_DOUBLE_EQ(two.tensor, 2 * one.tensor);
  EXPECT_DOUBLE_EQ(two.lanes, 2 * one.lanes);
  EXPECT_DOUBLE_EQ(two.l2, 2 * one.l2);
  EXPECT_DOUBLE_EQ(two.memory, 2 * one.memory);
  EXPECT_DOUBLE_EQ(one.lanes, (1e6 + kSpecialEnergy * 1e5) * 1e-12 * g.architecture.fit.energy_scale);
  EXPECT_DOUBLE_EQ(one.memory, 1.1e5 * 8 * g.memory.energy.value);
}

}  // namespace
}  // namespace presil::gpu
