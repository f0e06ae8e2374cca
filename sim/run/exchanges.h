// exchanges.h -- devices that run programs of one chip, in a group: they wait while data goes between them.
#pragma once

#include <functional>

#include "models/api/device.h"
#include "sim/mapping/options.h"
#include "workloads/graph/graph.h"

namespace presil::run {

/// Runs a segment's parts between its exchanges one after another by `run`, and each exchange in the closed form of the link
/// (models/fabric/collective_time.h), or as long as it takes on the simulated fabric, the simulated time advanced with it.
/// Nothing overlaps an exchange. `units`: what multiplies and waits. Throws InputError when there is an exchange and no link.
api::DeviceCounters run_with_exchanges(const workload::Graph& graph, const workload::Segment& segment, const mapping::MappingOptions& options, double units,
                                       const std::function<api::DeviceCounters(const workload::Segment&)>& run);

/// Does a segment have any?
bool has_exchanges(const workload::Segment& segment);

}  // namespace presil::run
