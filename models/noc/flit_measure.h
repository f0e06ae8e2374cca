// flit_measure.h -- latency and accepted traffic of a flit-level network under a steady load.
//
// The way of BookSim2 [Jiang et al., ISPASS 2013; Dally and Towles, Principles and Practices of Interconnection
// Networks, 2004, chapter 24]: samples of `sample_cycles`; warm-up ends when two samples agree in latency and accepted
// traffic within `agreement`; measuring ends when three samples in a row do, or `samples` are used up in all; then the
// load stays on until every packet created while measuring has arrived. A load is unstable when packets measured and
// in flight are older than `latency_limit` cycles on average, or warm-up does not end; what it says of latency is then
// what arrived until it was given up. Added here: at light loads a sample is as long as it takes to create
// `sample_packets`.
#pragma once

#include <cstdint>
#include <vector>

#include "models/noc/flit_network.h"
#include "models/noc/flit_traffic.h"

namespace presil::noc {

struct MeasureConfig {
  std::uint32_t sample_cycles{1000};
  std::uint32_t sample_packets{5000};
  std::uint32_t samples{10};
  double agreement{0.05};
  double latency_limit{500};
};

struct LoadPoint {
  double injection{};        ///< flits offered per node and cycle
  double latency{};          ///< cycles from a packet's creation, queueing in its source included, to its tail's arrival
  double accepted{};         ///< flits delivered per node and cycle while measuring
  bool stable{};
  std::uint64_t packets{};   ///< measured
  double mean_hops{};        ///< routers crossed, of the packets created while measuring
  Cycle cycles{};            ///< simulated
};

/// One load. Throws UsageError for what check() of either part refuses.
LoadPoint measure(const FlitConfig& config, const TrafficConfig& traffic, const MeasureConfig& how = {});

/// Rising loads `step` apart from `traffic.injection` on, up to the first that is unstable or 1.
std::vector<LoadPoint> sweep(const FlitConfig& config, TrafficConfig traffic, double step, const MeasureConfig& how = {});

/// The most that any point accepted.
double saturation(const std::vector<LoadPoint>& points);

}  // namespace presil::noc
