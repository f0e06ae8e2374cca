// groups.h -- equal groups of devices that exchange at the same time, and where they lie in a machine.
//
// Group k has the devices k, k + stride, ..., `ranks` of them; k < stride. Further groups follow in blocks of ranks x stride
// devices, as long as there are devices: all tensor groups side by side, all data groups that share the NICs of their nodes.
#pragma once

#include "models/fabric/collective_schedule.h"
#include "models/fabric/graph.h"
#include "models/fabric/system_config.h"

namespace presil::fabric {

struct DeviceGroups {
  std::uint32_t ranks{1}, stride{1};
  std::uint64_t block() const { return std::uint64_t{ranks} * stride; }
  friend auto operator<=>(const DeviceGroups&, const DeviceGroups&) = default;
};

/// The part of a system on which so many devices run: whole nodes; of a torus a block, or all of it where so many are none. Throws
/// InputError when there are fewer, or when they fill nodes in part.
SystemConfig machine_for(const SystemConfig& system, std::uint32_t devices);

/// The machine as far as the first block of groups and all others of its nodes reach; of a torus all of it.
SystemConfig machine_of(const SystemConfig& machine, std::uint32_t devices, const DeviceGroups& groups);

/// What a schedule needs to know of one of the groups: members of a node, nodes, NICs that they use, extents in a torus (those
/// of the group; none where it is no block of it). Throws InputError when groups fill nodes in part.
Shape shape_of(const SystemConfig& machine, const DeviceGroups& groups);

/// First devices of the groups that lie whole among the first `devices` of the machine.
std::vector<VertexId> first_devices(const SystemConfig& machine, std::uint32_t devices, const DeviceGroups& groups);

}  // namespace presil::fabric
