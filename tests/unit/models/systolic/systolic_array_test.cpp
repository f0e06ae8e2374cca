// systolic_array_test.cpp -- blocks chained on one array: equal to the PE grid, rates, accounting.
#include "models/systolic/systolic_array.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>

#include <gtest/gtest.h>

#include "models/systolic/pe_grid.h"

namespace presil::systolic {
namespace {

constexpr Dataflow kAll[] = {Dataflow::ws, Dataflow::os, Dataflow::is};

/// One cycle is one nanosecond.
class SystolicArrayTest : public testing::Test {
 protected:
  SystolicArrayTest() { kernel::initialise(); }
  static kernel::Clock clock() { return kernel::Clock(Hertz{1e9}); }
  static sc_core::sc_time at(std::uint64_t cycle) { return clock().cycles(cycle); }
  static std::uint64_t cycle(sc_core::sc_time t) { return t.value() / at(1).value(); }

  static SystolicConfig config(ArrayShape shape, Dataflow dataflow, double rate = 1) {
    SystolicConfig c;
    c.shape = shape;
    c.dataflow = dataflow;
    c.rate[static_cast<std::size_t>(Format::bf16)] = rate;
    return c;
  }
  static SystolicArray::Block block(GemmShape g, std::uint64_t repeat = 1) {
    SystolicArray::Block b;
    b.shape = g;
    b.format = Format::bf16;
    b.repeat = repeat;
    return b;
  }
};

Matrix ones(std::size_t rows, std::size_t columns) { return {rows, columns, std::vector<std::int32_t>(rows * columns, 1)}; }

/// Back to back from cycle 0, every block starts in the cycle the grid found to be the first possible.
void expect_as_grid(const std::vector<SystolicArray::Block>& chain, const SystolicConfig& config, kernel::Clock clock) {
  std::vector<Operands> gemms;
  for (const auto& b : chain)
    for (std::uint64_t i = 0; i < b.repeat; ++i) gemms.push_back({ones(b.shape.m, b.shape.k), ones(b.shape.k, b.shape.n)});
  const GridResult grid = run_grid(gemms, config.shape, config.dataflow);

  SystolicArray array(config, clock);
  array.reset(sc_core::SC_ZERO_TIME);
  const sc_core::sc_time one = clock.cycles(1);
  std::size_t fold = 0;
  std::uint64_t last_end = 0;
  double bytes = 0;
  for (const auto& b : chain) {
    const BlockSchedule s = array.execute(b, sc_core::SC_ZERO_TIME);
    const BlockTiming t = block_timing(b.shape, config.shape, config.dataflow);
    fold += t.folds * (b.repeat - 1);  // finish is that of the last repetition
    const std::uint64_t end = s.finish.value() / one.value();
    EXPECT_EQ(end - t.finish, grid.schedule.stream.at(fold)) << b.shape.m << ',' << b.shape.n << ',' << b.shape.k << " x " << b.repeat;
    fold += t.folds;
    last_end = std::max(last_end, end);
    bytes += s.operand_bytes;
  }
  EXPECT_EQ(last_end, grid.cycles);
  EXPECT_EQ(fold, grid.schedule.stream.size());
  EXPECT_EQ(bytes, 2.0 * static_cast<double>(grid.stationary_reads + grid.streaming_reads) +
                       4.0 * static_cast<double>(grid.output_reads + grid.output_writes));
  EXPECT_EQ(array.use().waited, sc_core::SC_ZERO_TIME);
}

TEST_F(SystolicArrayTest, RandomChainsEqualTheGrid) {
  std::mt19937 random{7};
  const auto draw = [&](std::uint64_t most) { return 1 + random() % most; };
  for (int i = 0; i < 150 && !HasFailure(); ++i) {
    const ArrayShape shape{static_cast<std::uint32_t>(draw(4)), static_cast<std::uint32_t>(draw(4))};
    const Dataflow dataflow = kAll[i % 3];
    std::vector<SystolicArray::Block> chain;
    for (std::uint64_t b = 1 + draw(3); b > 0; --b) chain.push_back(block({draw(7), draw(7), draw(7)}, draw(3)));
    SCOPED_TRACE(testing::Message() << "case " << i << " array " << shape.rows << 'x' << shape.columns << " dataflow "
                                    << kDataflowNames[static_cast<std::size_t>(dataflow)]);
    expect_as_grid(chain, config(shape, dataflow), clock());
  }
}

TEST_F(SystolicArrayTest, ABusyArrayHidesThePreloadAndAnIdleOneDoesNot) {
  SystolicArray array(config({8, 8}, Dataflow::ws), clock());
  array.reset(sc_core::SC_ZERO_TIME);
  EXPECT_EQ(cycle(array.execute(block({20, 8, 8}), at(0)).issue_end), 8u + 20);
  EXPECT_EQ(cycle(array.execute(block({20, 8, 8}), at(0)).issue_end), 28u + 20);         // preloaded from cycle 8 on
  EXPECT_EQ(cycle(array.execute(block({20, 8, 8}), at(44)).issue_end), 52u + 20);        // ready 4 before the end: 4 exposed
  EXPECT_EQ(cycle(array.execute(block({20, 8, 8}), at(172)).issue_end), 172u + 8 + 20);  // 100 idle, then all of it
  EXPECT_EQ(array.use().active, at(80));
  EXPECT_EQ(array.use().preload, at(8 + 4 + 8));
  EXPECT_EQ(array.use().waited, at(100));
}

TEST_F(SystolicArrayTest, SlowFormatsTakeSeveralPassesAndPackedOnesFewer) {
  for (const auto& [rate, streamed] : {std::pair{0.25, 80u}, {0.5, 40u}, {1.0, 20u}, {2.0, 10u}, {3.0, 7u}, {64.0, 1u}}) {
    for (const Dataflow d : kAll) {
      SystolicArray array(config({1, 1}, d, rate), clock());
      array.reset(sc_core::SC_ZERO_TIME);
      const GemmShape g = d == Dataflow::ws ? GemmShape{20, 1, 1} : d == Dataflow::os ? GemmShape{1, 1, 20} : GemmShape{1, 20, 1};
      const std::uint64_t preload = d == Dataflow::os ? 0 : 1;
      EXPECT_EQ(cycle(array.execute(block(g), at(0)).issue_end), preload + streamed) << rate << ' ' << int(d);
    }
  }
}

TEST_F(SystolicArrayTest, SerialisedChargesEveryFold) {
  SystolicConfig c = config({16, 16}, Dataflow::ws);
  c.timing = Timing::serialised;
  SystolicArray array(c, clock());
  array.reset(sc_core::SC_ZERO_TIME);
  const GemmShape g{128, 128, 128};
  const std::uint64_t each = cycles(g, c.shape, c.dataflow, Timing::serialised) + 1;  // SCALE-Sim counts from 0
  EXPECT_EQ(each, 11136u);
  EXPECT_EQ(cycle(array.execute(block(g), at(0)).issue_end), each);
  EXPECT_EQ(cycle(array.execute(block(g, 3), at(0)).finish), 4 * each);
  EXPECT_EQ(cycle(array.execute(block(g), at(5 * each)).finish), 6 * each);
  EXPECT_EQ(array.use().waited, at(each));
}

TEST_F(SystolicArrayTest, EveryMomentIsActivePreloadOrWaiting) {
  std::mt19937 random{11};
  for (int i = 0; i < 300; ++i) {
    SystolicConfig c = config({static_cast<std::uint32_t>(1 + random() % 9), static_cast<std::uint32_t>(1 + random() % 9)},
                              kAll[random() % 3], 0.5 * static_cast<double>(1 + random() % 5));
    if (random() % 4 == 0) c.timing = Timing::serialised;
    SystolicArray array(c, clock());
    const sc_core::sc_time reset = at(random() % 50);
    array.reset(reset);
    sc_core::sc_time now = reset;
    for (int b = 0; b < 20; ++b) {
      now += at(random() % 60);
      const GemmShape g{1 + random() % 30, 1 + random() % 30, 1 + random() % 30};
      const BlockSchedule s = array.execute(block(g, 1 + random() % 3), now);
      ASSERT_GE(s.issue_end, now);
      ASSERT_GE(s.finish, s.issue_end);
      ASSERT_EQ(s.issue_end, array.free_at());
      if (random() % 3 == 0) array.stall_until(now + at(random() % 100));
      ASSERT_EQ(array.use().waited + array.use().preload + array.use().active, array.free_at() - reset);
    }
  }
}

TEST_F(SystolicArrayTest, ResetForgetsAndUnknownFormatsAreRefused) {
  SystolicArray array(config({4, 4}, Dataflow::ws), clock());
  array.reset(sc_core::SC_ZERO_TIME);
  const sc_core::sc_time first = array.execute(block({5, 6, 7}), at(0)).finish;
  array.reset(at(1000));
  EXPECT_EQ(array.use().active, sc_core::SC_ZERO_TIME);
  EXPECT_EQ(array.execute(block({5, 6, 7}), at(0)).finish, at(1000) + first);
  SystolicArray::Block unknown = block({1, 1, 1});
  unknown.format = Format::fp8;
  EXPECT_THROW(array.execute(unknown, at(0)), std::logic_error);
}

}  // namespace
}  // namespace presil::systolic
