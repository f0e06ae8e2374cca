// collective.h -- a collective on a system: which algorithm and protocol, and how long it takes on the simulated fabric.
//
// The choice is NCCL's: the least predicted time, latency L + transfer T with its constants (nccl_constants.h). n ranks in N
// nodes of l, S bytes, r = 2 for all-reduce and else 1, B the rate of a device within a node, W that of all NICs of a node,
// R = min(B, W) x p:
//
//   ring          L = base + r ((n-1-f) near + f far), f = N if N > 1 else 0      T = r (n-1)/n S / R
//   tree          L = base + 2 ((l-1) near + log2 N far)                          T = 2 S / R
//   halving-doubling  L = base + r (log2 l near + log2 N far)                     T = r (n-1)/n S / min(B, W/l)
//   direct        L = base + r near or far                                        T = as above; (n-1)/n S of an all-to-all
//   in-switch     L = 25 us                 T = (n+1)/n S / (reduction_share B), or S of a gather or scatter
//   torus         L = base + r sum(extent-1) near                                 T = r (n-1)/n S / R
//   hierarchical  L = scatter and gather in the node + r log2 N far               T = r ((l-1)/l S / B + (N-1)/N S / l / (W/l))
//   one-shot, two-shot  kernels of inference servers: collective_time.h
//
// The simulated time of the chosen schedule is the answer. The library's own costs go with it: base latency, software
// overhead and sqrt(pipeline_time x T) before the first step (collective_time.h), step times between steps, a protocol's
// share as more bytes on the wire. None ends sooner than the host can launch the next (launch_interval).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "models/fabric/collective_schedule.h"
#include "models/fabric/nccl_constants.h"
#include "models/fabric/runner.h"
#include "models/fabric/system_config.h"

namespace presil::fabric {

struct CollectiveJob {
  Operation operation{};
  double bytes{};                        ///< as nccl-tests counts them
  std::uint32_t ranks{};
  std::optional<Pattern> pattern{};      ///< no other
  std::optional<Protocol> protocol{};
  bool unfolded{false};                  ///< simulate every rank, even where one node stands for all
  std::vector<double> counts{};          ///< of an uneven all-to-all: B from i to j at i x ranks + j
  bool serving{false};                   ///< kernels of inference servers are there too
  std::uint32_t rounds{0};               ///< of a ring: only so many of its equal rounds; 0: all
};

struct Choice {
  Pattern pattern{};
  Protocol protocol{};
  Seconds latency{}, transfer{};         ///< predicted
  Seconds predicted() const { return latency + transfer; }
};

/// Everything that can do it, in the order of the enums; what a library would not choose by itself only when demanded.
/// Throws InputError when nothing can. `shape`: of the group that does it, on that machine.
std::vector<Choice> choices(const SystemConfig& machine, const Shape& shape, const CollectiveJob& job);
Choice best_choice(const SystemConfig& machine, const Shape& shape, const CollectiveJob& job);

/// Whether the ranks of one node stand for all: a hierarchical schedule among 2^k nodes over a fat tree or rails whose paths
/// are spread by destination and not oversubscribed. Partners at distance 2^i then use disjoint paths, which look alike
/// from every node. A message so small that it takes no time on a link need not care which paths meet.
bool folds(const SystemConfig& machine, const Shape& shape, const CollectiveJob& job, const Choice& choice);

Shape shape_of(const SystemConfig& system, std::uint32_t ranks);
/// The schedule of a choice with what the library adds.
Schedule schedule_of(const SystemConfig& machine, const Shape& shape, const CollectiveJob& job, const Choice& choice);

/// The same for the first job.ranks devices of a system, on the part of it that they take (topology.h).
std::vector<Choice> choices(const SystemConfig& system, const CollectiveJob& job);
Choice best_choice(const SystemConfig& system, const CollectiveJob& job);
bool folds(const SystemConfig& system, const CollectiveJob& job, const Choice& choice);
Schedule schedule_of(const SystemConfig& system, const CollectiveJob& job, const Choice& choice);

/// Bytes over time times nccl-tests' factor: 2(n-1)/n, (n-1)/n, or 1 for broadcast and send_receive.
double bus_factor(Operation operation, std::uint32_t ranks);

/// No schedule is faster: the first byte's shortest way, and what must leave or enter a device at the rate of its links.
Seconds collective_bound(const SystemConfig& system, const CollectiveJob& job);

struct CollectiveResult {
  Choice choice;
  Seconds time{};
  std::uint64_t steps{}, chunk_hops{};
};

/// A fabric and what plays schedules on it. One elaboration serves any number of systems and jobs.
class CollectiveSimulator {
 public:
  CollectiveSimulator();
  CollectiveResult run(const SystemConfig& system, const CollectiveJob& job);
  const Fabric& fabric() const { return fabric_; }
  void watch(std::function<void(const Passage&)> watcher) { fabric_.watch(std::move(watcher)); }

 private:
  Fabric fabric_;
  Runner runner_;
};

}  // namespace presil::fabric
