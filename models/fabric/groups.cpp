// groups.cpp -- implementation of groups.h.
#include "models/fabric/groups.h"

#include <algorithm>

#include <fmt/format.h>

#include "models/fabric/collective.h"
#include "models/fabric/topology.h"
#include "sim/base/error.h"

namespace presil::fabric {

namespace {

/// Sides of the block that every group is in a torus, the dimension that varies fastest first; empty: it is none.
std::vector<std::uint32_t> sides_of(const ScaleUpConfig& torus, const DeviceGroups& groups) {
  std::vector<std::uint32_t> sides;
  std::uint32_t left = groups.ranks, stride = groups.stride, below = 1;
  for (const std::uint32_t extent : {torus.x, torus.y, torus.z}) {
    const std::uint32_t above = below * extent;
    if (stride < above && left > 1) {
      if (stride % below != 0 || above % stride != 0) return {};
      const std::uint32_t side = std::min(left, above / stride);
      if (left % side != 0) return {};
      if (side > 1) sides.push_back(side);
      left /= side;
      stride = above;
    }
    below = above;
  }
  return left == 1 ? sides : std::vector<std::uint32_t>{};
}

/// Different NICs of a node that `members` devices use, each `stride` after the one before.
std::uint32_t nics_used(const SystemConfig& machine, std::uint32_t members, std::uint32_t stride) {
  const std::uint32_t share = machine.scale_up.devices / machine.scale_out.nics;
  return std::max(1u, std::min(members, members * std::min(stride, share) / share));
}

[[noreturn]] void refuse_uneven(const DeviceGroups& groups, std::uint32_t node) {
  throw InputError(fmt::format("groups of {} devices, each {} after the one before, fill nodes of {} in part", groups.ranks, groups.stride, node));
}

}  // namespace

SystemConfig machine_for(const SystemConfig& system, std::uint32_t devices) {
  if (system.scale_up.topology != UpTopology::torus || devices > system.devices()) return part_for(system, system.nodes() == 1 ? devices : std::max(system.scale_up.devices, devices));
  try {
    return part_for(system, devices);
  } catch (const InputError&) {
    return system;
  }
}

SystemConfig machine_of(const SystemConfig& machine, std::uint32_t devices, const DeviceGroups& groups) {
  const std::uint32_t node = machine.scale_up.devices;
  if (machine.nodes() == 1) return machine;
  const std::uint64_t reach = std::min<std::uint64_t>(groups.block(), devices);
  return part_for(machine, static_cast<std::uint32_t>((reach + node - 1) / node * node));
}

Shape shape_of(const SystemConfig& machine, const DeviceGroups& groups) {
  const std::uint32_t node = machine.scale_up.devices;
  Shape shape = shape_of(machine, groups.ranks);
  if (machine.nodes() == 1 || groups.block() <= node) {
    if (machine.nodes() > 1 && node % groups.block() != 0) refuse_uneven(groups, node);
    shape.in_node = groups.ranks;
    shape.channels = 1;
    shape.extents.clear();
    if (machine.scale_up.topology == UpTopology::torus) shape.extents = sides_of(machine.scale_up, groups);
    return shape;
  }
  shape.in_node = std::max(1u, node / groups.stride);
  if (groups.stride < node && (node % groups.stride != 0 || groups.ranks % shape.in_node != 0)) refuse_uneven(groups, node);
  shape.channels = nics_used(machine, shape.in_node, groups.stride);
  return shape;
}

std::vector<VertexId> first_devices(const SystemConfig& machine, std::uint32_t devices, const DeviceGroups& groups) {
  std::vector<VertexId> first;
  const std::uint64_t end = std::min(devices, machine.devices());
  for (std::uint64_t block = 0; block < end; block += groups.block())
    for (std::uint64_t k = block; k < block + groups.stride && k + (groups.ranks - 1ull) * groups.stride < end; ++k) first.push_back(static_cast<VertexId>(k));
  return first;
}

}  // namespace presil::fabric
