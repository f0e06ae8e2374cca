// The split of a run over channels, by hand. tests/property/memory_channel_split.cpp holds it against brute force.
#include "models/memory/channel_split.h"

#include <numeric>

#include <gtest/gtest.h>

namespace presil::memory {
namespace {

using Counts = std::vector<std::uint64_t>;

Counts split(const AddressMap& map, const Run& run) {
  Counts counts;
  split(map, run, counts);
  return counts;
}

constexpr AddressMap kMap{32, 128, 4};  // 4 bursts in an interleave, period 512 B

TEST(ChannelSplit, ContiguousRunFillsUnitsInTurn) {
  EXPECT_EQ(split(kMap, {0, 1, 512, 0}), (Counts{4, 4, 4, 4}));
  EXPECT_EQ(split(kMap, {96, 1, 64, 0}), (Counts{1, 1, 0, 0}));
  EXPECT_EQ(split(kMap, {448, 1, 128, 0}), (Counts{2, 0, 0, 2}));
  EXPECT_EQ(split(kMap, {0, 1, 1 << 20, 0}), (Counts(4, (1 << 20) / 32 / 4)));
}

TEST(ChannelSplit, PartialBurstsCountWhole) {
  EXPECT_EQ(split(kMap, {31, 1, 2, 0}), (Counts{2, 0, 0, 0}));
  EXPECT_EQ(split(kMap, {127, 1, 2, 0}), (Counts{1, 1, 0, 0}));
}

TEST(ChannelSplit, StrideOfThePeriodStaysInOneChannel) {
  EXPECT_EQ(split(kMap, {256, 1000, 32, 512}), (Counts{0, 0, 1000, 0}));
}

TEST(ChannelSplit, RepeatedRowCountsEveryTime) { EXPECT_EQ(split(kMap, {0, 5, 64, 0}), (Counts{10, 0, 0, 0})); }

TEST(ChannelSplit, AdjoiningRowsAreOneRow) {
  EXPECT_EQ(split(kMap, {16, 4, 16, 16}), (Counts{3, 0, 0, 0}));
  EXPECT_EQ(joined({16, 4, 16, 16}).row_bytes, 64u);
  EXPECT_EQ(joined({16, 4, 16, 32}).rows, 4u);
}

TEST(ChannelSplit, NothingIsNothing) {
  EXPECT_EQ(split(kMap, {77, 0, 32, 64}), (Counts{0, 0, 0, 0}));
  EXPECT_EQ(split(kMap, {77, 3, 0, 64}), (Counts{0, 0, 0, 0}));
}

TEST(ChannelSplit, HugeRunsCostNoMoreThanOnePeriod) {  // 1e9 rows: the loop over rows would take seconds
  const Counts counts = split({32, 256, 64}, {7, 1'000'000'000, 4, 12346});
  EXPECT_EQ(counts.size(), 64u);
  EXPECT_GE(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}), 1'000'000'000u);
}

}  // namespace
}  // namespace presil::memory
