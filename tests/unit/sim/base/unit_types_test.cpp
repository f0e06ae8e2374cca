// unit_types_test.cpp -- arithmetic of quantities; what must not compile does not.
#include "sim/base/units.h"

#include <type_traits>

#include <gtest/gtest.h>

#include "sim/base/error.h"

namespace presil {
namespace {

template <class A, class B>
concept Adds = requires(A a, B b) { a + b; };
template <class A, class B>
concept Compares = requires(A a, B b) { a < b; };
template <class A, class B>
concept Multiplies = requires(A a, B b) { a * b; };

TEST(UnitTypes, StartAtZero) { EXPECT_EQ(Bytes{}.value, 0); }

TEST(UnitTypes, AddSubtractScaleAndCompare) {
  EXPECT_EQ((Bytes{3} + Bytes{4}).value, 7);
  EXPECT_EQ((Bytes{3} - Bytes{4}).value, -1);
  EXPECT_EQ((Seconds{3} * 2).value, 6);
  EXPECT_EQ((2 * Seconds{3}).value, 6);
  EXPECT_EQ((Seconds{3} / 2).value, 1.5);
  EXPECT_EQ(Seconds{3} / Seconds{2}, 1.5);
  Joules sum{1};
  (sum += Joules{2}) += Joules{3};
  EXPECT_EQ(sum.value, 6);
  EXPECT_TRUE(Hertz{1} < Hertz{2});
  EXPECT_TRUE(Hertz{2} == Hertz{2});
  EXPECT_TRUE(Hertz{2} >= Hertz{1});
}

TEST(UnitTypes, PhysicsBetweenDimensions) {
  EXPECT_EQ((Bytes{100} / BytesPerSecond{50}).value, 2);
  EXPECT_EQ((Bytes{100} / Seconds{50}).value, 2);
  EXPECT_EQ((BytesPerSecond{50} * Seconds{2}).value, 100);
  EXPECT_EQ((Watts{50} * Seconds{2}).value, 100);
  EXPECT_EQ((Joules{100} / Seconds{2}).value, 50);
  EXPECT_EQ(period(Hertz{4}).value, 0.25);
  static_assert(std::is_same_v<decltype(Bytes{} / BytesPerSecond{}), Seconds>);
  static_assert(std::is_same_v<decltype(Joules{} / Seconds{}), Watts>);
}

TEST(UnitTypes, DimensionsDoNotMix) {
  static_assert(!Adds<Bytes, Seconds>);
  static_assert(!Adds<Bytes, double>);
  static_assert(!Compares<Joules, Watts>);
  static_assert(!Compares<Joules, double>);
  static_assert(!Multiplies<Bytes, Bytes>);
  static_assert(!std::is_convertible_v<double, Bytes>);
  static_assert(!std::is_convertible_v<Bytes, double>);
  static_assert(!std::is_constructible_v<Seconds, Bytes>);
}

TEST(ErrorStatus, CarryTheStatusTheCommandsPromise) {
  EXPECT_EQ(static_cast<int>(RunError("x").status()), 1);
  EXPECT_EQ(static_cast<int>(UsageError("x").status()), 2);
  EXPECT_EQ(static_cast<int>(InputError("x").status()), 3);
  EXPECT_EQ(static_cast<int>(CapacityError("x").status()), 5);
  EXPECT_STREQ(InputError("f:1:2: no").what(), "f:1:2: no");
}

}  // namespace
}  // namespace presil
