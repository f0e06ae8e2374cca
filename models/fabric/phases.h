// phases.h -- what collectives are made of: one exchange among a group of ranks over consecutive runs of blocks.
//
// A group of g ranks shares g ranges, `width` blocks each from `base` on; range i belongs to group[i]. A scatter ends with
// the sum of range i at group[i]; a gather starts so and ends with all ranges everywhere. `Ready` holds, for every rank,
// the steps that must have arrived before it may send on; a phase reads and replaces those of its group.
#pragma once

#include <vector>

#include "models/fabric/schedule.h"

namespace presil::fabric {

using Ready = std::vector<std::vector<StepId>>;

struct Exchange {
  const std::vector<std::uint32_t>& group;
  std::uint32_t base{}, width{};
  Range range(std::size_t i) const { return {base + static_cast<std::uint32_t>(i) * width, width}; }
};

/// Round the group, to the right neighbour: g - 1 steps, or only the first `rounds` of them.
void ring_scatter(Schedule& s, const Exchange& e, Ready& ready, std::uint32_t rounds = ~0u);
void ring_gather(Schedule& s, const Exchange& e, Ready& ready);
/// To everyone at once.
void direct_scatter(Schedule& s, const Exchange& e, Ready& ready);
void direct_gather(Schedule& s, const Exchange& e, Ready& ready);
/// Halves with partners at distance g/2, g/4, ... 1, and back: log2 g steps. Throws InputError unless g is a power of two.
void halving_scatter(Schedule& s, const Exchange& e, Ready& ready);
void doubling_gather(Schedule& s, const Exchange& e, Ready& ready);
/// By switches; `s.groups[group_index]` must be the group.
void switch_scatter(Schedule& s, const Exchange& e, std::uint32_t group_index, Ready& ready);
void switch_gather(Schedule& s, const Exchange& e, std::uint32_t group_index, Ready& ready);

/// A binary tree over positions 0 to size - 1, turned by `shift`: inner nodes are at odd positions, so that a tree shifted
/// by one has them where the other has leaves (double binary tree: Sanders, Speck, Träff, Parallel Computing 35, 2009).
struct Tree {
  std::vector<std::uint32_t> parent;  ///< of a position; of the root itself
  std::vector<std::uint32_t> order;   ///< every position after its parent
};
Tree binary_tree(std::uint32_t size, std::uint32_t shift);

/// Sums up to the root, or copies down from it, of one range among the group. Up: returns what each position sent; each waits for its
/// step of `behind` too, where there are any.
std::vector<StepId> tree_up(Schedule& s, const std::vector<std::uint32_t>& group, const Tree& tree, Range range, Ready& ready, const std::vector<StepId>& behind = {});
void tree_down(Schedule& s, const std::vector<std::uint32_t>& group, const Tree& tree, Range range, Ready& ready);

}  // namespace presil::fabric
