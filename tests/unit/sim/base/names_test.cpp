// names_test.cpp -- edit distance, nearest names and lists of words.
#include "sim/base/names.h"

#include <gtest/gtest.h>

namespace presil {
namespace {

TEST(EditDistance, CountsInsertionsDeletionsAndSubstitutions) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("abc", ""), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("memory", "memory"), 0u);
}

TEST(EditDistance, TakesASwapOfNeighboursAsOne) {
  EXPECT_EQ(edit_distance("memroy", "memory"), 1u);
  EXPECT_EQ(edit_distance("ab", "ba"), 1u);
  EXPECT_EQ(edit_distance("abcd", "badc"), 2u);
}

TEST(EditDistance, TakesUpperAndLowerCaseAsEqual) { EXPECT_EQ(edit_distance("TPU_V4", "tpu_v4"), 0u); }

TEST(EditDistance, IsSymmetric) {
  for (const char* a : {"clock", "colck", "block", "", "x"})
    for (const char* b : {"clock", "stacks", "y", ""}) EXPECT_EQ(edit_distance(a, b), edit_distance(b, a)) << a << " " << b;
}

TEST(NearestName, PicksTheNearestAndTheFirstOfEquals) {
  EXPECT_EQ(nearest_name("bandwith", {"latency", "bandwidth", "band"}), "bandwidth");
  EXPECT_EQ(nearest_name("cat", {"bat", "rat"}), "bat");
}

TEST(NearestName, IsEmptyBeyondAThirdOfTheWord) {
  EXPECT_EQ(nearest_name("bandwidth", {"clock"}), "");
  EXPECT_EQ(nearest_name("abcdefghi", {"abcdef"}), "abcdef");
  EXPECT_EQ(nearest_name("abcdefghi", {"abcde"}), "");
  EXPECT_EQ(nearest_name("x", {}), "");
}

TEST(DidYouMean, IsNothingWithoutANearName) {
  EXPECT_EQ(did_you_mean("clokc", {"clock"}), " (did you mean 'clock'?)");
  EXPECT_EQ(did_you_mean("voltage", {"clock"}), "");
}

TEST(Join, PutsTheSeparatorBetween) {
  EXPECT_EQ(join({}), "");
  EXPECT_EQ(join({"a"}), "a");
  EXPECT_EQ(join({"a", "b", "c"}), "a, b, c");
  EXPECT_EQ(join({"a", "b"}, "."), "a.b");
}

}  // namespace
}  // namespace presil
