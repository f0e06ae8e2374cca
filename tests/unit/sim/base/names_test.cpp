// names_test.cpp -- edit distance, the nearest name and the words around it.
#include "sim/base/names.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace presil {
namespace {

TEST(EditDistances, CountsSingleChanges) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("abc", ""), 3u);
  EXPECT_EQ(edit_distance("clock", "clock"), 0u);
  EXPECT_EQ(edit_distance("clock", "clok"), 1u);
  EXPECT_EQ(edit_distance("clock", "cloack"), 1u);
  EXPECT_EQ(edit_distance("clock", "cluck"), 1u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(EditDistances, ASwapOfNeighboursIsOneChange) {
  EXPECT_EQ(edit_distance("memroy", "memory"), 1u);
  EXPECT_EQ(edit_distance("ab", "ba"), 1u);
  EXPECT_EQ(edit_distance("abcd", "badc"), 2u);
}

TEST(EditDistances, TakesUpperAndLowerCaseAsEqual) {
  EXPECT_EQ(edit_distance("GHz", "ghz"), 0u);
  EXPECT_EQ(edit_distance("AB", "ba"), 1u);
}

TEST(EditDistances, IsSymmetricAndBounded) {
  const bool holds = rc::check("edit distance", [] {
    const auto a = *rc::gen::container<std::string>(rc::gen::inRange('a', 'e'));
    const auto b = *rc::gen::container<std::string>(rc::gen::inRange('a', 'e'));
    const std::size_t distance = edit_distance(a, b);
    RC_ASSERT(distance == edit_distance(b, a));
    RC_ASSERT((distance == 0) == (a == b));
    RC_ASSERT(distance <= std::max(a.size(), b.size()));
    RC_ASSERT(distance >= std::max(a.size(), b.size()) - std::min(a.size(), b.size()));
  });
  EXPECT_TRUE(holds);
}

TEST(NearestNames, PicksTheNearestAndTheFirstOfEquals) {
  EXPECT_EQ(nearest_name("clokc", {"link", "clock", "block"}), "clock");
  EXPECT_EQ(nearest_name("bat", {"cat", "hat"}), "cat");
}

TEST(NearestNames, IsEmptyWhenNothingIsNear) {
  EXPECT_EQ(nearest_name("bandwidth", {"clock", "rows"}), "");
  EXPECT_EQ(nearest_name("clock", {}), "");
  EXPECT_EQ(nearest_name("abcdefghi", {"abcdef"}), "abcdef");  // a third of nine letters
  EXPECT_EQ(nearest_name("abcdefghi", {"abcde"}), "");
}

TEST(NearestNames, StandsAVeryLongWord) { EXPECT_EQ(nearest_name(std::string(1 << 20, 'x'), {"clock"}), ""); }

TEST(Suggestions, IsAPhraseOrNothing) {
  EXPECT_EQ(did_you_mean("clok", {"clock"}), " (did you mean 'clock'?)");
  EXPECT_EQ(did_you_mean("bandwidth", {"clock"}), "");
}

TEST(Joining, PutsTheSeparatorBetween) {
  EXPECT_EQ(join({}), "");
  EXPECT_EQ(join({"a"}), "a");
  EXPECT_EQ(join({"a", "b", "c"}), "a, b, c");
  EXPECT_EQ(join({"a", "b"}, "."), "a.b");
}

}  // namespace
}  // namespace presil
