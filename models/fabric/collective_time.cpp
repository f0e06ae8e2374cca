// collective_time.cpp -- implementation of collective_time.h.
#include "models/fabric/collective_time.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "sim/base/error.h"

namespace presil::fabric {

using workload::Collective;
using workload::CollectiveKind;

namespace {

constexpr std::array kProtocols{Protocol::ll, Protocol::ll128, Protocol::simple};

/// Rounds of a ring: an all-reduce scatters sums, then gathers them.
double rounds(const Collective& c) { return c.kind == CollectiveKind::all_reduce ? 2 : 1; }

/// (n - 1)/n for every round: the share of the payload that a rank sends in a ring.
double ring_factor(const Collective& c) { return rounds(c) * (c.ranks - 1.0) / c.ranks; }

Seconds total(const LinkConfig& link, double latency_us, Bytes moved, BytesPerSecond rate, Seconds pipeline_time) {
  const Seconds transfer = moved / rate, chunks{std::sqrt(pipeline_time.value * transfer.value)};
  return link.software_overhead + Seconds{latency_us * 1e-6} + transfer + chunks;
}

/// Rate of a protocol that leaves `share` of what the device has.
BytesPerSecond protocol_rate(const LinkConfig& link, const Collective& c, Protocol p, double share) {
  const BytesPerSecond rate = effective_rate(link, c.ranks) * share;
  return p == Protocol::ll && link.ll_limit.value > 0 ? std::min(rate, link.ll_limit) : rate;
}

const Latencies& steps(const LinkConfig& link) {
  static constexpr std::array kSteps{kNvlinkStep, kPcieStep, kNetworkStep};
  return kSteps[static_cast<std::size_t>(link.step_times)];
}

CollectiveEstimate ring(const LinkConfig& link, const Collective& c, Protocol p) {
  const auto at = static_cast<std::size_t>(p);
  const double latency = kBaseLatency.ring[at] + rounds(c) * (c.ranks - 1.0) * steps(link).ring[at];
  const BytesPerSecond rate = protocol_rate(link, c, p, kRingShare[at]);
  return {total(link, latency, bytes_sent(c, Algorithm::ring), rate, link.pipeline_time), Algorithm::ring, p};
}

CollectiveEstimate tree(const LinkConfig& link, const Collective& c, Protocol p) {
  const auto at = static_cast<std::size_t>(p);
  const double latency = kBaseLatency.tree[at] + 2 * (c.ranks - 1.0) * steps(link).tree[at];
  const BytesPerSecond rate = protocol_rate(link, c, p, kTreeShare[at]);
  return {total(link, latency, bytes_sent(c, Algorithm::tree), rate, link.pipeline_time), Algorithm::tree, p};
}

CollectiveEstimate in_switch(const LinkConfig& link, const Collective& c) {
  const BytesPerSecond rate = effective_rate(link, c.ranks) * link.reduction_share;
  const Bytes moved = bytes_sent(c, Algorithm::in_switch);
  return {total(link, kInSwitchLatency, moved, rate, link.reduction_pipeline_time), Algorithm::in_switch,
          Protocol::simple};
}

CollectiveEstimate shots(const LinkConfig& link, const Collective& c, Algorithm algorithm) {
  const double count = algorithm == Algorithm::one_shot ? 1 : 2;
  const BytesPerSecond rate = std::min(link.direct_rate, raw_rate(link, c.ranks));
  return {link.direct_latency * count + bytes_sent(c, algorithm) / rate, algorithm, Protocol::simple};
}

std::vector<CollectiveEstimate> all_ways(const LinkConfig& link, const Collective& c, Library library) {
  std::vector<CollectiveEstimate> found;
  const auto usable = [&](Protocol p) { return p != Protocol::ll128 || link.step_times != StepTimes::pcie; };
  for (const Protocol p : kProtocols)
    if (usable(p)) found.push_back(ring(link, c, p));
  if (c.kind != CollectiveKind::all_reduce) return found;
  for (const Protocol p : kProtocols)
    if (usable(p)) found.push_back(tree(link, c, p));
  if (link.in_switch_reduction) found.push_back(in_switch(link, c));
  if (library == Library::serving && link.direct_rate.value > 0) {
    found.push_back(shots(link, c, Algorithm::one_shot));
    found.push_back(shots(link, c, Algorithm::two_shot));
  }
  return found;
}

}  // namespace

std::vector<CollectiveEstimate> collective_candidates(const LinkConfig& link, const Collective& c,
                                                      const CollectiveOptions& options) {
  if (c.ranks > link.devices)
    throw InputError(fmt::format("a collective of {} ranks over {}, which joins {} devices; expected at most {} ranks",
                                 c.ranks, link.name, link.devices, link.devices));
  if (c.ranks <= 1) return {};
  std::vector<CollectiveEstimate> found = all_ways(link, c, options.library);
  if (options.only)
    std::erase_if(found, [&](const CollectiveEstimate& e) { return e.algorithm != *options.only; });
  if (found.empty())
    throw InputError(fmt::format("{} cannot do this collective by algorithm {}", link.name,
                                 kAlgorithmNames[static_cast<std::size_t>(*options.only)]));
  return found;
}

CollectiveEstimate collective_estimate(const LinkConfig& link, const Collective& c, const CollectiveOptions& options) {
  const std::vector<CollectiveEstimate> found = collective_candidates(link, c, options);
  if (found.empty()) return {};
  return *std::min_element(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.time < b.time; });
}

Seconds collective_time(const LinkConfig& link, const Collective& c, const CollectiveOptions& options) {
  return collective_estimate(link, c, options).time;
}

Seconds collective_bound(const LinkConfig& link, const Collective& c) {
  if (c.ranks <= 1) return {};
  // With sums in the switch a device sends its payload once; without, or to gather, (n - 1)/n of it each round.
  const double factor =
      c.kind == CollectiveKind::all_reduce && link.in_switch_reduction ? std::min(1.0, ring_factor(c)) : ring_factor(c);
  return link.latency + Bytes{c.bytes * factor} / raw_rate(link, c.ranks);
}

Bytes bytes_sent(const Collective& c, Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::ring: case Algorithm::two_shot:
      return {c.bytes * ring_factor(c)};
    case Algorithm::tree: return {c.bytes * 2};
    case Algorithm::one_shot: return {c.bytes * (c.ranks - 1.0)};
    case Algorithm::in_switch: return {c.bytes * (c.ranks + 1.0) / c.ranks};
  }
  return {};
}

BytesPerSecond bus_bandwidth(const Collective& c, Seconds time) {
  return Bytes{c.bytes * ring_factor(c)} / time;
}

}  // namespace presil::fabric
