// pe_grid_test.cpp -- the PE grid against hand-counted cycles, and its hazards.
#include "models/systolic/pe_grid.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace presil::systolic {
namespace {

constexpr Dataflow kDataflows[] = {Dataflow::ws, Dataflow::os, Dataflow::is};

Matrix numbered(std::size_t rows, std::size_t columns) {
  Matrix m{rows, columns, std::vector<std::int32_t>(rows * columns)};
  for (std::size_t i = 0; i < m.data.size(); ++i) m.data[i] = std::int32_t(i * 7 % 19) - 9;
  return m;
}

GridResult run(GemmShape g, ArrayShape array, Dataflow dataflow) {
  return run_grid(numbered(g.m, g.k), numbered(g.k, g.n), array, dataflow);
}

TEST(PeGrid, MultipliesByHand) {
  const Matrix a{2, 2, {1, 2, 3, 4}}, b{2, 2, {5, 6, 7, 8}};
  const std::vector<std::int64_t> product{19, 22, 43, 50};
  for (const Dataflow d : kDataflows) EXPECT_EQ(run_grid(a, b, {2, 2}, d).product, product);
}

TEST(PeGrid, MultipliesBeyond32Bits) {
  const Matrix a{1, 2, {2'000'000'000, 2'000'000'000}}, b{2, 1, {2'000'000'000, 2'000'000'000}};
  for (const Dataflow d : kDataflows) EXPECT_EQ(run_grid(a, b, {1, 1}, d).product[0], 8'000'000'000'000'000'000);
}

TEST(PeGrid, OnePeLoadsComputesAndDrains) {
  EXPECT_EQ(run({1, 1, 1}, {1, 1}, Dataflow::ws).cycles, 2u);  // load, multiply
  EXPECT_EQ(run({1, 1, 1}, {1, 1}, Dataflow::os).cycles, 2u);  // multiply, shift out
}

TEST(PeGrid, WeightStationaryInstructionLatency) {  // R preload, then R + C - 2 + n
  EXPECT_EQ(run({10, 6, 8}, {8, 6}, Dataflow::ws).cycles, 8u + 8 + 6 - 2 + 10);
}

TEST(PeGrid, WeightStationaryIssuesEveryMOrRCycles) {
  const Schedule slow = run({10, 6, 24}, {8, 6}, Dataflow::ws).schedule;
  EXPECT_EQ(slow.stream, (std::vector<std::uint64_t>{8, 18, 28}));
  EXPECT_EQ(slow.preload, (std::vector<std::uint64_t>{0, 8, 18}));
  const Schedule fast = run({3, 6, 24}, {8, 6}, Dataflow::ws).schedule;
  EXPECT_EQ(fast.stream, (std::vector<std::uint64_t>{8, 16, 24}));
}

TEST(PeGrid, ThirtySixFoldsAtAnEighthOfTheSize) {  // as 512,768,768 on 128 x 128
  EXPECT_EQ(run({64, 96, 96}, {16, 16}, Dataflow::ws).cycles, 16u + 36 * 64 + 30);
}

TEST(PeGrid, OutputStationaryDrains) {
  EXPECT_EQ(run({128, 128, 128}, {128, 128}, Dataflow::os).cycles, 510u);  // 2R + C + K - 2
}

TEST(PeGrid, ShallowOutputStationaryWaitsForItsRegisters) {
  const Schedule s = run({12, 4, 2}, {4, 4}, Dataflow::os).schedule;
  EXPECT_EQ(s.stream, (std::vector<std::uint64_t>{0, 7, 14}));  // 2R - 1
}

/// Every start is the earliest: one cycle sooner and two words meet in a register.
void expect_tight(GemmShape g, ArrayShape array, Dataflow dataflow) {
  const Matrix a = numbered(g.m, g.k), b = numbered(g.k, g.n);
  const GridResult free = run_grid(a, b, array, dataflow);
  const auto replay = [&](const Schedule& s) { return run_grid(a, b, array, dataflow, &s); };
  EXPECT_EQ(replay(free.schedule).cycles, free.cycles);
  EXPECT_EQ(replay(free.schedule).product, free.product);
  for (auto kind : {&Schedule::preload, &Schedule::stream}) {
    for (std::size_t i = 0; i < (free.schedule.*kind).size(); ++i) {
      Schedule hasty = free.schedule;
      if ((hasty.*kind)[i]-- == 0) continue;
      EXPECT_THROW(replay(hasty), Hazard) << "fold " << i;
    }
  }
}

TEST(PeGrid, OneCycleEarlierIsAHazard) {
  for (const Dataflow d : kDataflows) {
    expect_tight({9, 7, 10}, {4, 3}, d);   // bound by the stream
    expect_tight({7, 6, 2}, {4, 3}, d);    // os: bound by the output registers
    expect_tight({2, 7, 10}, {4, 3}, d);   // ws: bound by the preload
    expect_tight({10, 2, 10}, {4, 3}, d);  // is: likewise
    expect_tight({3, 3, 3}, {1, 1}, d);
  }
}

TEST(PeGrid, SlackInTheScheduleOnlyCostsTime) {
  const Matrix a = numbered(5, 9), b = numbered(9, 5);
  const GridResult free = run_grid(a, b, {4, 4}, Dataflow::ws);
  Schedule late = free.schedule;
  for (std::uint64_t& s : late.stream) s += 3;
  for (std::uint64_t& s : late.preload) s += 3;
  const GridResult result = run_grid(a, b, {4, 4}, Dataflow::ws, &late);
  EXPECT_EQ(result.cycles, free.cycles + 3);
  EXPECT_EQ(result.product, free.product);
}

TEST(PeGrid, RefusesWhatIsNoGemm) {
  EXPECT_THROW(run_grid(numbered(2, 3), numbered(2, 3), {2, 2}, Dataflow::ws), std::invalid_argument);
  EXPECT_THROW(run_grid(numbered(0, 3), numbered(3, 3), {2, 2}, Dataflow::os), std::invalid_argument);
  EXPECT_THROW(run_grid(numbered(2, 2), numbered(2, 2), {0, 2}, Dataflow::is), std::invalid_argument);
}

TEST(PeGrid, RefusesSchedulesThatFitNothing) {
  const Matrix a = numbered(1, 4), b = numbered(4, 1);
  const Schedule backwards{{0, 3}, {2, 2}}, brief{{0}, {2}};
  EXPECT_THROW(run_grid(a, b, {2, 1}, Dataflow::ws, &backwards), Hazard);
  EXPECT_THROW(run_grid(a, b, {2, 1}, Dataflow::ws, &brief), std::out_of_range);
}

}  // namespace
}  // namespace presil::systolic
