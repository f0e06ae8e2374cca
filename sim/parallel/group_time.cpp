// group_time.cpp -- implementation of group_time.h.
#include "sim/parallel/group_time.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "models/fabric/collective_time.h"
#include "models/fabric/exchange_times.h"
#include "models/fabric/nccl_constants.h"
#include "sim/base/error.h"

namespace presil::parallel {

using workload::CollectiveKind;

namespace {

/// Steps between nodes, in microseconds as LL, LL128, Simple [NCCL 2.28.7, src/graph/tuning.cc, hwLatencies, NET].
constexpr fabric::Latencies kNetworkStep{{2.7, 4.0, 14.0}, {5.0, 8.5, 14.0}};

/// The group's members in a node, its nodes, and what one member can send.
struct Span {
  double members, nodes, ranks;
  BytesPerSecond nic, link;
  BytesPerSecond ring() const { return std::min(nic * members, link); }
};

Span span_of(const Cluster& cluster, const GroupShape& group) {
  const std::uint64_t members = members_in_node(group, cluster.node());
  if (group.ranks > members && cluster.network == nullptr)
    throw InputError(fmt::format("a group of {} devices leaves its node of {}, and no `network` joins the nodes", group.ranks, cluster.node()));
  const double nodes = std::ceil(static_cast<double>(group.ranks) / static_cast<double>(members));
  const BytesPerSecond nic = cluster.network == nullptr ? BytesPerSecond{} : cluster.network->rate();
  // A member alone in its node sends by its NIC, whatever the links are.
  const BytesPerSecond link = members > 1 ? fabric::effective_rate(*cluster.link, static_cast<std::uint32_t>(members)) : BytesPerSecond{1e30};
  return {static_cast<double>(members), nodes, static_cast<double>(group.ranks), nic, link};
}

double rounds(CollectiveKind kind) { return kind == CollectiveKind::all_reduce ? 2 : 1; }

Seconds ring(const Span& s, CollectiveKind kind, Bytes size, std::size_t protocol) {
  const double inside = std::max(0.0, s.ranks - 1 - s.nodes);
  const double us = fabric::kBaseLatency.ring[protocol] +
                    rounds(kind) * (s.nodes * kNetworkStep.ring[protocol] + inside * fabric::kNvlinkStep.ring[protocol]);
  return Seconds{us * 1e-6} + size * (rounds(kind) * (s.ranks - 1) / s.ranks) / (s.ring() * fabric::kRingShare[protocol]);
}

Seconds tree(const Span& s, Bytes size, std::size_t protocol) {
  const double us = fabric::kBaseLatency.tree[protocol] +
                    2 * ((s.members - 1) * fabric::kNvlinkStep.tree[protocol] + std::log2(s.nodes) * kNetworkStep.tree[protocol]);
  return Seconds{us * 1e-6} + size * 2 / (s.ring() * fabric::kTreeShare[protocol]);
}

Seconds across(const Span& s, CollectiveKind kind, Bytes size) {
  constexpr std::size_t kSimple = 2;
  if (kind == CollectiveKind::all_to_all) {
    const Seconds outside = size * ((s.ranks - s.members) / s.ranks) / s.nic, inside = size * ((s.members - 1) / s.ranks) / s.link;
    return Seconds{(fabric::kBaseLatency.ring[kSimple] + kNetworkStep.ring[kSimple]) * 1e-6} + std::max(outside, inside);
  }
  Seconds best{1e30};
  for (std::size_t protocol = 0; protocol < fabric::kRingShare.size(); ++protocol) {
    best = std::min(best, ring(s, kind, size, protocol));
    if (kind == CollectiveKind::all_reduce) best = std::min(best, tree(s, size, protocol));
  }
  return best;
}

Seconds inside(const Cluster& cluster, std::uint64_t ranks, CollectiveKind kind, Bytes size) {
  const auto n = static_cast<std::uint32_t>(ranks);
  if (kind == CollectiveKind::all_to_all) {
    constexpr std::size_t kSimple = 2;
    return Seconds{(fabric::kBaseLatency.ring[kSimple] + fabric::kNvlinkStep.ring[kSimple]) * 1e-6} +
           size * ((n - 1.0) / n) / fabric::effective_rate(*cluster.link, n);
  }
  // A ring scatters sums in the steps in which it gathers.
  const CollectiveKind as = kind == CollectiveKind::reduce_scatter ? CollectiveKind::all_gather : kind;
  return fabric::collective_time(*cluster.link, {.kind = as, .ranks = n, .bytes = size.value});
}

Seconds send_closed_form(const Cluster& cluster, const GroupShape& pipeline, Bytes size) {
  const Span span = span_of(cluster, pipeline);
  if (span.nodes > 1) return cluster.network->latency + size / span.nic;
  return cluster.link->latency + size / fabric::effective_rate(*cluster.link, 2);
}

fabric::DeviceGroups groups_of(const GroupShape& group) { return {static_cast<std::uint32_t>(group.ranks), static_cast<std::uint32_t>(group.stride)}; }

}  // namespace

Seconds exchange_time(const Cluster& cluster, const GroupShape& group, CollectiveKind kind, Bytes size) {
  if (group.ranks <= 1 || kind == CollectiveKind::copy || size.value <= 0) return {0};
  const Span span = span_of(cluster, group);
  const Seconds closed = span.nodes == 1 ? inside(cluster, group.ranks, kind, size) : across(span, kind, size);
  if (cluster.fabric == nullptr) return closed;
  return cluster.fabric->of({fabric::operation_of(kind), size.value, groups_of(group)}, closed).time();
}

Seconds exchange_time_beside(const Cluster& cluster, const GroupShape& group, CollectiveKind kind, Bytes size, const Sends& sends) {
  const Seconds alone = exchange_time(cluster, group, kind, size);
  if (cluster.fabric == nullptr || alone.value <= 0 || sends.pipeline.ranks <= 1 || sends.interval.value <= 0) return alone;
  const fabric::GroupExchange exchange{fabric::operation_of(kind), size.value, groups_of(group)};
  const fabric::GroupExchange send{fabric::Operation::send_receive, sends.size.value, groups_of({2, sends.pipeline.stride})};
  return alone + cluster.fabric->delay(exchange, send) * (alone / sends.interval);
}

Seconds send_time(const Cluster& cluster, const GroupShape& pipeline, Bytes size) {
  if (pipeline.ranks <= 1) return {0};
  const Seconds closed = send_closed_form(cluster, pipeline, size);
  if (cluster.fabric == nullptr) return closed;
  return cluster.fabric->of({fabric::Operation::send_receive, size.value, groups_of({2, pipeline.stride})}, closed).time();
}

Bytes exchange_bytes(const GroupShape& group, CollectiveKind kind, Bytes size) {
  if (group.ranks <= 1 || kind == CollectiveKind::copy) return {0};
  return size * (rounds(kind) * (static_cast<double>(group.ranks) - 1) / static_cast<double>(group.ranks));
}

}  // namespace presil::parallel
