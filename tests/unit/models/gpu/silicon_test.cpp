// silicon_test.cpp -- what a GPU's die says of its power: wire by the floorplan, clocks and leakage of an
// awake board.
#include "models/gpu/silicon.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "models/gpu/gpu_area.h"
#include "models/gpu/kernel_power.h"
#include "models/gpu/kernel_time.h"
#include "models/gpu/matmul_policy.h"
#include "sim/base/error.h"
#include "sim/ppa/floorplan.h"
#include "sim/ppa/static_power.h"
#include "tests/unit/models/gpu/small_gpu.h"

namespace presil::gpu {
namespace {

TEST(Silicon, WireIsTheFloorplansDistanceAndGrowsWithTheDie) {
  const GpuConfig small = small_gpu();
  EXPECT_EQ(silicon(small).wire.value,
            ppa::distance(ppa::floorplan(gpu_area(small)), "cores", "cache").value);
  GpuConfig large = small;
  large.sms *= 2;
  EXPECT_GT(silicon(large).wire, silicon(small).wire * 1.1);
  Kernel k;
  k.phases = {{0, 1e6, 0, 0}};
  const double wires =
      kernel_energy(large, silicon(large), k).l2 - kernel_energy(large, silicon(small), k).l2;
  EXPECT_NEAR(
      wires, 1e6 * 8 * (silicon(large).wire - silicon(small).wire).value * small.technology.wire_per_mm.value,
      1e-15);
}

/// Chiplets have no floorplan together: a wire there is the mean between two points of one of them.
TEST(Silicon, WireOfSeveralDiesIsThatOfOne) {
  GpuConfig g = small_gpu();
  g.die.chiplets = 4;
  EXPECT_NEAR(silicon(g).wire.value, std::sqrt(gpu_area(g).total().value / 4) * 2 / 3,
              0.05 * silicon(g).wire.value);
}

TEST(Silicon, OnlyGddrIsSlowerAtRest) {
  GpuConfig g = small_gpu();
  EXPECT_EQ(silicon(g).memory.value, 0);
  g.memory.standard = "GDDR6";
  EXPECT_NEAR(silicon(g).memory.value, ppa::kMemoryAtRest * 8 * 1.6e12 * 4e-12, 1e-9);
}

/// A die 25 K hotter leaks twice as much; the first of the two is in the board's idle power.
TEST(Silicon, HeatAddsLeakage) {
  GpuConfig g = small_gpu();
  g.power.temperature_c = ppa::kRestCelsius;
  EXPECT_NEAR(silicon(g).leakage.value, 0, 1e-12);
  g.power.temperature_c = ppa::kRestCelsius + 25;
  const double once = silicon(g).leakage.value;
  EXPECT_GT(once, 1);
  g.power.temperature_c = ppa::kRestCelsius + 50;
  EXPECT_NEAR(silicon(g).leakage.value, 3 * once, 1e-9);
}

TEST(Silicon, AwakePowerFollowsClockAndVoltage) {
  GpuConfig g = small_gpu();
  g.memory.standard = "GDDR6";
  const Silicon s = silicon(g);
  EXPECT_NEAR(s.clock / s.clock_tree, kAwakeClock, 1e-12);
  const AwakePower full = awake_power(g, s, g.clock), low = awake_power(g, s, g.clocks.low_clock);
  const double v = g.clocks.low_voltage;
  EXPECT_NEAR(full.total().value, (s.clock + s.leakage + s.memory).value, 1e-9);
  EXPECT_NEAR(low.clock / full.clock, v * v * (g.clocks.low_clock / g.clock), 1e-12);
  EXPECT_NEAR(low.leakage / full.leakage, v * v * v, 1e-12);
  EXPECT_EQ(low.memory, full.memory);
}

/// What a board was seen to draw awake is charged, in place of the computed share of the clock tree; memory's
/// part stays as computed as long as the whole reaches for it.
TEST(Silicon, MeasuredPowerAwakeIsCharged) {
  GpuConfig g = small_gpu();
  g.memory.standard = "GDDR6";
  g.power.idle = {30};
  g.power.temperature_c = ppa::kRestCelsius;
  const Silicon computed = silicon(g);
  for (const double awake : {40.0, 90.0, 200.0}) {
    g.awake = {awake};
    EXPECT_NEAR((g.power.idle + awake_power(g, silicon(g), g.clock).total()).value, awake, 1e-9);
    EXPECT_EQ(silicon(g).memory.value, std::min(awake - 30, computed.memory.value));
    EXPECT_EQ(silicon(g).clock_tree, computed.clock_tree);
  }
}

TEST(Silicon, ALimitUnderWhatTheBoardDrawsAwakeIsRefused) {
  GpuConfig g = small_gpu();
  g.memory.standard = "GDDR6";
  const Silicon s = silicon(g);
  EXPECT_NO_THROW(check_limit(g, s));  // none
  const Watts least = g.power.idle + awake_power(g, s, g.clocks.step).total();
  g.power.tdp = least + Watts{0.1};
  EXPECT_NO_THROW(check_limit(g, s));
  g.power.tdp = least - Watts{0.1};
  ASSERT_GT(g.power.tdp, g.power.idle);
  EXPECT_THROW(check_limit(g, s), InputError);
}

/// Power is the board's idle power, what it draws awake, and the energy of events over time: the parts and no
/// more.
TEST(Silicon, PowerIsIdleAwakeAndEvents) {
  const GpuConfig g = small_gpu();
  const Silicon s = silicon(g);
  const Kernel k = plan_matmul(g, gemm(4096, 4096, 4096));
  const KernelEnergy e = kernel_energy(g, s, k);
  const double events = (e.tensor + e.lanes + e.l2 + e.memory) / kernel_time(g, k, g.clock).value;
  EXPECT_NEAR(kernel_power(g, s, k, g.clock).value,
              g.power.idle.value + awake_power(g, s, g.clock).total().value + events, 1e-6);
}

}  // namespace
}  // namespace presil::gpu
