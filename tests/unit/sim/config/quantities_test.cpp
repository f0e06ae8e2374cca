// quantities_test.cpp -- numbers with units, exact in both directions.
#include "sim/config/quantities.h"

#include <clocale>
#include <cmath>
#include <random>
#include <regex>

#include <gmock/gmock.h>

#include "tests/unit/sim/config/refusal.h"

namespace presil::config {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string refused(const std::string& text, Measure measure) {
  return refusal([&] { parse_quantity(text, measure); });
}

constexpr Measure kAll[] = {Measure::data,   Measure::data_rate,      Measure::time, Measure::frequency, Measure::power,
                            Measure::energy, Measure::energy_per_bit, Measure::area, Measure::length,    Measure::voltage,
                            Measure::money};

TEST(ParseQuantity, IsExactlyTheLiteral) {
  EXPECT_EQ(parse_quantity("450 GB/s", Measure::data_rate), 450e9);
  EXPECT_EQ(parse_quantity("1.05 GHz", Measure::frequency), 1.05e9);
  EXPECT_EQ(parse_quantity("0.5 us", Measure::time), 0.5e-6);
  EXPECT_EQ(parse_quantity("3.9 pJ/bit", Measure::energy_per_bit), 3.9e-12);
  EXPECT_EQ(parse_quantity("0.9 V", Measure::voltage), 0.9);
  EXPECT_EQ(parse_quantity("600 mm2", Measure::area), 600);
  EXPECT_EQ(parse_quantity("0.027 um2", Measure::area), 0.027e-6);
  EXPECT_EQ(parse_quantity("7 nm", Measure::length), 7e-6);
  EXPECT_EQ(parse_quantity("192W", Measure::power), 192);
  EXPECT_EQ(parse_quantity("1.5e-3 W", Measure::power), 1.5e-3);
}

TEST(ParseQuantity, BinaryBitAndLongUnits) {
  EXPECT_EQ(parse_quantity("16 MiB", Measure::data), 16777216);
  EXPECT_EQ(parse_quantity("1.5 KiB", Measure::data), 1536);
  EXPECT_EQ(parse_quantity("8 Gbit", Measure::data), 1e9);
  EXPECT_EQ(parse_quantity("400 Gbit/s", Measure::data_rate), 50e9);
  EXPECT_EQ(parse_quantity("400 Gbps", Measure::data_rate), 50e9);
  EXPECT_EQ(parse_quantity("2 GiB/s", Measure::data_rate), 2147483648.0);
  EXPECT_EQ(parse_quantity("2 h", Measure::time), 7200);
  EXPECT_EQ(parse_quantity("5 min", Measure::time), 300);
  EXPECT_EQ(parse_quantity("1 kWh", Measure::energy), 3.6e6);
}

TEST(ParseQuantity, AliasesOfUnits) {
  EXPECT_EQ(parse_quantity("64 kB", Measure::data), parse_quantity("64 KB", Measure::data));
  EXPECT_EQ(parse_quantity("5 \xC2\xB5s", Measure::time), 5e-6);
  EXPECT_EQ(parse_quantity("5 mm\xC2\xB2", Measure::area), 5);
  for (const char* text : {"10 USD", "$10", "$ 10", "10 $", "10$", "$10 USD"}) EXPECT_EQ(parse_quantity(text, Measure::money), 10) << text;
}

TEST(ParseQuantity, ANumberAloneIsRefused) {
  EXPECT_EQ(refused("1.05", Measure::frequency), "1.05 has no unit; expected a frequency such as 1.05 GHz");
  EXPECT_EQ(refused("0", Measure::time), "0 has no unit; expected a time such as 0 ns");
}

TEST(ParseQuantity, AnotherDimensionIsNamed) {
  EXPECT_EQ(refused("16 GB", Measure::data_rate), "'GB' is data, expected a data rate such as 'GB/s'");
  EXPECT_EQ(refused("1 GHz", Measure::time), "'GHz' is a frequency, expected a time such as 'ns'");
}

TEST(ParseQuantity, MisspeltUnitsGetTheRightOne) {
  EXPECT_THAT(refused("5 gb/s", Measure::data_rate), StartsWith("'gb/s' is not a unit of data rate (did you mean 'GB/s'?); expected one of B/s, "));
  EXPECT_EQ(refused("1 GHZ", Measure::frequency), "'GHZ' is not a unit of frequency (did you mean 'GHz'?); expected one of Hz, kHz, MHz, GHz");
  EXPECT_THAT(refused("5 mw", Measure::power), HasSubstr("(did you mean 'mW' or 'MW'?)"));
  EXPECT_EQ(refused("5 Mb", Measure::data), "'Mb' is ambiguous; expected 'MB' (bytes) or 'Mbit' (bits)");
  EXPECT_EQ(refused("5 Gb/s", Measure::data_rate), "'Gb/s' is ambiguous; expected 'GB/s' (bytes) or 'Gbit/s' (bits)");
  EXPECT_THAT(refused("32 GT/s", Measure::data_rate), StartsWith("'GT/s' counts transfers, not bytes"));
  EXPECT_EQ(refused("5 xyzzy", Measure::power), "'xyzzy' is not a unit of power; expected one of mW, W, kW, MW");
}

TEST(ParseQuantity, WhatIsNotAFiniteDecimalNumberIsRefused) {
  for (const char* text : {"nan W", "inf W", "-inf W", "Infinity W"}) EXPECT_THAT(refused(text, Measure::power), HasSubstr("is not a finite number")) << text;
  for (const char* text : {"", " ", "W", "0x10 W", "1,000 W", "1.5 2 W", "1_000 W", ". W", "- W", "+5 W", "e5 W", "--5 W"})
    EXPECT_THAT(refused(text, Measure::power), HasSubstr("is not a number; expected power such as '192 W'")) << text;
  for (const char* text : {"1e400 W", "1e-400 W", "1e99999999999 W"}) EXPECT_THAT(refused(text, Measure::power), HasSubstr("is too large or too small")) << text;
  EXPECT_THAT(refused("5 W W", Measure::power), HasSubstr("'W W' is not a unit of power"));
}

TEST(ParseQuantity, AbsurdMagnitudesAreRefusedWithTheCeiling) {
  EXPECT_EQ(refused("2 GHz000", Measure::frequency).find("(accepted)"), std::string::npos);
  EXPECT_EQ(refused("2000 GHz", Measure::frequency), "'2000 GHz' is beyond what makes sense for frequency; the most is 1 THz");
  EXPECT_THAT(refused("1001 PB", Measure::data), HasSubstr("the most is 1 EB"));
  EXPECT_THAT(refused("1001 PB/s", Measure::data_rate), HasSubstr("the most is 1 EB/s"));
  EXPECT_THAT(refused("8761 h", Measure::time), HasSubstr("the most is 1 year"));
  EXPECT_THAT(refused("1001 MW", Measure::power), HasSubstr("the most is 1 GW"));
  EXPECT_THAT(refused("-1001 MW", Measure::power), HasSubstr("the most is 1 GW"));
  EXPECT_EQ(parse_quantity("1000 PB", Measure::data), 1e18);
}

TEST(ParseQuantity, LongTextIsCutInMessages) { EXPECT_LT(refused(std::string(100'000, 'x'), Measure::power).size(), 200u); }

TEST(ParseQuantity, PlainNumbersTakeNoUnit) {
  EXPECT_EQ(parse_quantity("-0.25", Measure::none), -0.25);
  EXPECT_EQ(parse_quantity("1e300", Measure::none), 1e300);
  EXPECT_EQ(refused("5 W", Measure::none), "'5 W' is not a number; expected a number without a unit");
  EXPECT_EQ(refused("50%", Measure::none), "'50%' is not a number; expected a number without a unit");
}

TEST(ParseQuantity, DoesNotDependOnTheLocale) {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  for (const char* name : {"de_DE.UTF-8", "fr_FR.UTF-8"}) {
    if (std::setlocale(LC_ALL, name) == nullptr) continue;
    EXPECT_EQ(parse_quantity("1.5 W", Measure::power), 1.5);
    EXPECT_EQ(format_quantity(1.5, Measure::power), "1.5 W");
  }
  std::setlocale(LC_ALL, before.c_str());
}

TEST(ParseWhole, TakesWholeNumbersWrittenOut) {
  EXPECT_EQ(parse_whole("6"), 6);
  EXPECT_EQ(parse_whole("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(refusal([] { parse_whole("1.5"); }), "'1.5' is not a whole number");
  EXPECT_EQ(refusal([] { parse_whole("1e3"); }), "'1e3' is not written as a whole number; write 1000");
  EXPECT_EQ(refusal([] { parse_whole("6.0"); }), "'6.0' is not written as a whole number; write 6");
  EXPECT_EQ(refusal([] { parse_whole("1e30"); }), "'1e30' is not a whole number that fits in 64 bits");
  EXPECT_EQ(refusal([] { parse_whole("9223372036854775808"); }), "'9223372036854775808' is not a whole number that fits in 64 bits");
  EXPECT_EQ(refusal([] { parse_whole("6 GB"); }), "'6 GB' is not a number; expected a whole number");
  EXPECT_EQ(refusal([] { parse_whole("0x10"); }), "'0x10' is not a number; expected a whole number");
}

TEST(FormatQuantity, ChoosesTheUnitThatAPersonWould) {
  EXPECT_EQ(format_quantity(1.2e12, Measure::data_rate), "1.2 TB/s");
  EXPECT_EQ(format_quantity(16777216, Measure::data), "16 MiB");
  EXPECT_EQ(format_quantity(80.0 * 1073741824, Measure::data), "80 GiB");
  EXPECT_EQ(format_quantity(64000, Measure::data), "64 KB");
  EXPECT_EQ(format_quantity(512, Measure::data), "512 B");
  EXPECT_EQ(format_quantity(0.5, Measure::data), "0.5 B");
  EXPECT_EQ(format_quantity(1.05e9, Measure::frequency), "1.05 GHz");
  EXPECT_EQ(format_quantity(0.5e-6, Measure::time), "500 ns");
  EXPECT_EQ(format_quantity(-3, Measure::power), "-3 W");
  EXPECT_EQ(format_quantity(0, Measure::time), "0 s");
  EXPECT_EQ(format_quantity(0, Measure::energy_per_bit), "0 fJ/bit");
  EXPECT_EQ(format_quantity(0.1, Measure::none), "0.1");
  EXPECT_EQ(format_quantity(1e300, Measure::none), "1e300");
}

TEST(FormatQuantity, ReadsBackExactly) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> mantissa(1, 10);
  for (const Measure measure : kAll) {
    const int top = measure == Measure::energy_per_bit ? -7 : measure == Measure::voltage ? 2 : 5;
    std::uniform_int_distribution<int> exponent(-18, top);
    for (int i = 0; i < 2000; ++i) {
      double value = mantissa(random) * std::pow(10.0, exponent(random));
      if (measure == Measure::data && i % 2 == 0) value = std::ldexp(std::floor(mantissa(random) * 100), i % 40);
      if (i % 3 == 0) value = -value;
      const std::string text = format_quantity(value, measure);
      EXPECT_EQ(parse_quantity(text, measure), value) << text;
    }
  }
}

TEST(QuantityPattern, AcceptsWhatIsWrittenAndRefusesOtherUnits) {
  for (const Measure measure : kAll) {
    const std::regex pattern(quantity_pattern(measure, false));
    const std::regex negative(quantity_pattern(measure, true));
    for (const double value : {0.0, 1.0, 3.14159e-9, 2.5e-8}) {
      EXPECT_TRUE(std::regex_match(format_quantity(value, measure), pattern)) << format_quantity(value, measure);
      EXPECT_TRUE(std::regex_match(format_quantity(-value, measure), negative));
    }
    EXPECT_FALSE(std::regex_match(format_quantity(-1, measure), pattern));
    EXPECT_FALSE(std::regex_match("1", pattern));
    EXPECT_FALSE(std::regex_match("1 furlong", pattern));
  }
}

TEST(Expectation, NamesAnExampleThatReads) {
  for (const Measure measure : kAll) {
    const std::string text = expectation(measure);
    const std::size_t open = text.find('\'');
    EXPECT_GT(parse_quantity(text.substr(open + 1, text.size() - open - 2), measure), 0) << text;
  }
}

}  // namespace
}  // namespace presil::config
