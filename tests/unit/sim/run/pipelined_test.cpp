// pipelined_test.cpp -- layers that overlap: the closed form's limits.
#include "sim/run/pipelined.h"

#include <gtest/gtest.h>

namespace presil::run {
namespace {

TEST(Pipelined, OneVectorGainsNothing) { EXPECT_EQ(pipelined_share({{4, 10, 10, 5, 1}}, 1), 1); }

// 12 layers of 3 equal stages of 1 s a vector, 100 vectors: 36 s of filling, then one a second.
TEST(Pipelined, FillsThenOneEachInterval) {
  const double share = pipelined_share({{12, 300, 3, 100, 0}}, 100);
  EXPECT_DOUBLE_EQ(share * 12 * 300, 36 + 99);
}

// What all layers share is a stage that every one of them takes part of.
TEST(Pipelined, SharedPartsBoundTheInterval) {
  const double share = pipelined_share({{12, 300, 3, 100, 50}}, 100);
  EXPECT_DOUBLE_EQ(share * 12 * 300, 36 + 99 * 12 * 50 / 100.0);
  EXPECT_EQ(pipelined_share({{12, 300, 3, 100, 300}}, 100), 1);
}

}  // namespace
}  // namespace presil::run
