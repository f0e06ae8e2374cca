// units_test.cpp -- arithmetic of quantities, number formats, and the exit statuses of errors.
#include "sim/base/units.h"

#include <concepts>
#include <string>

#include <gtest/gtest.h>

#include "sim/base/error.h"
#include "sim/base/formats.h"

namespace presil {
namespace {

template <class A, class B>
concept Addable = requires(A a, B b) { a + b; };
static_assert(Addable<Bytes, Bytes>);
static_assert(!Addable<Bytes, Seconds>, "quantities of different dimensions do not mix");
static_assert(!std::convertible_to<double, Watts>);
static_assert(std::same_as<decltype(Bytes{} / Bytes{}), double>);

TEST(Units, DimensionsCombineAsInPhysics) {
  EXPECT_EQ((Bytes{900e9} / BytesPerSecond{450e9}).value, 2.0);
  EXPECT_EQ((Bytes{900e9} / Seconds{2}).value, 450e9);
  EXPECT_EQ((BytesPerSecond{450e9} * Seconds{2}).value, 900e9);
  EXPECT_EQ((Watts{192} * Seconds{0.5}).value, 96.0);
  EXPECT_EQ((Joules{96} / Seconds{0.5}).value, 192.0);
  EXPECT_EQ(period(Hertz{1e9}).value, 1e-9);
}

TEST(Units, OneDimensionAddsScalesAndCompares) {
  Seconds total{1};
  total += Seconds{0.5};
  EXPECT_EQ(total.value, 1.5);
  EXPECT_EQ((total - Seconds{1}).value, 0.5);
  EXPECT_EQ((2 * total).value, 3.0);
  EXPECT_EQ((total * 2 / 3).value, 1.0);
  EXPECT_LT(Seconds{1}, Seconds{2});
  EXPECT_EQ(Seconds{}, Seconds{0});
}

TEST(Formats, NamesReadBack) {
  for (std::size_t i = 0; i < kFormatNames.size(); ++i) {
    const auto format = format_from(kFormatNames[i]);
    ASSERT_TRUE(format.has_value());
    EXPECT_EQ(name(*format), kFormatNames[i]);
  }
  EXPECT_FALSE(format_from("BF16").has_value());
  EXPECT_FALSE(format_from("").has_value());
}

TEST(Formats, BlockFormatsPayForTheirScales) {
  EXPECT_EQ(bits(Format::fp4), 4 + 8.0 / 32);
  EXPECT_EQ(bits(Format::int4), 4 + 16.0 / 128);
  EXPECT_EQ(bits(Format::tf32), 32);
  EXPECT_EQ(bytes_per_value(Format::bf16), 2);
  EXPECT_EQ(bytes_per_value(Format::fp8), 1);
}

TEST(Formats, IntegersCountAsOperations) {
  for (const Format format : {Format::int4, Format::int8, Format::int32}) EXPECT_TRUE(is_integer(format));
  for (const Format format : {Format::fp32, Format::tf32, Format::bf16, Format::fp16, Format::fp8, Format::fp4})
    EXPECT_FALSE(is_integer(format));
}

TEST(Errors, CarryTheExitStatusThatTheCommandsPromise) {
  EXPECT_EQ(static_cast<int>(RunError("").status()), 1);
  EXPECT_EQ(static_cast<int>(UsageError("").status()), 2);
  EXPECT_EQ(static_cast<int>(InputError("").status()), 3);
  EXPECT_EQ(static_cast<int>(CapacityError("").status()), 5);
  EXPECT_EQ(std::string(InputError("a.yaml:1:1: x").what()), "a.yaml:1:1: x");
}

}  // namespace
}  // namespace presil
