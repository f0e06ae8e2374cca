// slowest_test.cpp -- the expected largest of n standard normal numbers against tabulated values.
#include "sim/parallel/slowest.h"

#include <gtest/gtest.h>

namespace presil::parallel {
namespace {

// Harter, Expected values of normal order statistics, Biometrika 48, 1961.
TEST(Slowest, ExpectedLargestAsTabulated) {
  EXPECT_EQ(expected_largest(1), 0);
  EXPECT_NEAR(expected_largest(2), 0.56419, 0.04);
  EXPECT_NEAR(expected_largest(10), 1.53875, 0.015);
  EXPECT_NEAR(expected_largest(100), 2.50759, 0.025);
  EXPECT_NEAR(expected_largest(400), 2.968, 0.03);
}

TEST(Slowest, GrowsWithTheNumberOfDevices) {
  double before = 0;
  for (std::uint64_t n = 2; n <= 1 << 20; n *= 2) {
    EXPECT_GT(expected_largest(n), before);
    before = expected_largest(n);
  }
  EXPECT_LT(before, 5.5);
}

}  // namespace
}  // namespace presil::parallel
