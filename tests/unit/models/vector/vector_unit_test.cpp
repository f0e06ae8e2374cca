// vector_unit_test.cpp -- cycles of the vector unit against hand counts.
#include "models/vector/vector_unit.h"

#include <gtest/gtest.h>

namespace presil::vector {
namespace {

VectorConfig lanes(std::uint32_t n, double per_lane, double special) { return {n, per_lane, special}; }

TEST(VectorConfig, ClosedForm) {
  const VectorConfig c = lanes(128, 2, 4);
  EXPECT_EQ(c.cycles(0, 0), 0);
  EXPECT_EQ(c.cycles(1, 0), 1);      // a pass is charged in full
  EXPECT_EQ(c.cycles(256, 0), 1);
  EXPECT_EQ(c.cycles(257, 0), 2);
  EXPECT_EQ(c.cycles(0, 128), 4);
  EXPECT_EQ(c.cycles(0, 129), 8);
  EXPECT_EQ(c.cycles(2560, 256), 10 + 8);
  EXPECT_EQ(lanes(1, 1, 0.5).cycles(0, 3), 1.5);
}

class VectorUnitTest : public testing::Test {
 protected:
  VectorUnitTest() { kernel::initialise(); }
  static sc_core::sc_time ns(double n) { return kernel::to_sc_time({n * 1e-9}); }
};

TEST_F(VectorUnitTest, CommandsQueueAndFractionsRoundUp) {
  VectorUnit unit(lanes(128, 1, 2.5), kernel::Clock(Hertz{1e9}));
  unit.reset(ns(10));
  EXPECT_EQ(unit.execute(1280, 0, ns(0)), ns(20));  // not before the reset
  EXPECT_EQ(unit.execute(0, 128, ns(0)), ns(23));   // 2.5 cycles take 3
  EXPECT_EQ(unit.execute(128, 0, ns(100)), ns(101));
  EXPECT_EQ(unit.busy(), ns(14));
  EXPECT_EQ(unit.execute(0, 0, ns(120)), ns(120));  // nothing to do takes no time
  EXPECT_EQ(unit.busy(), ns(14));
}

TEST_F(VectorUnitTest, AStallDelaysButIsNotBusy) {
  VectorUnit unit(lanes(128, 1, 4), kernel::Clock(Hertz{1e9}));
  unit.reset(ns(0));
  unit.execute(128, 0, ns(0));
  unit.stall_until(ns(50));
  unit.stall_until(ns(20));  // an earlier one changes nothing
  EXPECT_EQ(unit.execute(128, 0, ns(0)), ns(51));
  EXPECT_EQ(unit.busy(), ns(2));
  unit.reset(ns(60));
  EXPECT_EQ(unit.busy(), ns(0));
}

}  // namespace
}  // namespace presil::vector
