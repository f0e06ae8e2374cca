// collective_time.h -- how long a collective takes between the devices of one node, in closed form.
//
//   t = software_overhead + L + T + sqrt(pipeline_time x T)
//
// of the fastest algorithm and protocol (NCCL chooses by predicted time, and so does this). n ranks, S bytes as
// nccl-tests counts them, B the effective rate of a device, one way, p the share its protocol leaves:
//
//   ring       all-reduce  L = base + 2(n-1) step    T = 2(n-1)/n S / (p B)
//              all-gather  L = base +  (n-1) step    T =  (n-1)/n S / (p B)
//   tree       all-reduce  L = base + 2(n-1) step    T = 2 S / (p B)
//   in-switch  all-reduce  L = 25 us                 T = (n+1)/n S / (reduction_share B), Simple only
//
// Inference servers (TensorRT-LLM, vLLM, SGLang) have all-reduce kernels of their own for small messages, which read
// straight from the peers' memory at a rate R that the kernel limits, not the link:
//
//   one-shot   t = direct_latency + (n-1) S / R          two-shot   t = 2 direct_latency + 2(n-1)/n S / R
//
// base, step and p are NCCL's (nccl_constants.h). In-switch: of S bytes a device sends all for reduction and 1/n
// again, reduced, for multicast. The square root is what a message pays that goes through k stages in chunks, each
// costing `a` on top of its transfer: (k + m)(a + T/m) is least at m = sqrt(k T / a) chunks, T + k a + 2 sqrt(k a T);
// k a is in L, and pipeline_time is 4 k a, fitted; in-switch has a pipeline_time of its own.
//
// Not modelled: contention with other traffic (the links carry nothing else), several nodes, NCCL's plateau and tree
// correction factors, all-gather by multicast, the host's launch.
#pragma once

#include <optional>
#include <vector>

#include "models/fabric/link_config.h"
#include "models/fabric/nccl_constants.h"
#include "workloads/ops/op.h"

namespace presil::fabric {

/// One way to do a collective.
struct CollectiveEstimate {
  Seconds time{};
  Algorithm algorithm{};
  Protocol protocol{};
};

/// Whose algorithms there are to choose from.
enum class Library {
  nccl,     ///< ring, tree, in-switch
  serving,  ///< those, and one-shot and two-shot kernels
};

struct CollectiveOptions {
  Library library{Library::nccl};
  std::optional<Algorithm> only{};  ///< no other algorithm, as NCCL_ALGO demands it
};

/// All algorithms and protocols that can do it over these links, in the order of the enums. Throws InputError when
/// the links join fewer devices than `ranks`, or when nothing can do it. Empty for a single rank.
std::vector<CollectiveEstimate> collective_candidates(const LinkConfig& link, const workload::Collective& collective,
                                                      const CollectiveOptions& options = {});

/// The fastest of them. A single rank has nothing to exchange: no time.
CollectiveEstimate collective_estimate(const LinkConfig& link, const workload::Collective& collective,
                                       const CollectiveOptions& options = {});
Seconds collective_time(const LinkConfig& link, const workload::Collective& collective,
                        const CollectiveOptions& options = {});

/// No algorithm can be faster: every byte that must leave or enter a device does so once, at the rate framing leaves.
Seconds collective_bound(const LinkConfig& link, const workload::Collective& collective);

/// Bytes that the links of one device carry, one way, for `fabric_gb_per_s`.
Bytes bytes_sent(const workload::Collective& collective, Algorithm algorithm);

/// nccl-tests' bus bandwidth: S / t x 2(n-1)/n of an all-reduce, S / t x (n-1)/n of an all-gather.
BytesPerSecond bus_bandwidth(const workload::Collective& collective, Seconds time);

}  // namespace presil::fabric
