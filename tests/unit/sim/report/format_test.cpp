// format_test.cpp -- numbers as people read them.
#include "sim/report/format.h"

#include <gtest/gtest.h>

namespace presil::report {

TEST(Format, FourSignificantDigits) {
  EXPECT_EQ(number(0), "0");
  EXPECT_EQ(number(275), "275");
  EXPECT_EQ(number(17.0123), "17.01");
  EXPECT_EQ(number(0.01234), "0.0123");
  EXPECT_EQ(number(1234567), "1,234,567");
  EXPECT_EQ(number(-12.345), "-12.35");
}

TEST(Format, TheUnitIsChosenAfterRounding) {
  EXPECT_EQ(time(1.917), "1.917 s");
  EXPECT_EQ(time(14.21e-3), "14.21 ms");
  EXPECT_EQ(time(999.99e-6), "1.000 ms");
  EXPECT_EQ(time(999.4e-6), "999.4 us");
  EXPECT_EQ(time(7e-10), "700.0 ps");
  EXPECT_EQ(time(750), "12.50 min");
  EXPECT_EQ(time(36000), "10 h");
}

TEST(Format, RatesAreDecimalAndCapacitiesBinary) {
  EXPECT_EQ(rate(2039), "2.039 TB/s");
  EXPECT_EQ(rate(0.0005), "500.0 kB/s");
  EXPECT_EQ(binary_size(80 * 0x1p30), "80.00 GiB");
  EXPECT_EQ(traffic(16.06e9), "16.06 GB");
  EXPECT_EQ(binary_size(0), "0 B");
}

TEST(Format, SmallSharesAreNotShownAsNothing) {
  EXPECT_EQ(percent(0.741), "74.1%");
  EXPECT_EQ(percent(0.0001), "<0.1%");
  EXPECT_EQ(percent(0), "0.0%");
}

TEST(Format, UnitsComeFromKeys) {
  EXPECT_EQ(with_unit("latency_us", 512.25), "512.2 us");
  EXPECT_EQ(with_unit("achieved_tflops", 240.1), "240.1 TFLOPS");
  EXPECT_EQ(with_unit("tokens_per_s", 534.2), "534.2 tokens/s");
  EXPECT_EQ(with_unit("energy_delay_j_s", 216.2), "216.2 J s");
  EXPECT_EQ(with_unit("utilisation", 0.5), "50.0%");
  EXPECT_EQ(with_unit("array_cycles", 537600), "537,600");
  EXPECT_EQ(label("memory_gb_per_s"), "memory");
}

TEST(Format, ControlCharactersDoNotReachTheTerminal) { EXPECT_EQ(clean("a\033[31mb\nc"), "a [31mb c"); }

TEST(Format, WidthCountsWhatIsSeen) {
  EXPECT_EQ(display_width("\033[1mab\033[0m"), 2u);
  EXPECT_EQ(display_width("█▌"), 2u);
  EXPECT_EQ(shortened("abcdefgh", 5), "abc..");
}

}  // namespace presil::report
