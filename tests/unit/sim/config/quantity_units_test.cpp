// quantity_units_test.cpp -- "450 GB/s": every unit, every refusal, and back again.
#include "sim/config/quantities.h"

#include <clocale>
#include <cmath>
#include <cstring>
#include <limits>
#include <locale>
#include <map>
#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "sim/config/unit_table.h"
#include "tests/unit/sim/config/sample.h"

namespace presil::config::test {
namespace {

using testing::HasSubstr;
using detail::kMeasures;

std::string refusal(const std::string& text, Measure measure) {
  return message_of([&] { parse_quantity(text, measure); });
}

TEST(Quantities, EveryUnitHasItsValue) {
  struct Case {
    Measure measure;
    const char* text;
    double value;
  };
  const double ki = 1024, mi = ki * ki, gi = mi * ki, ti = gi * ki, pi = ti * ki;
  const Case cases[] = {
      {Measure::data, "2 B", 2}, {Measure::data, "2 KB", 2e3}, {Measure::data, "2 kB", 2e3}, {Measure::data, "2 MB", 2e6},
      {Measure::data, "2 GB", 2e9}, {Measure::data, "2 TB", 2e12}, {Measure::data, "2 PB", 2e15},
      {Measure::data, "2 KiB", 2 * ki}, {Measure::data, "2 MiB", 2 * mi}, {Measure::data, "2 GiB", 2 * gi},
      {Measure::data, "2 TiB", 2 * ti}, {Measure::data, "2 PiB", 2 * pi}, {Measure::data, "2 bit", 0.25},
      {Measure::data, "2 kbit", 250}, {Measure::data, "2 Mbit", 250e3}, {Measure::data, "2 Gbit", 250e6},
      {Measure::data_rate, "2 B/s", 2}, {Measure::data_rate, "2 KB/s", 2e3}, {Measure::data_rate, "2 kB/s", 2e3},
      {Measure::data_rate, "2 MB/s", 2e6}, {Measure::data_rate, "2 GB/s", 2e9}, {Measure::data_rate, "2 TB/s", 2e12},
      {Measure::data_rate, "2 PB/s", 2e15}, {Measure::data_rate, "2 KiB/s", 2 * ki}, {Measure::data_rate, "2 MiB/s", 2 * mi},
      {Measure::data_rate, "2 GiB/s", 2 * gi}, {Measure::data_rate, "2 TiB/s", 2 * ti}, {Measure::data_rate, "8 bit/s", 1},
      {Measure::data_rate, "8 kbit/s", 1e3}, {Measure::data_rate, "8 Mbit/s", 1e6}, {Measure::data_rate, "8 Gbit/s", 1e9},
      {Measure::data_rate, "8 Tbit/s", 1e12}, {Measure::data_rate, "8 Mbps", 1e6}, {Measure::data_rate, "8 Gbps", 1e9},
      {Measure::data_rate, "8 Tbps", 1e12},
      {Measure::time, "2 fs", 2e-15}, {Measure::time, "2 ps", 2e-12}, {Measure::time, "2 ns", 2e-9}, {Measure::time, "2 us", 2e-6},
      {Measure::time, "2 \xC2\xB5s", 2e-6}, {Measure::time, "2 \xCE\xBCs", 2e-6}, {Measure::time, "2 ms", 2e-3},
      {Measure::time, "2 s", 2}, {Measure::time, "2 min", 120}, {Measure::time, "2 h", 7200},
      {Measure::frequency, "2 Hz", 2}, {Measure::frequency, "2 kHz", 2e3}, {Measure::frequency, "2 MHz", 2e6},
      {Measure::frequency, "2 GHz", 2e9},
      {Measure::power, "2 mW", 2e-3}, {Measure::power, "2 W", 2}, {Measure::power, "2 kW", 2e3}, {Measure::power, "2 MW", 2e6},
      {Measure::energy, "2 fJ", 2e-15}, {Measure::energy, "2 pJ", 2e-12}, {Measure::energy, "2 nJ", 2e-9},
      {Measure::energy, "2 uJ", 2e-6}, {Measure::energy, "2 \xC2\xB5J", 2e-6}, {Measure::energy, "2 \xCE\xBCJ", 2e-6},
      {Measure::energy, "2 mJ", 2e-3}, {Measure::energy, "2 J", 2}, {Measure::energy, "2 kWh", 7.2e6},
      {Measure::energy_per_bit, "2 fJ/bit", 2e-15}, {Measure::energy_per_bit, "2 pJ/bit", 2e-12},
      {Measure::area, "2 um2", 2e-6}, {Measure::area, "2 um\xC2\xB2", 2e-6}, {Measure::area, "2 mm2", 2},
      {Measure::area, "2 mm\xC2\xB2", 2}, {Measure::area, "2 cm2", 200}, {Measure::area, "2 cm\xC2\xB2", 200},
      {Measure::length, "2 nm", 2e-6}, {Measure::length, "2 um", 2e-3}, {Measure::length, "2 \xC2\xB5m", 2e-3},
      {Measure::length, "2 \xCE\xBCm", 2e-3}, {Measure::length, "2 mm", 2}, {Measure::length, "2 cm", 20}, {Measure::length, "2 m", 2e3},
      {Measure::voltage, "2 mV", 2e-3}, {Measure::voltage, "2 V", 2},
      {Measure::money, "2 USD", 2}, {Measure::money, "$2", 2}, {Measure::money, "2 $", 2}, {Measure::money, "$ 2 USD", 2},
  };
  std::map<Measure, std::size_t> tried;
  for (const auto& [measure, text, value] : cases) {
    EXPECT_EQ(parse_quantity(text, measure), value) << text;
    ++tried[measure];
  }
  for (const Measure measure : kMeasures)  // none is forgotten when one is added
    EXPECT_GE(tried[measure], detail::info(measure).units.size()) << measure_name(measure);
}

TEST(Quantities, MovesThePointInsteadOfMultiplying) {
  EXPECT_EQ(parse_quantity("1.05 GHz", Measure::frequency), 1.05e9);
  EXPECT_EQ(parse_quantity("0.3 ns", Measure::time), 0.3e-9);
  EXPECT_EQ(parse_quantity("4.35 pJ/bit", Measure::energy_per_bit), 4.35e-12);
  EXPECT_EQ(parse_quantity("1e3 us", Measure::time), 1e-3);
}

TEST(Quantities, TakesAnyDecimalNumberAndSpaces) {
  for (const char* text : {"1.5W", "1.5 W", "  1.5   W  ", "1.50 W", "15e-1 W", "0.15E+1 W", "001.5 W"})
    EXPECT_EQ(parse_quantity(text, Measure::power), 1.5) << text;
  EXPECT_EQ(parse_quantity(".5 W", Measure::power), 0.5);
  EXPECT_EQ(parse_quantity("5. W", Measure::power), 5);
  EXPECT_EQ(parse_quantity("-5 W", Measure::power), -5);
}

TEST(Quantities, WantsAUnit) {
  EXPECT_EQ(refusal("450", Measure::data_rate), "450 has no unit; expected a data rate such as 450 GB/s");
  EXPECT_EQ(refusal("0", Measure::time), "0 has no unit; expected a time such as 0 ns");
}

TEST(Quantities, RefusesAnotherDimension) {
  EXPECT_EQ(refusal("450 GB", Measure::data_rate), "'GB' is data, expected a data rate such as 'GB/s'");
  for (const Measure mine : kMeasures)
    for (const Measure other : kMeasures) {
      if (mine == other) continue;
      for (const auto& unit : detail::info(other).units)
        EXPECT_THAT(refusal("1 " + std::string(unit.name), mine), HasSubstr("expected")) << unit.name << measure_name(mine);
    }
}

TEST(Quantities, TheCaseOfAUnitMatters) {
  EXPECT_EQ(refusal("1 gb/S", Measure::data_rate).substr(0, 59), "'gb/S' is not a unit of data rate (did you mean 'GB/s'?); e");
  EXPECT_THAT(refusal("1 ghz", Measure::frequency), HasSubstr("did you mean 'GHz'?"));
  EXPECT_THAT(refusal("1 mw", Measure::power), HasSubstr("did you mean 'mW' or 'MW'?"));
  EXPECT_THAT(refusal("1 Gb/s", Measure::data_rate), HasSubstr("'Gb/s' is ambiguous; expected 'GB/s' (bytes) or 'Gbit/s' (bits)"));
  EXPECT_THAT(refusal("1 Mb", Measure::data), HasSubstr("'Mb' is ambiguous; expected 'MB' (bytes) or 'Mbit' (bits)"));
  EXPECT_THAT(refusal("1 GT/s", Measure::data_rate), HasSubstr("counts transfers, not bytes"));
  EXPECT_THAT(refusal("1 KS", Measure::time), HasSubstr("is not a unit of time"));
}

TEST(Quantities, RefusesWhatIsNotANumber) {
  for (const char* text : {"", " ", "W", "x W", "+5 W", "--5 W", "1,000 W", "1_000 W", "0x10 W", ". W", "- W", "e5 W", "1 000 W", "1/2 W"})
    EXPECT_THAT(refusal(text, Measure::power), HasSubstr("expected power such as '192 W'")) << text;
  for (const char* text : {"nan W", "NaN W", "inf W", "-inf W", "Infinity W", ".inf W", ".nan"})
    EXPECT_THAT(refusal(text, Measure::power), HasSubstr("is not a finite number; expected power")) << text;
  EXPECT_THAT(refusal("5 W extra", Measure::power), HasSubstr("'W extra' is not a unit of power"));
  EXPECT_THAT(refusal("1e999 W", Measure::power), HasSubstr("is too large or too small for a number"));
  EXPECT_THAT(refusal("1e-999 W", Measure::power), HasSubstr("is too large or too small for a number"));
  EXPECT_THAT(refusal("1e99999999999 W", Measure::power), HasSubstr("is too large or too small"));
}

TEST(Quantities, HasACeilingForEveryMeasure) {
  const std::map<Measure, std::pair<const char*, const char*>> edges{
      {Measure::data, {"1000 PB", "1000.1 PB"}},       {Measure::data_rate, {"1000 PB/s", "1001 PB/s"}},
      {Measure::time, {"8760 h", "8761 h"}},           {Measure::frequency, {"1000 GHz", "1001 GHz"}},
      {Measure::power, {"1000 MW", "1001 MW"}},        {Measure::energy, {"1e18 J", "1.1e18 J"}},
      {Measure::energy_per_bit, {"1e6 pJ/bit", "1.1e6 pJ/bit"}}, {Measure::area, {"1e6 mm2", "1.1e6 mm2"}},
      {Measure::length, {"1000 m", "1001 m"}},         {Measure::voltage, {"1000 V", "1001 V"}},
      {Measure::money, {"1e12 USD", "1.1e12 USD"}}};
  for (const Measure measure : kMeasures) {
    const auto& [most, more] = edges.at(measure);
    EXPECT_EQ(parse_quantity(most, measure), detail::info(measure).ceiling) << most;
    EXPECT_THAT(refusal(more, measure), HasSubstr("is beyond what makes sense for")) << more;
    EXPECT_THAT(refusal(std::string("-") + more, measure), HasSubstr("is beyond what makes sense for")) << more;
  }
  EXPECT_EQ(refusal("2 THz", Measure::frequency).find("did you mean") != std::string::npos, true);
}

TEST(Quantities, CutsLongTextInMessages) {
  EXPECT_LT(refusal(std::string(100'000, 'x'), Measure::power).size(), 200u);
  EXPECT_LT(refusal("1 " + std::string(100'000, 'x'), Measure::power).size(), 200u);
  EXPECT_LT(refusal(std::string(100'000, '9'), Measure::power).size(), 400u);
}

TEST(Quantities, DoesNotDependOnTheLocale) {
  struct Comma : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
  };
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new Comma));
  for (const char* name : {"de_DE.UTF-8", "fr_FR.UTF-8"})
    if (std::setlocale(LC_ALL, name) != nullptr) break;
  EXPECT_EQ(parse_quantity("1.05 GHz", Measure::frequency), 1.05e9);
  EXPECT_EQ(parse_quantity("1234.5", Measure::none), 1234.5);
  EXPECT_EQ(format_quantity(1234.5e6, Measure::frequency), "1.2345 GHz");
  EXPECT_EQ(format_quantity(12345, Measure::none), "12345");
  EXPECT_THROW(parse_quantity("1,05 GHz", Measure::frequency), InputError);
  EXPECT_THAT(message_of([] { parse_whole("1e6"); }), HasSubstr("write 1000000"));
  std::setlocale(LC_ALL, "C");
  std::locale::global(before);
}

TEST(PlainNumbers, TakesNoUnit) {
  EXPECT_EQ(parse_quantity("0.25", Measure::none), 0.25);
  EXPECT_EQ(refusal("0.25 W", Measure::none), "'0.25 W' is not a number; expected a number without a unit");
  EXPECT_EQ(refusal("50%", Measure::none), "'50%' is not a number; expected a number without a unit");
  EXPECT_EQ(refusal("nan", Measure::none), "'nan' is not a finite number; expected a number");
  EXPECT_EQ(refusal("fast", Measure::none), "'fast' is not a number; expected a number");
}

TEST(WholeNumbers, TakesWholeNumbersWrittenOut) {
  EXPECT_EQ(parse_whole("6"), 6);
  EXPECT_EQ(parse_whole(" -6 "), -6);
  EXPECT_EQ(parse_whole("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(parse_whole("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
}

TEST(WholeNumbers, RefusesTheRest) {
  const auto refused = [](const std::string& text) { return message_of([&] { parse_whole(text); }); };
  EXPECT_EQ(refused("6.0"), "'6.0' is not written as a whole number; write 6");
  EXPECT_EQ(refused("1e3"), "'1e3' is not written as a whole number; write 1000");
  EXPECT_EQ(refused("6.5"), "'6.5' is not a whole number");
  EXPECT_EQ(refused("9223372036854775808"), "'9223372036854775808' is not a whole number that fits in 64 bits");
  EXPECT_EQ(refused("1e9999"), "'1e9999' is not a whole number that fits in 64 bits");
  for (const char* text : {"", "six", "0x10", "+6", "6 B", "6,000", "nan"})
    EXPECT_THAT(refused(text), HasSubstr("is not a number; expected a whole number")) << text;
}

TEST(QuantityText, ChoosesTheUnitAPersonWould) {
  EXPECT_EQ(format_quantity(1.05e9, Measure::frequency), "1.05 GHz");
  EXPECT_EQ(format_quantity(1.2e12, Measure::data_rate), "1.2 TB/s");
  EXPECT_EQ(format_quantity(16.0 * 1024 * 1024, Measure::data), "16 MiB");
  EXPECT_EQ(format_quantity(16e6, Measure::data), "16 MB");
  EXPECT_EQ(format_quantity(1000, Measure::data), "1 KB");
  EXPECT_EQ(format_quantity(1024, Measure::data), "1 KiB");
  EXPECT_EQ(format_quantity(500, Measure::data), "500 B");
  EXPECT_EQ(format_quantity(5e-7, Measure::time), "500 ns");
  EXPECT_EQ(format_quantity(3600, Measure::time), "3600 s");
  EXPECT_EQ(format_quantity(0, Measure::time), "0 s");
  EXPECT_EQ(format_quantity(0, Measure::energy_per_bit).substr(0, 2), "0 ");
  EXPECT_EQ(format_quantity(7e-6, Measure::length), "7 nm");
  EXPECT_EQ(format_quantity(600, Measure::area), "600 mm2");
  EXPECT_EQ(format_quantity(-2.5, Measure::voltage), "-2.5 V");
  EXPECT_EQ(format_quantity(0.1, Measure::none), "0.1");
  EXPECT_EQ(format_quantity(1e300, Measure::none), "1e300");
  EXPECT_EQ(format_quantity(1e-300, Measure::power), "1e-297 mW");
}

TEST(QuantityText, ReadsBackExactly) {
  for (const Measure measure : kMeasures) {
    const bool holds = rc::check(std::string(measure_name(measure)) + " reads back", [measure] {
      const double ceiling = detail::info(measure).ceiling;
      const double mantissa = *rc::gen::map(rc::gen::arbitrary<std::uint64_t>(), [](std::uint64_t bits) {
        return std::ldexp(static_cast<double>(bits >> 11), -53);
      });
      const int exponent = *rc::gen::inRange(-120, 1);
      const double value = std::ldexp(mantissa, exponent) * ceiling * (*rc::gen::arbitrary<bool>() ? 1 : -1);
      RC_ASSERT(parse_quantity(format_quantity(value, measure), measure) == value);
      const std::regex pattern(quantity_pattern(measure, true));
      RC_ASSERT(std::regex_match(format_quantity(value, measure), pattern));
    });
    EXPECT_TRUE(holds);
  }
}

TEST(QuantityText, AnyPlainNumberReadsBackExactly) {
  const bool holds = rc::check("any bits", [] {
    const auto bits = *rc::gen::arbitrary<std::uint64_t>();
    double value;
    std::memcpy(&value, &bits, sizeof value);
    RC_PRE(std::isfinite(value));
    RC_ASSERT(parse_quantity(format_quantity(value, Measure::none), Measure::none) == value);
  });
  EXPECT_TRUE(holds);
  for (const double value : {std::numeric_limits<double>::max(), std::numeric_limits<double>::denorm_min(), 0.0})
    EXPECT_EQ(parse_quantity(format_quantity(value, Measure::none), Measure::none), value);
}

TEST(QuantityText, BinaryMultiplesReadBackExactly) {
  const bool holds = rc::check("eighths of binary units", [] {
    const double value = std::ldexp(*rc::gen::inRange(1, 8192), *rc::gen::inRange(0, 46) - 3);
    RC_ASSERT(parse_quantity(format_quantity(value, Measure::data), Measure::data) == value);
  });
  EXPECT_TRUE(holds);
}

TEST(QuantityPatterns, AgreesWithTheParser) {
  for (const Measure measure : kMeasures) {
    const std::regex pattern(quantity_pattern(measure, false));
    for (const auto& unit : detail::info(measure).units)
      for (const char* number : {"1", "0.5", ".5", "5.", "1e-3", "1E+2"})
        EXPECT_TRUE(std::regex_match(number + (" " + std::string(unit.name)), pattern)) << number << unit.name;
    for (const char* bad : {"1", "", "1 furlong", "-1 W", "nan W", "1,0 W", "W"}) EXPECT_FALSE(std::regex_match(bad, pattern)) << bad;
  }
  const std::regex money(quantity_pattern(Measure::money, false));
  for (const char* text : {"$5", "$ 5", "5 $", "5 USD", "$5 USD"}) EXPECT_TRUE(std::regex_match(text, money)) << text;
}

TEST(Expectations, NamesAnExample) {
  EXPECT_EQ(expectation(Measure::data_rate), "a data rate such as '450 GB/s'");
  EXPECT_EQ(expectation(Measure::none), "a number");
  EXPECT_EQ(measure_name(Measure::none), "");
  EXPECT_TRUE(unit_names(Measure::none).empty());
  for (const Measure measure : kMeasures) EXPECT_NO_THROW(parse_quantity(detail::info(measure).example, measure));
  EXPECT_THAT(unit_names(Measure::time), testing::ElementsAre("fs", "ps", "ns", "us", "ms", "s", "min", "h"));
}

}  // namespace
}  // namespace presil::config::test
