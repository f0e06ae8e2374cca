// collective_schedule.cpp -- implementation of collective_schedule.h.
#include "models/fabric/collective_schedule.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include <fmt/format.h>

#include "models/fabric/phases.h"
#include "sim/base/error.h"

namespace presil::fabric {

namespace {

using Group = std::vector<std::uint32_t>;

Group everyone(std::uint32_t n) {
  Group all(n);
  std::iota(all.begin(), all.end(), 0u);
  return all;
}

bool scatters(Operation o) { return o == Operation::all_reduce || o == Operation::reduce_scatter; }
bool gathers(Operation o) { return o == Operation::all_reduce || o == Operation::all_gather; }
bool sums_or_gathers(Operation o) { return scatters(o) || gathers(o); }

Schedule blank(const Shape& shape, std::uint32_t blocks, double bytes) {
  Schedule s;
  s.ranks = shape.ranks;
  s.block_bytes.assign(blocks, bytes / blocks);
  return s;
}

/// One ring for each way out of a node. Neighbouring nodes are passed in opposite directions, so that a ring enters a node
/// where it left the one before: at the same NIC.
Group node_ring(const Shape& shape, std::uint32_t channel) {
  Group ring;
  const std::uint32_t l = shape.in_node;
  for (std::uint32_t node = 0; node < shape.nodes(); ++node)
    for (std::uint32_t i = 0; i < l; ++i) {
      const std::uint32_t at = node % 2 == 0 ? channel + i : channel + 2 * l - 1 - i;
      ring.push_back(node * l + at % l);
    }
  return ring;
}

std::vector<Group> rings_of(const Shape& shape) {
  if (shape.mesh && shape.nodes() == 1) return disjoint_rings(shape.ranks);
  std::vector<Group> rings;
  const std::uint32_t step = std::max(1u, shape.in_node / std::max(1u, shape.channels));
  for (std::uint32_t c = 0; c < (shape.nodes() > 1 ? shape.channels : 1); ++c) rings.push_back(node_ring(shape, c * step));
  return rings;
}

/// Range i of a ring belongs to the rank at place i.
Schedule ring(const Shape& shape, const Request& r) {
  const auto rings = rings_of(shape);
  const auto count = static_cast<std::uint32_t>(rings.size());
  if (r.operation == Operation::broadcast) {
    Schedule s = blank(shape, r.pieces * count, r.bytes);
    for (std::uint32_t p = 0; p < r.pieces; ++p)
      for (std::uint32_t c = 0; c < count; ++c) {
        const Group& g = rings[c];
        const auto start = static_cast<std::size_t>(std::find(g.begin(), g.end(), 0u) - g.begin());
        StepId before = Schedule::kNoStep;
        for (std::size_t i = 0; i + 1 < g.size(); ++i)
          before = s.send(g[(start + i) % g.size()], g[(start + i + 1) % g.size()], {p * count + c, 1}, false, {}, before);
      }
    return s;
  }
  Schedule s = blank(shape, shape.ranks * count, r.bytes);
  for (std::uint32_t c = 0; c < count; ++c) {
    Ready ready(shape.ranks);
    const Exchange e{rings[c], c * shape.ranks, 1};
    if (r.rounds > 0) {
      ring_scatter(s, e, ready, r.rounds);
      continue;
    }
    if (scatters(r.operation)) ring_scatter(s, e, ready);
    if (gathers(r.operation)) ring_gather(s, e, ready);
  }
  return s;
}

/// Chains through the nodes to the rank at the way out, two trees over those; each tree takes every other block.
Schedule tree(const Shape& shape, const Request& r) {
  const std::uint32_t nodes = shape.nodes(), l = shape.in_node, ways = nodes > 1 ? shape.channels : 1;
  Schedule s = blank(shape, r.pieces * ways * 2, r.bytes);
  Tree chain{Group(l), everyone(l)};
  for (std::uint32_t i = 0; i < l; ++i) chain.parent[i] = i == 0 ? 0 : i - 1;
  // A leaf of one tree is an inner rank of the other: it sends its own blocks a few at a time, so that what it passes on need not wait.
  constexpr std::uint32_t kWindow = 2;
  std::vector<std::vector<StepId>> sent;
  for (std::uint32_t block = 0; block < s.block_bytes.size(); ++block) {
    const std::uint32_t way = block / 2 % ways * (l / ways);
    // One node has nothing but chains, which run in opposite directions.
    const Tree between = binary_tree(nodes, block % 2 == 0 || nodes == 1 ? 0 : 1);
    Ready ready(shape.ranks);
    Group leaders;
    std::vector<Group> inside(nodes);
    for (std::uint32_t n = 0; n < nodes; ++n) {
      for (std::uint32_t i = 0; i < l; ++i) inside[n].push_back(n * l + (nodes == 1 && block % 2 == 1 ? (l - i) % l : (way + i) % l));
      leaders.push_back(inside[n][0]);
    }
    for (const Group& g : inside) tree_up(s, g, chain, {block, 1}, ready);
    const std::uint32_t back = 2 * ways * kWindow;
    sent.push_back(tree_up(s, leaders, between, {block, 1}, ready, block >= back ? sent[block - back] : std::vector<StepId>{}));
    tree_down(s, leaders, between, {block, 1}, ready);
    for (const Group& g : inside) tree_down(s, g, chain, {block, 1}, ready);
  }
  return s;
}

Schedule halving_doubling(const Shape& shape, const Request& r) {
  Schedule s = blank(shape, shape.ranks, r.bytes);
  Ready ready(shape.ranks);
  const Group all = everyone(shape.ranks);
  if (scatters(r.operation)) halving_scatter(s, {all, 0, 1}, ready);
  if (gathers(r.operation)) doubling_gather(s, {all, 0, 1}, ready);
  return s;
}

/// Blocks of all_to_all: from i to j is block i x ranks + j.
Schedule all_to_all(const Shape& shape, const Request& r) {
  const std::uint32_t n = shape.ranks;
  Schedule s = blank(shape, n * n, r.bytes * n);
  if (!r.counts.empty()) s.block_bytes = r.counts;
  for (std::uint32_t d = 1; d < n; ++d)
    for (std::uint32_t i = 0; i < n; ++i)
      if (const std::uint32_t j = (i + d) % n; s.block_bytes[i * n + j] > 0) s.send(i, j, {i * n + j, 1}, false, {});
  return s;
}

Schedule direct(const Shape& shape, const Request& r) {
  const std::uint32_t n = shape.ranks;
  if (r.operation == Operation::all_to_all) return all_to_all(shape, r);
  const Group all = everyone(n);
  Schedule s = blank(shape, n, r.operation == Operation::send_receive ? r.bytes * n : r.bytes);
  Ready ready(n);
  if (scatters(r.operation)) direct_scatter(s, {all, 0, 1}, ready);
  if (gathers(r.operation)) direct_gather(s, {all, 0, 1}, ready);
  for (std::uint32_t i = 0; r.operation == Operation::broadcast && i + 1 < n; ++i) s.send(0, i + 1, {0, n}, false, {});
  for (std::uint32_t i = 0; r.operation == Operation::send_receive && i < n; ++i) s.send(i, (i + 1) % n, {i, 1}, false, {});
  return s;
}

/// Blocks: what each rank has. No rank changes what the others read.
Schedule one_shot(const Shape& shape, const Request& r) {
  const std::uint32_t n = shape.ranks;
  Schedule s = blank(shape, n, r.bytes * n);
  for (std::uint32_t d = 1; d < n; ++d)
    for (std::uint32_t i = 0; i < n; ++i) s.send(i, (i + d) % n, {i, 1}, false, {});
  return s;
}

Schedule in_switch(const Shape& shape, const Request& r) {
  const std::uint32_t n = shape.ranks;
  const Group all = everyone(n);
  Schedule s = blank(shape, r.operation == Operation::broadcast ? r.pieces : r.pieces * n, r.bytes);
  s.groups = {all};
  // Sums of a piece start when those of the last but one have come, so that copies are not queued behind all sums.
  std::vector<Ready> summed(r.pieces, Ready(n));
  for (std::uint32_t p = 0; p < r.pieces; ++p) {
    Ready ready = p < 2 ? Ready(n) : summed[p - 2];
    if (r.operation == Operation::broadcast) s.multicast(0, 0, {p, 1}, {});
    if (scatters(r.operation)) switch_scatter(s, {all, p * n, 1}, 0, ready);
    summed[p] = ready;
    if (gathers(r.operation)) switch_gather(s, {all, p * n, 1}, 0, ready);
  }
  return s;
}

/// A colour starts with dimension `first` and runs its rings forwards or backwards; it has 1/colours of the payload.
void torus_colour(Schedule& s, const Shape& shape, const Request& r, std::uint32_t base, std::size_t first, bool backwards) {
  const std::size_t dimensions = shape.extents.size();
  std::vector<std::uint32_t> stride(dimensions, 1);
  for (std::size_t d = 1; d < dimensions; ++d) stride[d] = stride[d - 1] * shape.extents[d - 1];
  Ready ready(shape.ranks);
  const auto place = [&](std::uint32_t rank, std::size_t d) {
    const std::uint32_t at = rank / stride[d] % shape.extents[d];
    return backwards ? (shape.extents[d] - at) % shape.extents[d] : at;
  };
  const auto phase = [&](std::size_t k, bool gather) {
    const std::size_t d = (first + k) % dimensions;
    const std::uint32_t extent = shape.extents[d];
    for (std::uint32_t rank = 0; rank < shape.ranks; ++rank) {
      if (rank / stride[d] % extent != 0) continue;
      Group line(extent);
      for (std::uint32_t i = 0; i < extent; ++i) line[backwards ? (extent - i) % extent : i] = rank + i * stride[d];
      // Blocks are numbered with the first phase's dimension most significant, so that every phase has a run of them.
      std::uint32_t start = 0, width = shape.ranks;
      for (std::size_t done = 0; done < k; ++done) {
        const std::size_t other = (first + done) % dimensions;
        width /= shape.extents[other];
        start += place(rank, other) * width;
      }
      const Exchange e{line, base + start, width / extent};
      gather ? ring_gather(s, e, ready) : ring_scatter(s, e, ready);
    }
  };
  for (std::size_t k = 0; k < dimensions && scatters(r.operation); ++k) phase(k, false);
  for (std::size_t k = dimensions; k-- > 0 && gathers(r.operation);) phase(k, true);
}

Schedule torus(const Shape& shape, const Request& r) {
  const auto colours = static_cast<std::uint32_t>(2 * shape.extents.size());
  Schedule s = blank(shape, colours * shape.ranks, r.bytes);
  for (std::uint32_t c = 0; c < colours; ++c) torus_colour(s, shape, r, c * shape.ranks, c / 2, c % 2 == 1);
  return s;
}

/// Halves, then doubles, between the first node and its partners: rank i of node 0 with rank i of node d.
void folded_exchange(Schedule& s, const Shape& shape, Operation o, std::uint32_t base, std::uint32_t i, Ready& ready) {
  const std::uint32_t l = shape.in_node, nodes = shape.nodes(), own = base + i * nodes;
  for (std::uint32_t d = nodes / 2; d > 0 && scatters(o); d /= 2) ready[i] = {s.send(i, d * l + i, {own + d, d}, true, ready[i])};
  for (std::uint32_t d = 1; d < nodes && gathers(o); d *= 2) ready[i] = {s.send(i, d * l + i, {own, d}, false, ready[i])};
}

/// Within one node, before (scatter) or behind the exchange between nodes.
void inside_node(Schedule& s, const Shape& shape, const Exchange& e, std::uint32_t node, bool scatter, Ready& ready) {
  if (!s.groups.empty()) return scatter ? switch_scatter(s, e, node, ready) : switch_gather(s, e, node, ready);
  if (shape.mesh) return scatter ? direct_scatter(s, e, ready) : direct_gather(s, e, ready);
  return scatter ? ring_scatter(s, e, ready) : ring_gather(s, e, ready);
}

/// Among the ranks of one place in every node.
void between_nodes(Schedule& s, Operation o, const Exchange& e, Ready& ready) {
  const bool halves = std::has_single_bit(e.group.size());
  if (scatters(o)) halves ? halving_scatter(s, e, ready) : ring_scatter(s, e, ready);
  if (gathers(o)) halves ? doubling_gather(s, e, ready) : ring_gather(s, e, ready);
}

/// Range of local rank i: the blocks of that rank in every node.
Schedule hierarchical(const Shape& shape, const Request& r) {
  const std::uint32_t l = shape.in_node, nodes = shape.nodes(), simulated = r.folded ? 1 : nodes;
  Schedule s = blank(shape, r.pieces * shape.ranks, r.bytes);
  std::vector<Group> inside(nodes, Group(l)), rails(l, Group(nodes));
  for (std::uint32_t rank = 0; rank < shape.ranks; ++rank) inside[rank / l][rank % l] = rails[rank % l][rank / l] = rank;
  if (shape.switch_sums && l > 2) s.groups = inside;
  for (std::uint32_t p = 0; p < r.pieces; ++p) {
    const std::uint32_t base = p * shape.ranks;
    Ready ready(shape.ranks);
    for (std::uint32_t n = 0; n < simulated && scatters(r.operation); ++n) inside_node(s, shape, {inside[n], base, nodes}, n, true, ready);
    for (std::uint32_t i = 0; i < l; ++i)
      if (r.folded) folded_exchange(s, shape, r.operation, base, i, ready);
      else between_nodes(s, r.operation, {rails[i], base + i * nodes, 1}, ready);
    for (std::uint32_t n = 0; n < simulated && gathers(r.operation); ++n) inside_node(s, shape, {inside[n], base, nodes}, n, false, ready);
  }
  return s;
}

}  // namespace

bool can(const Shape& shape, Operation o, Pattern p) {
  switch (p) {
    case Pattern::ring: return sums_or_gathers(o) || o == Operation::broadcast;
    case Pattern::tree: return o == Operation::all_reduce;
    case Pattern::halving_doubling: return sums_or_gathers(o) && std::has_single_bit(shape.ranks);
    case Pattern::direct: return true;
    case Pattern::in_switch: return shape.switch_sums && shape.nodes() == 1 && (sums_or_gathers(o) || o == Operation::broadcast);
    case Pattern::torus: return !shape.extents.empty() && sums_or_gathers(o);
    case Pattern::hierarchical: return shape.nodes() > 1 && shape.in_node > 1 && sums_or_gathers(o);
    case Pattern::one_shot: case Pattern::two_shot: return shape.direct_kernels && shape.nodes() == 1 && o == Operation::all_reduce;
  }
  return false;
}

Schedule make_schedule(const Shape& shape, const Request& r) {
  if (!can(shape, r.operation, r.pattern))
    throw InputError(fmt::format("{} among {} ranks cannot be done by {} here", kOperationNames[static_cast<std::size_t>(r.operation)], shape.ranks,
                                 kPatternNames[static_cast<std::size_t>(r.pattern)]));
  switch (r.pattern) {
    case Pattern::ring: return ring(shape, r);
    case Pattern::tree: return tree(shape, r);
    case Pattern::halving_doubling: return halving_doubling(shape, r);
    case Pattern::direct: return direct(shape, r);
    case Pattern::in_switch: return in_switch(shape, r);
    case Pattern::torus: return torus(shape, r);
    case Pattern::hierarchical: return hierarchical(shape, r);
    case Pattern::one_shot: return one_shot(shape, r);
    case Pattern::two_shot: return direct(shape, r);
  }
  return {};
}

namespace {

/// Extends `ring` by unused arcs; once it is closed, starts the next. `budget` bounds the search.
bool extend(std::uint32_t n, std::vector<std::vector<bool>>& used, std::vector<Group>& rings, Group& ring, std::vector<bool>& in, int& budget) {
  if (--budget < 0) return false;
  const std::uint32_t at = ring.back();
  if (ring.size() == n) {
    if (used[at][0]) return false;
    used[at][0] = true;
    rings.push_back(ring);
    Group fresh{0};
    std::vector<bool> none(n, false);
    none[0] = true;
    if (rings.size() == n - 1 || extend(n, used, rings, fresh, none, budget)) return true;
    rings.pop_back();
    used[at][0] = false;
    return false;
  }
  for (std::uint32_t k = 1; k < n; ++k) {
    const std::uint32_t next = (at + static_cast<std::uint32_t>(rings.size()) + k) % n;  // rings start with different strides
    if (in[next] || used[at][next]) continue;
    used[at][next] = in[next] = true;
    ring.push_back(next);
    if (extend(n, used, rings, ring, in, budget)) return true;
    ring.pop_back();
    used[at][next] = in[next] = false;
  }
  return false;
}

}  // namespace

std::vector<Group> disjoint_rings(std::uint32_t n) {
  std::vector<std::vector<bool>> used(n, std::vector<bool>(n, false));
  std::vector<Group> rings;
  Group first{0};
  std::vector<bool> in(n, false);
  in[0] = true;
  int budget = 1000000;
  if (n > 2 && n <= 16 && extend(n, used, rings, first, in, budget)) return rings;
  return {everyone(n)};
}

}  // namespace presil::fabric
