// Schedules move the right data and the right number of bytes, whatever the order in which ready steps happen.
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "models/fabric/collective_schedule.h"
#include "models/fabric/phases.h"
#include "sim/base/error.h"

namespace presil::fabric {
namespace {

/// Contributions to a block, one bit a rank.
using Sum = std::uint64_t;
using Memory = std::vector<std::vector<Sum>>;  // by rank and block

Memory full(const Schedule& s) {
  Memory m(s.ranks);
  for (std::uint32_t r = 0; r < s.ranks; ++r) m[r].assign(s.block_bytes.size(), Sum{1} << r);
  return m;
}

/// False when something would be added twice.
bool perform(const Schedule& s, const Step& step, Memory& m) {
  if (step.kind == StepKind::join) return true;
  for (std::uint32_t b = step.block; b < step.block + step.blocks; ++b) {
    if (step.kind == StepKind::send) {
      if (step.add && (m[step.peer][b] & m[step.rank][b]) != 0) return false;
      m[step.peer][b] = m[step.rank][b] | (step.add ? m[step.peer][b] : 0);
    } else if (step.kind == StepKind::reduce) {
      Sum sum = 0;
      for (const std::uint32_t member : s.groups[step.peer]) {
        if ((sum & m[member][b]) != 0) return false;
        sum |= m[member][b];
      }
      m[step.rank][b] = sum;
    } else {
      for (const std::uint32_t member : s.groups[step.peer]) m[member][b] = m[step.rank][b];
    }
  }
  return true;
}

/// In an order drawn from `seed` among the ready ones; 0: as they were made.
testing::AssertionResult play(const Schedule& s, Memory& m, std::uint64_t seed) {
  std::vector<bool> done(s.steps.size(), false);
  std::vector<StepId> open(s.steps.size());
  for (StepId i = 0; i < open.size(); ++i) open[i] = i;
  while (!open.empty()) {
    std::vector<std::size_t> ready;
    for (std::size_t k = 0; k < open.size() && (seed != 0 || ready.empty()); ++k) {
      const Step& step = s.steps[open[k]];
      bool all = true;
      for (std::uint32_t i = 0; i < step.after; ++i) all = all && done[s.after[step.first_after + i]];
      if (all) ready.push_back(k);
    }
    if (ready.empty()) return testing::AssertionFailure() << "steps wait for each other";
    seed = seed * 6364136223846793005ull + (seed != 0 ? 1442695040888963407ull : 0);
    const std::size_t k = ready[(seed >> 33) % ready.size()];
    if (!perform(s, s.steps[open[k]], m)) return testing::AssertionFailure() << "step " << open[k] << " adds something twice";
    done[open[k]] = true;
    open.erase(open.begin() + static_cast<std::ptrdiff_t>(k));
  }
  return testing::AssertionSuccess();
}

Shape one_node(std::uint32_t n) { return {.ranks = n, .in_node = n}; }

struct Case {
  const char* what;
  Shape shape;
  Pattern pattern;
};
std::ostream& operator<<(std::ostream& os, const Case& c) { return os << c.what; }

const Case kCases[] = {
    {"ring_2", one_node(2), Pattern::ring},
    {"ring_5", one_node(5), Pattern::ring},
    {"rings_of_a_mesh", {.ranks = 8, .in_node = 8, .mesh = true}, Pattern::ring},
    {"rings_of_nodes", {.ranks = 16, .in_node = 4, .channels = 4}, Pattern::ring},
    {"rings_of_three_nodes", {.ranks = 12, .in_node = 4, .channels = 2}, Pattern::ring},
    {"tree_7", one_node(7), Pattern::tree},
    {"tree_of_nodes", {.ranks = 20, .in_node = 4, .channels = 2}, Pattern::tree},
    {"tree_of_single_devices", {.ranks = 9, .in_node = 1}, Pattern::tree},
    {"halving_16", one_node(16), Pattern::halving_doubling},
    {"direct_6", one_node(6), Pattern::direct},
    {"switch_8", {.ranks = 8, .in_node = 8, .switch_sums = true}, Pattern::in_switch},
    {"torus_3x4", {.ranks = 12, .in_node = 12, .extents = {3, 4}}, Pattern::torus},
    {"torus_2x3x4", {.ranks = 24, .in_node = 24, .extents = {2, 3, 4}}, Pattern::torus},
    {"hierarchical_4x4", {.ranks = 16, .in_node = 4, .channels = 4}, Pattern::hierarchical},
    {"hierarchical_3x4_switches", {.ranks = 12, .in_node = 4, .channels = 4, .switch_sums = true}, Pattern::hierarchical},
    {"hierarchical_mesh", {.ranks = 16, .in_node = 8, .channels = 8, .mesh = true}, Pattern::hierarchical},
};

class Schedules : public testing::TestWithParam<Case> {
 protected:
  Schedule make(Operation o, std::uint32_t pieces = 2) const { return make_schedule(GetParam().shape, {o, 48e6, GetParam().pattern, pieces, false, {}}); }
  Sum everyone() const { return (Sum{1} << GetParam().shape.ranks) - 1; }
};

TEST_P(Schedules, AllReduceLeavesTheSumEverywhere) {
  const Schedule s = make(Operation::all_reduce);
  for (const std::uint64_t seed : {0, 1, 2}) {
    Memory m = full(s);
    ASSERT_TRUE(play(s, m, seed));
    for (const auto& rank : m)
      for (const Sum sum : rank) ASSERT_EQ(sum, everyone());
  }
}

TEST_P(Schedules, ScatterAndGatherAreOpposite) {
  if (!can(GetParam().shape, Operation::reduce_scatter, GetParam().pattern)) GTEST_SKIP() << "neither here";
  const Schedule scatter = make(Operation::reduce_scatter), gather = make(Operation::all_gather);
  Memory m = full(scatter);
  ASSERT_TRUE(play(scatter, m, 3));
  Memory start(scatter.ranks, std::vector<Sum>(gather.block_bytes.size(), 0));
  std::vector<double> share(scatter.ranks, 0);
  for (std::uint32_t r = 0; r < scatter.ranks; ++r)
    for (std::size_t b = 0; b < m[r].size(); ++b)
      if (m[r][b] == everyone()) {
        share[r] += scatter.block_bytes[b];
        start[r][b] = everyone();
      }
  for (const double bytes : share) EXPECT_NEAR(bytes, 48e6 / scatter.ranks, 1e-6);
  ASSERT_TRUE(play(gather, start, 4));
  for (const auto& rank : start)
    for (const Sum sum : rank) ASSERT_EQ(sum, everyone());
}

TEST_P(Schedules, BytesAreWhatTheAlgorithmMustMove) {
  const Case& c = GetParam();
  const double n = c.shape.ranks, payload = 48e6;
  for (const Operation o : {Operation::all_reduce, Operation::reduce_scatter, Operation::all_gather}) {
    if (!can(c.shape, o, c.pattern)) continue;
    double sum = 0;
    for (const double sent : bytes_sent_by_rank(make(o))) {
      const double rounds = o == Operation::all_reduce ? 2 : 1;
      if (c.pattern == Pattern::in_switch || (c.pattern == Pattern::hierarchical && c.shape.switch_sums)) {
        if (c.pattern == Pattern::in_switch && o == Operation::all_reduce) { EXPECT_NEAR(sent, payload * (n + 1) / n, 1e-3); }
      } else if (c.pattern != Pattern::tree) {
        EXPECT_NEAR(sent, payload * rounds * (n - 1) / n, 1e-3);
      }
      sum += sent;
    }
    if (c.pattern == Pattern::tree) { EXPECT_NEAR(sum, payload * 2 * (n - 1), 1e-3); }  // every edge, up and down
  }
}

TEST_P(Schedules, BroadcastReachesAll) {
  if (!can(GetParam().shape, Operation::broadcast, GetParam().pattern)) GTEST_SKIP() << "not here";
  const Schedule s = make(Operation::broadcast, 3);
  Memory m(s.ranks, std::vector<Sum>(s.block_bytes.size(), 0));
  for (Sum& sum : m[0]) sum = 1;
  ASSERT_TRUE(play(s, m, 5));
  for (const auto& rank : m)
    for (const Sum sum : rank) ASSERT_EQ(sum, Sum{1});
}

INSTANTIATE_TEST_SUITE_P(All, Schedules, testing::ValuesIn(kCases), [](const auto& p) { return std::string(p.param.what); });

TEST(AllToAll, EvenAndUnevenCounts) {
  const Schedule even = make_schedule(one_node(4), {Operation::all_to_all, 4000, Pattern::direct, 1, false, {}});
  EXPECT_EQ(even.steps.size(), 12u);
  for (const double sent : bytes_sent_by_rank(even)) EXPECT_EQ(sent, 3000);
  std::vector<double> counts(16, 0);
  counts[0 * 4 + 1] = 500, counts[2 * 4 + 3] = 7, counts[3 * 4 + 3] = 99;  // the last stays at home
  const Schedule uneven = make_schedule(one_node(4), {Operation::all_to_all, 0, Pattern::direct, 1, false, counts});
  EXPECT_EQ(uneven.steps.size(), 2u);
  EXPECT_EQ(bytes_sent_by_rank(uneven), (std::vector<double>{500, 0, 7, 0}));
}

TEST(SendReceive, EveryRankPassesItsOwnOn) {
  const Schedule s = make_schedule(one_node(3), {Operation::send_receive, 1000, Pattern::direct, 1, false, {}});
  ASSERT_EQ(s.steps.size(), 3u);
  for (const double sent : bytes_sent_by_rank(s)) EXPECT_EQ(sent, 1000);
}

TEST(DisjointRings, UseEveryLinkOnce) {
  for (const std::uint32_t n : {3u, 5u, 7u, 8u}) {
    const auto rings = disjoint_rings(n);
    EXPECT_EQ(rings.size(), n - 1) << n;
    std::set<std::pair<std::uint32_t, std::uint32_t>> used;
    for (const auto& ring : rings) {
      EXPECT_EQ(std::set<std::uint32_t>(ring.begin(), ring.end()).size(), n);
      for (std::size_t i = 0; i < n; ++i) EXPECT_TRUE(used.emplace(ring[i], ring[(i + 1) % n]).second);
    }
  }
  EXPECT_EQ(disjoint_rings(4).size(), 1u);  // there are none for 4 and 6
  EXPECT_EQ(disjoint_rings(6).size(), 1u);
}

TEST(BinaryTree, InnerNodesOfOneAreLeavesOfTheOther) {
  for (const std::uint32_t n : {2u, 8u, 16u, 30u}) {
    const Tree a = binary_tree(n, 0), b = binary_tree(n, 1);
    std::vector<int> children(n, 0), others(n, 0);
    for (std::uint32_t p = 0; p < n; ++p) {
      if (a.parent[p] != p) ++children[a.parent[p]];
      if (b.parent[p] != p) ++others[b.parent[p]];
    }
    for (std::uint32_t p = 0; p < n; ++p) EXPECT_TRUE(children[p] == 0 || others[p] == 0) << n << " " << p;
    EXPECT_LE(*std::max_element(children.begin(), children.end()), 2);
  }
}

TEST(Schedule, ImpossibleOnesAreRefused) {
  EXPECT_THROW(make_schedule(one_node(6), {Operation::all_reduce, 1e6, Pattern::halving_doubling, 1, false, {}}), InputError);
  EXPECT_THROW(make_schedule(one_node(6), {Operation::all_reduce, 1e6, Pattern::in_switch, 1, false, {}}), InputError);
  EXPECT_THROW(make_schedule(one_node(6), {Operation::all_to_all, 1e6, Pattern::ring, 1, false, {}}), InputError);
}

}  // namespace
}  // namespace presil::fabric
