// topology.h -- from the description of a system to the graph of its links.
//
// Devices of node k are vertices k x devices to (k + 1) x devices - 1. A link file's `latency` is from device to device,
// switch included: behind one switch each of the two wires gets half of it.
#pragma once

#include "models/fabric/graph.h"
#include "models/fabric/system_config.h"

namespace presil::fabric {

/// Throws InputError when the links leave a device out.
Graph build_graph(const SystemConfig& system);

/// The same machine with the nodes a job of `ranks` takes: whole nodes, the first ones; of a torus a block. One node stays
/// whole. Throws InputError when it has fewer devices, or when nodes would be used in part or the torus has no such block.
SystemConfig part_for(const SystemConfig& system, std::uint32_t ranks);

}  // namespace presil::fabric
