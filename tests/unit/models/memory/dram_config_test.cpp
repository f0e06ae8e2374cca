// Address maps, rules between timings, and the closed forms a stream and random reads must keep to.
#include <stdexcept>

#include <gtest/gtest.h>

#include "models/memory/dram_config.h"
#include "models/memory/traffic.h"
#include "tests/unit/models/memory/reference_specs.h"

namespace presil::memory {
namespace {

using Fields = std::array<std::string, kAddressFields>;
constexpr std::array<std::uint64_t, kAddressFields> kSizes{4, 1, 1, 2, 2, 8, 1024};
const Fields kGood{"7:6", "", "", "8^11", "9", "12:10", "13+"};

std::string refusal(std::size_t field, const std::string& text) {
  Fields fields = kGood;
  fields[field] = text;
  try {
    AddressBits(fields, kSizes, 64);
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  return "";
}

TEST(AddressBits, DecodesEveryAddressToAPlaceOfItsOwn) {
  const AddressBits map(kGood, kSizes, 64);
  std::vector<char> seen(4 * 2 * 2 * 8 * 1024);
  for (std::uint64_t line = 0; line < seen.size(); ++line) {
    const DecodedAddress a = map.decode(line * 64 + 13);
    std::uint64_t place = 0;
    for (std::size_t f = 0; f < kAddressFields; ++f) place = place * kSizes[f] + a.field[f];
    ASSERT_EQ(seen[place]++, 0);
  }
}

TEST(AddressBits, RefusesWhatDoesNotCoverEveryBitOnce) {
  EXPECT_EQ(refusal(0, "6:6"), "channel: names 1 address bits; 4 values need 2");
  EXPECT_EQ(refusal(4, "8"), "bank: address bit 8 is already part of bank_group");
  EXPECT_EQ(refusal(6, "14+"), "address bit 13 belongs to no field");
  EXPECT_EQ(refusal(4, "5"), "bank: address bit 5 lies inside a burst of 64 B");
  EXPECT_EQ(refusal(4, "x"), "bank: 'x' is not an address bit from 0 to 47");
  EXPECT_EQ(refusal(5, "10:12"), "column: '10:12': the higher bit comes first");
  EXPECT_EQ(refusal(3, "8^8"), "the xor terms map two addresses to one place");
}

TEST(DramTimingRules, RefuseTheImpossibleAndWarnOfTheOdd) {
  DramTiming t = reference_b().spec.timing;
  EXPECT_EQ(timing_fault(t), "");
  EXPECT_EQ(timing_warnings(t), std::vector<std::string>{"tFAW (15) is less than 4 tRRD_S (16) and never limits"});
  t.ras = 10;
  EXPECT_NE(timing_fault(t).find("shorter than tRCD"), std::string::npos);
  t = reference_b().spec.timing;
  t.rc = 47;
  EXPECT_EQ(timing_warnings(t).size(), 2u);
  t.rfc = t.refi;
  EXPECT_NE(timing_fault(t), "");
}

// tFAW allows four ACT in tFAW ticks per pseudo-channel: a bound no random trace beats, and A and C come near.
TEST(DramClosedForms, RandomReadsKeepToTheActivateWindow) {
  for (const auto& [reference, share] : {std::pair{reference_a(), 0.93}, std::pair{reference_c(), 0.92}}) {
    const DramTiming& t = reference.spec.timing;
    const double bound = reference.channels * reference.spec.geometry.pseudo_channels * 4.0 *
                         static_cast<double>(reference.map.burst_bytes()) / (static_cast<double>(t.faw) * reference.spec.tick_s) *
                         (1 - static_cast<double>(t.rfc) / static_cast<double>(t.refi));
    const double got = feed(reference.spec, reference.map, reference.channels, uniform(50000), {.per_tick = reference.per_tick}).bandwidth;
    EXPECT_LT(got, bound * 1.01);
    EXPECT_GT(got, bound * share);
  }
}

// A long stream is limited by refresh alone.
TEST(DramClosedForms, SequentialReadsReachPeakLessRefresh) {
  const Reference a = reference_a();
  const double bound = 256e9 * (1 - 260 / 3900.0);
  const double got = feed(a.spec, a.map, a.channels, sequential(200000), {.per_tick = 1}).bandwidth;
  EXPECT_LT(got, bound);
  EXPECT_GT(got, 0.98 * bound);
}

TEST(DramLoad, LatencyAtLightLoadIsThatOfAClosedOrOpenRow) {
  const Reference c = reference_c();
  const FeedResult r = feed(c.spec, c.map, c.channels, uniform(20000), {.per_tick = 2, .load = 0.02});
  EXPECT_GT(r.read_latency_s, (62 + 44) * c.spec.tick_s);
  EXPECT_LT(r.read_latency_s, 1.5 * (52 + 62 + 44) * c.spec.tick_s);
}

}  // namespace
}  // namespace presil::memory
