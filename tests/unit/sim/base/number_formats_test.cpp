// number_formats_test.cpp -- bits, names and kinds of the number formats.
#include "sim/base/formats.h"

#include <gtest/gtest.h>

namespace presil {
namespace {

TEST(NumberFormats, BitsInMemory) {
  EXPECT_EQ(bits(Format::fp32), 32);
  EXPECT_EQ(bits(Format::tf32), 32);
  EXPECT_EQ(bits(Format::int32), 32);
  EXPECT_EQ(bits(Format::bf16), 16);
  EXPECT_EQ(bits(Format::fp16), 16);
  EXPECT_EQ(bits(Format::fp8), 8);
  EXPECT_EQ(bits(Format::int8), 8);
  EXPECT_EQ(bits(Format::fp4), 4 + 8.0 / 32);     // MXFP4: one 8-bit scale for 32 values
  EXPECT_EQ(bits(Format::int4), 4 + 16.0 / 128);  // one FP16 scale for 128 values
}

TEST(NumberFormats, BytesAreAnEighth) {
  EXPECT_EQ(bytes_per_value(Format::fp32), 4);
  EXPECT_EQ(bytes_per_value(Format::fp8), 1);
  EXPECT_EQ(bytes_per_value(Format::fp4), 0.53125);
}

TEST(NumberFormats, NamesGoBothWays) {
  for (std::size_t i = 0; i < kFormatNames.size(); ++i) {
    const auto format = static_cast<Format>(i);
    EXPECT_EQ(name(format), kFormatNames[i]);
    EXPECT_EQ(format_from(name(format)), format);
  }
  EXPECT_EQ(name(Format::int32), "int32");  // the last: the table is as long as the enum
  EXPECT_EQ(format_from("BF16"), std::nullopt);
  EXPECT_EQ(format_from(""), std::nullopt);
  EXPECT_EQ(format_from("fp64"), std::nullopt);
}

TEST(NumberFormats, IntegersCountAsOps) {
  for (const Format format : {Format::int8, Format::int4, Format::int32}) EXPECT_TRUE(is_integer(format));
  for (const Format format : {Format::fp32, Format::tf32, Format::bf16, Format::fp16, Format::fp8, Format::fp4})
    EXPECT_FALSE(is_integer(format));
}

}  // namespace
}  // namespace presil
