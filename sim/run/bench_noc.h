// bench_noc.h -- an on-chip network alone, under synthetic traffic.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "models/noc/flit_config.h"
#include "models/noc/flit_traffic.h"

namespace presil::run {

struct NocQuery {
  noc::FlitConfig network;
  noc::TrafficConfig traffic;
  bool sweep{false};       ///< loads from traffic.injection on, `step` apart, until one is unstable
  double step{0.05};
};

/// Latency against load of a flit-level network (models/noc/flit_measure.h). Keys: topology, size, vcs, buffer, packet,
/// pattern, seed, mean_hops, zero_load_latency_cycles (closed form, for those hops), bisection_bound_flits_per_node_cycle
/// (uniform traffic only), injection, mean_packet_latency_cycles, accepted_flits_per_node_cycle, stable (yes or no),
/// packets. A sweep has the last five in a list of mappings, `points`, and before it saturation_flits_per_node_cycle.
/// `warnings`: buffers too small for the round trip.
nlohmann::ordered_json bench_noc(const NocQuery& query, std::vector<std::string>* warnings);

}  // namespace presil::run
