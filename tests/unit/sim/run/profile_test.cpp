// profile_test.cpp -- curves of a segment keep their integral, and power keeps the energy.
#include "sim/run/profile.h"

#include <gtest/gtest.h>

#include "sim/run/chip_power.h"
#include "sim/run/machine.h"
#include "sim/run/recorder.h"
#include "sim/run/result.h"
#include "sim/run/segment_power.h"
#include "tests/unit/sim/run/small_model.h"

namespace presil::run {
namespace {

using kernel::Resource;

TEST(Profile, WorkSpreadsOverItsTime) {
  Profile p(1e-9);
  p.add(Resource::memory, 10e-9, 20e-9, 0.5, 100);
  EXPECT_NEAR(p.amount(Resource::memory, 0, 15e-9), 50, 1e-9);
  EXPECT_NEAR(p.amount(Resource::memory, 12.5e-9, 13e-9), 5, 1e-9);
  EXPECT_NEAR(p.busy_share(Resource::memory, 0, 20e-9), 0.25, 1e-12);
  EXPECT_EQ(p.amount(Resource::array, 0, 1), 0);
}

TEST(Profile, LongerTimesJoinSteps) {
  Profile p(1e-9);
  double amount = 0;
  for (int i = 0; i < 5000; ++i) {
    p.add(Resource::array, i * 1.7e-9, i * 1.7e-9 + 1e-9, 1, i % 7);
    amount += i % 7;
  }
  EXPECT_NEAR(p.total(Resource::array), amount, 1e-9 * amount);
  EXPECT_GE(p.step_s() * Profile::kSteps, 5000 * 1.7e-9);
  const double all = p.step_s() * Profile::kSteps;
  EXPECT_NEAR(p.busy_share(Resource::array, 0, all) * all, 5000e-9, 1e-12);
}

TEST(Profile, WhatTakesNoTimeCounts) {
  Profile p;
  p.add(Resource::host, 5e-9, 5e-9, 1, 7);
  EXPECT_EQ(p.total(Resource::host), 7);
}

TEST(SegmentPower, ItsIntegralIsTheEnergy) {
  Machine machine(npu_chip(roomy_chip()));
  const workload::Graph graph = workload::prefill_pass(tiny_llama(), {}, 16);
  for (const workload::Segment& segment : graph.segments) {
    const Totals totals = machine.run(graph, segment, {}, true);
    SegmentRecorder recorder({}, 100000);
    const double simulated = machine.seconds_simulated();
    EXPECT_EQ(machine.run(graph, segment, {}, true, &recorder).time_s(), totals.time_s());
    EXPECT_EQ(machine.seconds_simulated(), simulated);  // watching is no work of the run
    const SegmentPower power(machine.chip(), totals, recorder.profile());
    const double time = totals.time_s(), energy = ppa::total(energy_of(machine.chip(), totals)).value;
    EXPECT_NEAR(power.joules(0, time), energy, 1e-6 * energy) << segment.name;
    double sum = 0;
    for (int i = 0; i < 10; ++i) sum += power.joules(time * i / 10, time * (i + 1) / 10);
    EXPECT_NEAR(sum, energy, 1e-6 * energy) << segment.name;
    EXPECT_FALSE(recorder.cut());
    for (const RecordedSpan& s : recorder.spans()) EXPECT_LE(s.end_s, time * (1 + 1e-9) + 1e-6);
  }
}

TEST(SegmentRecorder, StopsAtItsLimitAndSaysWhere) {
  Machine machine(npu_chip(roomy_chip()));
  const workload::Graph graph = workload::prefill_pass(tiny_llama(), {}, 16);
  const workload::Segment& segment = graph.segments.at(1);
  SegmentRecorder whole({}, 100000), part({}, 20);
  const double time = machine.run(graph, segment, {}, true, &whole).time_s();
  machine.run(graph, segment, {}, true, &part);
  ASSERT_GT(whole.spans().size(), 20u);
  EXPECT_LE(part.spans().size() + part.depths().size(), 20u);
  EXPECT_TRUE(part.cut());
  EXPECT_LT(part.cut_at(), time);
  EXPECT_NEAR(part.profile().total(Resource::array), whole.profile().total(Resource::array), 1e-6);
}

}  // namespace
}  // namespace presil::run
