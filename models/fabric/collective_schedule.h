// collective_schedule.h -- schedules of collectives on the shape of a machine.
//
// Blocks on every rank, and which of them a rank starts and ends with:
//
//   all_reduce      its own of everything                  the sum of everything
//   reduce_scatter  its own of everything                  the sum of its share
//   all_gather      its share                              everyone's
//   all_to_all      what it has for every other            what every other has for it
//   broadcast       rank 0: everything                     everything
//   send_receive    its own                                what its left neighbour had
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "models/fabric/schedule.h"

namespace presil::fabric {

enum class Operation { all_reduce, all_gather, reduce_scatter, all_to_all, broadcast, send_receive };
inline constexpr std::array<std::string_view, 6> kOperationNames{"all_reduce", "all_gather", "reduce_scatter", "all_to_all", "broadcast", "send_receive"};

enum class Pattern {
  ring,              ///< round the ranks; several rings where links allow
  tree,              ///< two binary trees between nodes, chains within; one half of the payload each
  halving_doubling,  ///< partners at distances of powers of two
  direct,            ///< everyone to everyone
  in_switch,         ///< switches add up and copy (NVLS, SHARP)
  torus,             ///< rings along the dimensions, one after another
  hierarchical,      ///< scatter within nodes, the operation between them, gather within nodes
  one_shot,          ///< a kernel of inference servers: every rank reads the whole payload of every other and adds it up
  two_shot,          ///< another: every rank adds up its share so, then reads the other sums
};
inline constexpr std::array<std::string_view, 9> kPatternNames{"ring", "tree", "halving-doubling", "direct", "in-switch", "torus", "hierarchical", "one-shot", "two-shot"};

/// What a schedule needs to know of the machine. Ranks are numbered node by node.
struct Shape {
  std::uint32_t ranks{};
  std::uint32_t in_node{};                ///< ranks of one node
  std::uint32_t channels{1};              ///< ways out of a node: rings and trees that leave it by different NICs
  bool mesh{false};                       ///< every pair has a link of its own: as many rings as there are neighbours
  bool switch_sums{false};                ///< switches within a node add up
  bool direct_kernels{false};             ///< kernels of inference servers run on these links
  std::vector<std::uint32_t> extents{};   ///< of a torus; empty: none
  std::uint32_t nodes() const { return ranks / in_node; }
};

struct Request {
  Operation operation{};
  double bytes{};                    ///< as nccl-tests counts them
  Pattern pattern{};
  std::uint32_t pieces{1};           ///< that trees, copies and levels are pipelined in
  bool folded{false};                ///< of hierarchical among 2^k nodes: only what the ranks of the first node do
  std::vector<double> counts{};      ///< of all_to_all: B from rank i to rank j at i x ranks + j; empty: equal shares
  std::uint32_t rounds{0};           ///< of ring: only so many of its equal rounds, as a scatter; 0: all
};

/// Folded: node i and node i xor d do the same at the same time in every exchange at distance d, so what arrives at node 0
/// arrives when its own message arrives at its partner. Steps of node 0 stand for all, and wait for each other so.

/// Whether the pattern can do it there.
bool can(const Shape& shape, Operation operation, Pattern pattern);
/// Throws InputError when it cannot.
Schedule make_schedule(const Shape& shape, const Request& request);

/// Directed rings over all of n ranks that use no pair's link twice: n - 1 of them, all there can be, where the search
/// finds them; else one.
std::vector<std::vector<std::uint32_t>> disjoint_rings(std::uint32_t n);

}  // namespace presil::fabric
