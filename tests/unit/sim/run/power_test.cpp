// power_test.cpp -- power limit, heat sink and power over time of whole runs on a small chip.
#include "sim/run/power_report.h"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "sim/ppa/voltage_curve.h"
#include "sim/run/machine.h"
#include "sim/run/passes.h"
#include "tests/unit/sim/run/small_model.h"

namespace presil::run {
namespace {

/// Arithmetic that costs as much as the rest together, so that a cap binds.
npu::ChipConfig hungry_chip() {
  npu::ChipConfig c = roomy_chip();
  for (double& pj : c.technology.mac_pj) pj = 50;
  c.power.idle = {0.5};
  return c;
}

struct Ran { Totals totals; PowerReport power; };
Ran run_layer(const npu::ChipConfig& config, bool exact = false) {
  const Chip chip = npu_chip(config);
  Machine machine(chip);
  const workload::Graph graph = workload::prefill_pass(tiny_llama(), {}, 64);
  const Totals totals = run_pass(machine, graph, {}, exact);
  return {totals, power_report(machine.chip(), totals.segments, {totals.time_s()})};
}

const PowerReport::Row& row(const PowerReport& report, const std::string& name) {
  for (const auto& r : report.rows)
    if (r.segment.name == name) return r;
  throw std::logic_error{"no row " + name};
}

TEST(PowerReport, RowsSumToTheWhole) {
  const Ran ran = run_layer(hungry_chip());
  double joules = 0, seconds = 0;
  for (const auto& r : ran.power.rows) {
    joules += r.power.value * r.segment.activity.time.value;
    seconds += r.segment.activity.time.value;
    EXPECT_GE(ran.power.peak, r.power);
    EXPECT_GE(r.power.value, ran.power.idle.value * (1 - 1e-9)) << r.segment.name;
  }
  EXPECT_NEAR(seconds, ran.totals.time_s(), 1e-12 * seconds);
  EXPECT_NEAR(joules, ppa::total(ran.power.energy).value, 1e-9 * joules);
  EXPECT_NEAR(ran.power.average.value * seconds, joules, 1e-9 * joules);
}

TEST(PowerReport, UncoveredTimeIsWaiting) {
  const Chip chip = npu_chip(hungry_chip());
  Totals totals;
  const PowerReport report = power_report(chip, totals.segments, {2});
  ASSERT_EQ(report.rows.size(), 1u);
  EXPECT_EQ(report.rows[0].segment.name, "waiting");
}

TEST(Governor, UncappedChipsRunAtFullClock) {
  const Ran ran = run_layer(hungry_chip());
  const auto& layer = row(ran.power, "layer");
  EXPECT_NEAR(layer.segment.cycles / layer.segment.activity.time.value, 1e9, 1);
}

constexpr double kCap = 1.0;

TEST(Capped, PowerStaysUnderTheCapAndTheClockIsTheHighestThatDoes) {
  npu::ChipConfig config = hungry_chip();
  config.power.cap = {kCap};
  const Ran capped = run_layer(config);
  const auto& layer = row(capped.power, "layer");
  EXPECT_LE(layer.power.value, kCap);
  const double share = layer.segment.cycles / layer.segment.activity.time.value / 1e9;
  EXPECT_LT(share, 1);
  EXPECT_NEAR(std::round(share * 40), share * 40, 1e-6) << "one of the states";
  // One state more would draw more than the cap: events per second and their energy both rise.
  const double dynamic = layer.power.value - config.power.idle.value;
  const auto energy = [&](double speed) { return ppa::relative_energy(config.technology, ppa::supply_for(config.technology, speed)); };
  EXPECT_GT(config.power.idle.value + dynamic * (share + 1.0 / 40) / share * energy(std::min(1.0, share + 1.0 / 40)) / energy(share), 0.97 * kCap);
}

TEST(Capped, EventsAreChargedAtTheLowerSupply) {
  npu::ChipConfig config = hungry_chip();
  config.power.cap = {kCap};
  const Ran capped = run_layer(config);
  double executed = 0, charged = 0;
  for (const OpTotals& op : capped.totals.ops) executed += op.macs;
  for (const SegmentTotals& segment : capped.totals.segments) charged += segment.activity.macs[static_cast<std::size_t>(Format::bf16)];
  EXPECT_LT(charged, 0.95 * executed);
  EXPECT_GT(charged, executed * ppa::relative_energy(config.technology, config.technology.voltage.least));
}

TEST(Capped, ExactRunsKeepTheState) {
  npu::ChipConfig config = hungry_chip();
  config.power.cap = {kCap};
  const Ran exact = run_layer(config, true);
  const auto& layer = row(exact.power, "layer");
  EXPECT_LT(layer.segment.cycles / layer.segment.activity.time.value, 0.99e9);
  EXPECT_LE(layer.power.value, 1.02 * kCap);
}

TEST(Cooled, TheSinkLimitsPower) {
  npu::ChipConfig config = hungry_chip();
  config.cooling = {50, 0.01, 30, 80};  // 1 W at 80 C
  const Ran ran = run_layer(config);
  EXPECT_DOUBLE_EQ(ran.power.limit.value, 1);
  EXPECT_LE(row(ran.power, "layer").power.value, 1);
  EXPECT_LE(ran.power.celsius, 80);
  EXPECT_NEAR(ran.power.celsius, 30 + 50 * ran.power.average.value, 1e-6);
  ASSERT_TRUE(ran.power.celsius_after_run.has_value());
  EXPECT_GT(*ran.power.celsius_after_run, config.cooling.steady_celsius(ran.power.idle) - 1e-9);
  EXPECT_LT(*ran.power.celsius_after_run, config.cooling.steady_celsius(ran.power.peak));
}

}  // namespace
}  // namespace presil::run
