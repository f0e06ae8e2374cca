// scratchpad_test.cpp -- space and port of a core's buffers.
#include "models/npu/scratchpad.h"

#include <stdexcept>

#include <gtest/gtest.h>

namespace presil::npu {
namespace {

using Pools = std::array<std::uint64_t, api::kPools>;

class ScratchpadTest : public testing::Test {
 protected:
  ScratchpadTest() { kernel::initialise(); }
  static sc_core::sc_time ns(double n) { return kernel::to_sc_time({n * 1e-9}); }
  /// 1000 B, 16 banks of 16 B: 256 B a nanosecond.
  static Scratchpad make(double weights = 0) { return Scratchpad({{1000}, 16, {16}}, {weights}, {1e9}); }
};

TEST_F(ScratchpadTest, SpaceIsTakenAndGivenBack) {
  Scratchpad s = make();
  EXPECT_TRUE(s.try_reserve({600, 0}));
  EXPECT_FALSE(s.try_reserve({401, 0}));
  EXPECT_TRUE(s.try_reserve({0, 400}));  // one pool without a weight buffer
  EXPECT_FALSE(s.try_reserve({1, 0}));
  EXPECT_TRUE(s.try_reserve({0, 0}));
  s.release({0, 700});
  EXPECT_TRUE(s.try_reserve({700, 0}));
  s.release({1000, 0});
  EXPECT_TRUE(s.empty());
  EXPECT_EQ(s.peak(), 1000u);
}

TEST_F(ScratchpadTest, ARefusedReservationTakesNothing) {
  Scratchpad s = make(64);
  EXPECT_TRUE(s.try_reserve({0, 60}));
  EXPECT_FALSE(s.try_reserve({1000, 5}));  // the scratchpad had room, the weight buffer had not
  EXPECT_TRUE(s.try_reserve({1000, 4}));
  EXPECT_EQ(s.capacity(api::Pool::weights), 64u);
  EXPECT_EQ(s.capacity(api::Pool::scratchpad), 1000u);
}

TEST_F(ScratchpadTest, WhatCanNeverFitOrWasNeverTakenIsADefect) {
  Scratchpad s = make();
  EXPECT_THROW(s.try_reserve({1001, 0}), std::logic_error);
  EXPECT_THROW(s.try_reserve({600, 401}), std::logic_error);
  EXPECT_TRUE(s.try_reserve({10, 0}));
  EXPECT_THROW(s.release({11, 0}), std::logic_error);
  Scratchpad separate = make(64);
  EXPECT_TRUE(separate.try_reserve({10, 0}));
  EXPECT_THROW(separate.release({0, 1}), std::logic_error);
}

TEST_F(ScratchpadTest, ThePortServesInOrderOfArrival) {
  Scratchpad s = make();
  EXPECT_EQ(s.access(2560, ns(0)), ns(10));
  EXPECT_EQ(s.access(256, ns(5)), ns(11));
  EXPECT_EQ(s.access(256, ns(20)), ns(21));
  EXPECT_EQ(s.bytes_moved(), 3072);
  s.reset(ns(30));
  EXPECT_EQ(s.bytes_moved(), 0);
  EXPECT_EQ(s.peak(), 0u);
  EXPECT_EQ(s.access(256, ns(0)), ns(31));
}

}  // namespace
}  // namespace presil::npu
