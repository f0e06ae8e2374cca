// group_time.h -- how long an exchange takes in a group that may span nodes: in closed form, or simulated.
//
// Within a node: fabric::collective_time(), NCCL's algorithms. Across nodes, n ranks with g of them in each of N nodes, S bytes
// as nccl-tests counts them, R the rate of a device's NICs, B that of its links inside the node, p the protocol's share:
//
//   ring, all-reduce               L = base + 2 (N step_net + (n - 1 - N) step)   T = 2 (n-1)/n S / (p min(g R, B))
//   ring, all-gather, reduce-      L = base + N step_net + (n - 1 - N) step       T =   (n-1)/n S / (p min(g R, B))
//         scatter
//   tree, all-reduce               L = base + 2 ((g - 1) step + log2(N) step_net) T = 2 S / (p 0.92 min(g R, B))
//   all-to-all                     L = base + step_net    T = max((n - g)/n S / R, (g - 1)/n S / B)
//
// NCCL builds g rings, each of which leaves the node by another NIC, so that a group has g times the rate of one device's
// [NCCL 2.28.7, src/graph/tuning.cc: nInterSteps, hwLatencies; protocols LL, LL128, Simple, the fastest is taken].
// A message between neighbours of a pipeline takes latency + S / rate.
// Not modelled in closed form: several exchanges on one NIC at a time, switches that add up, oversubscribed or lossy networks.
// With `Cluster::fabric` all groups of the shape are simulated at once (models/fabric/group_simulator.h), messages of a pipeline
// both ways at once; what cannot be simulated keeps its closed form.
#pragma once

#include "models/fabric/link_config.h"
#include "sim/parallel/layout.h"
#include "sim/parallel/network_config.h"
#include "workloads/ops/op.h"

namespace presil::fabric {
class ExchangeTimes;
}

namespace presil::parallel {

/// What joins the devices: links within nodes of `link.devices`, a network between them.
struct Cluster {
  const fabric::LinkConfig* link{nullptr};   ///< null: nodes of one device
  const NetworkConfig* network{nullptr};     ///< null: one node
  fabric::ExchangeTimes* fabric{nullptr};    ///< null: closed forms
  std::uint64_t node() const { return link == nullptr ? 1 : link->devices; }
  friend bool operator==(const Cluster&, const Cluster&) = default;
};

/// Throws InputError when nothing joins the devices of the group.
Seconds exchange_time(const Cluster& cluster, const GroupShape& group, workload::CollectiveKind kind, Bytes size);

/// Messages of a pipeline that pass while an exchange runs, one both ways every `interval`; 0: none.
struct Sends {
  GroupShape pipeline;
  Bytes size{};
  Seconds interval{};
};

/// exchange_time() with what messages of the pipeline on the same links add. In closed form they add nothing.
Seconds exchange_time_beside(const Cluster& cluster, const GroupShape& group, workload::CollectiveKind kind, Bytes size, const Sends& sends);

/// From one stage of a pipeline to the next.
Seconds send_time(const Cluster& cluster, const GroupShape& pipeline, Bytes size);

/// Bytes that a device sends in an exchange of ring or direct kind, one way.
Bytes exchange_bytes(const GroupShape& group, workload::CollectiveKind kind, Bytes size);

}  // namespace presil::parallel
