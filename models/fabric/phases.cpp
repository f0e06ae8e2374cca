// phases.cpp -- implementation of phases.h.
#include "models/fabric/phases.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "sim/base/error.h"

namespace presil::fabric {

namespace {

/// What `rank` waits for from now on: all it did before, and what it got.
void also(Schedule& s, Ready& ready, std::uint32_t rank, const std::vector<StepId>& got) {
  auto& list = ready[rank];
  list.insert(list.end(), got.begin(), got.end());
  if (list.size() > 1) list = {s.join(rank, list)};
}

/// At step t the rank at place p sends range p - t - `lead` to p + 1; what it got at step t - 1.
void round_the_ring(Schedule& s, const Exchange& e, Ready& ready, bool add, std::size_t lead, std::size_t rounds) {
  const std::size_t g = e.group.size(), last = std::min(g, rounds + 1);
  if (g < 2) return;
  std::vector<StepId> before(g, Schedule::kNoStep), now(g);
  std::vector<std::vector<StepId>> got(g);
  for (std::size_t t = 0; t + 1 < last; ++t) {
    for (std::size_t p = 0; p < g; ++p)
      now[p] = s.send(e.group[p], e.group[(p + 1) % g], e.range((p + 2 * g - t - lead) % g), add, ready[e.group[p]], before[(p + g - 1) % g]);
    before = now;
    for (std::size_t p = 0; p < g; ++p)
      if (!add || t + 2 == last) got[(p + 1) % g].push_back(now[p]);
  }
  for (std::size_t p = 0; p < g; ++p) also(s, ready, e.group[p], got[p]);
}

void all_pairs(Schedule& s, const Exchange& e, Ready& ready, bool add) {
  const std::size_t g = e.group.size();
  std::vector<std::vector<StepId>> got(g);
  for (std::size_t d = 1; d < g; ++d)  // staggered: at any distance everyone has a receiver of its own
    for (std::size_t p = 0; p < g; ++p) {
      const std::size_t q = (p + d) % g;
      got[q].push_back(s.send(e.group[p], e.group[q], e.range(add ? q : p), add, ready[e.group[p]]));
    }
  for (std::size_t p = 0; p < g; ++p) also(s, ready, e.group[p], got[p]);
}

void require_power_of_two(std::size_t size) {
  if (!std::has_single_bit(size))
    throw InputError(fmt::format("halving-doubling among {} ranks; expected a power of two", size));
}

}  // namespace

void ring_scatter(Schedule& s, const Exchange& e, Ready& ready, std::uint32_t rounds) { round_the_ring(s, e, ready, true, 1, rounds); }
void ring_gather(Schedule& s, const Exchange& e, Ready& ready) { round_the_ring(s, e, ready, false, 0, e.group.size()); }
void direct_scatter(Schedule& s, const Exchange& e, Ready& ready) { all_pairs(s, e, ready, true); }
void direct_gather(Schedule& s, const Exchange& e, Ready& ready) { all_pairs(s, e, ready, false); }

void halving_scatter(Schedule& s, const Exchange& e, Ready& ready) {
  const std::size_t g = e.group.size();
  require_power_of_two(g);
  for (std::size_t d = g / 2; d > 0; d /= 2) {
    std::vector<StepId> sent(g);
    for (std::size_t p = 0; p < g; ++p) {
      const std::size_t q = p ^ d;  // gets the half that it belongs to
      const auto width = static_cast<std::uint32_t>(d) * e.width;
      sent[p] = s.send(e.group[p], e.group[q], {e.range(q & ~(d - 1)).block, width}, true, ready[e.group[p]]);
    }
    for (std::size_t p = 0; p < g; ++p) also(s, ready, e.group[p], {sent[p ^ d]});
  }
}

void doubling_gather(Schedule& s, const Exchange& e, Ready& ready) {
  const std::size_t g = e.group.size();
  require_power_of_two(g);
  for (std::size_t d = 1; d < g; d *= 2) {
    std::vector<StepId> sent(g);
    for (std::size_t p = 0; p < g; ++p) {
      const auto width = static_cast<std::uint32_t>(d) * e.width;
      sent[p] = s.send(e.group[p], e.group[p ^ d], {e.range(p & ~(d - 1)).block, width}, false, ready[e.group[p]]);
    }
    for (std::size_t p = 0; p < g; ++p) also(s, ready, e.group[p], {sent[p ^ d]});
  }
}

void switch_scatter(Schedule& s, const Exchange& e, std::uint32_t group_index, Ready& ready) {
  std::vector<StepId> all;
  for (const std::uint32_t rank : e.group) all.insert(all.end(), ready[rank].begin(), ready[rank].end());
  if (all.size() > 1) all = {s.join(e.group[0], all)};
  for (std::size_t p = 0; p < e.group.size(); ++p) ready[e.group[p]] = {s.reduce(group_index, e.group[p], e.range(p), all)};
}

void switch_gather(Schedule& s, const Exchange& e, std::uint32_t group_index, Ready& ready) {
  std::vector<StepId> got;
  for (std::size_t p = 0; p < e.group.size(); ++p) got.push_back(s.multicast(e.group[p], group_index, e.range(p), ready[e.group[p]]));
  for (const std::uint32_t rank : e.group) also(s, ready, rank, got);
}

namespace {

/// Inner nodes of [lo, hi) at odd distances from lo, which is even.
void plant(Tree& tree, std::uint32_t lo, std::uint32_t hi, std::uint32_t parent) {
  if (lo >= hi) return;
  const std::uint32_t middle = lo + std::bit_floor(hi - lo) - 1;
  tree.parent[middle] = parent == hi && tree.order.empty() ? middle : parent;
  tree.order.push_back(middle);
  plant(tree, lo, middle, middle);
  plant(tree, middle + 1, hi, middle);
}

}  // namespace

Tree binary_tree(std::uint32_t size, std::uint32_t shift) {
  Tree plain{std::vector<std::uint32_t>(size), {}};
  plant(plain, 0, size, size);
  Tree turned = plain;
  const auto turn = [&](std::uint32_t p) { return (p + shift) % size; };
  for (std::uint32_t p = 0; p < size; ++p) turned.parent[turn(p)] = turn(plain.parent[p]);
  for (std::uint32_t& p : turned.order) p = turn(p);
  return turned;
}

std::vector<StepId> tree_up(Schedule& s, const std::vector<std::uint32_t>& group, const Tree& tree, Range range, Ready& ready, const std::vector<StepId>& behind) {
  std::vector<StepId> all(group.size(), Schedule::kNoStep);
  for (auto it = tree.order.rbegin(); it != tree.order.rend(); ++it)
    if (tree.parent[*it] != *it) {
      all[*it] = s.send(group[*it], group[tree.parent[*it]], range, true, ready[group[*it]], behind.empty() ? Schedule::kNoStep : behind[*it]);
      ready[group[tree.parent[*it]]].push_back(all[*it]);
    }
  return all;
}

void tree_down(Schedule& s, const std::vector<std::uint32_t>& group, const Tree& tree, Range range, Ready& ready) {
  for (const std::uint32_t p : tree.order)
    if (tree.parent[p] != p) ready[group[p]] = {s.send(group[tree.parent[p]], group[p], range, false, ready[group[tree.parent[p]]])};
}

}  // namespace presil::fabric
