// bench_noc.cpp -- implementation of bench_noc.h.
#include "sim/run/bench_noc.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "models/noc/flit_measure.h"
#include "sim/base/error.h"

namespace presil::run {

namespace {

using Json = nlohmann::ordered_json;

Json point_row(const noc::LoadPoint& point) {
  return {{"injection", point.injection},
          {"mean_packet_latency_cycles", point.latency},
          {"accepted_flits_per_node_cycle", point.accepted},
          {"stable", point.stable ? "yes" : "no"},
          {"packets", point.packets}};
}

/// Of packets over the mean number of routers, which need not be whole.
double zero_load(const noc::FlitConfig& network, double hops, std::uint32_t flits) {
  return noc::zero_load_latency(network, 0, flits) + hops * noc::hop_cycles(network);
}

}  // namespace

Json bench_noc(const NocQuery& q, std::vector<std::string>* warnings) {
  if (q.sweep && !(q.step >= 0.001 && q.step <= 1)) throw UsageError(fmt::format("a step of {}; expected 0.001 to 1", q.step));
  const noc::FlitLayout layout(q.network.topology, q.network.columns, q.network.rows);
  const std::uint32_t round_trip = noc::credit_round_trip(q.network);
  if (q.traffic.packet > 1 && q.network.buffer < round_trip)
    warnings->push_back(fmt::format("a buffer of {} flits does not cover the credits' round trip of {} cycles: a packet alone gets {:.2f} flits per cycle",
                                    q.network.buffer, round_trip, static_cast<double>(q.network.buffer) / round_trip));
  const std::vector<noc::LoadPoint> points =
      q.sweep ? noc::sweep(q.network, q.traffic, q.step) : std::vector{noc::measure(q.network, q.traffic)};
  Json record{{"topology", noc::kFlitTopologyNames[static_cast<std::size_t>(q.network.topology)]},
              {"size", fmt::format("{}x{}", layout.columns(), layout.rows())},
              {"vcs", q.network.virtual_channels},
              {"buffer", q.network.buffer},
              {"packet", q.traffic.packet},
              {"pattern", noc::kPatternNames[static_cast<std::size_t>(q.traffic.pattern)]},
              {"seed", q.traffic.seed},
              {"mean_hops", points.front().mean_hops},
              {"zero_load_latency_cycles", zero_load(q.network, points.front().mean_hops, q.traffic.packet)}};
  if (q.traffic.pattern == noc::Pattern::uniform) record["bisection_bound_flits_per_node_cycle"] = layout.bisection_bound();
  if (!q.sweep) {
    record.update(point_row(points.front()));
    return record;
  }
  record["saturation_flits_per_node_cycle"] = noc::saturation(points);
  record["points"] = Json::array();
  for (const noc::LoadPoint& point : points) record["points"].push_back(point_row(point));
  return record;
}

}  // namespace presil::run
