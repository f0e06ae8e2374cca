// topology.cpp -- implementation of topology.h.
#include "models/fabric/topology.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "sim/base/error.h"

namespace presil::fabric {

namespace {

Wire wire_of(const LinkConfig& link, double latency_share) {
  Wire w;
  w.name = link.name;
  w.bandwidth = link.bandwidth;
  w.latency = link.latency * latency_share;
  w.payload = link.payload.value;
  w.header = link.header.value;
  w.flit = link.flit.value;
  w.share = link.effective_share;
  w.reduction_share = link.in_switch_reduction ? link.reduction_share : 1;
  w.congested_share = link.congested_share;
  w.buffer = link.credits.value;
  return w;
}

std::uint32_t up(double n) { return static_cast<std::uint32_t>(std::ceil(n)); }

void join_mesh(Graph& g, const ScaleUpConfig& c, VertexId base) {
  for (std::uint32_t a = 0; a < c.devices; ++a)
    for (std::uint32_t b = a + 1; b < c.devices; ++b) g.join(base + a, base + b, 0, c.link.links / (c.devices - 1.0));
}

void join_torus(Graph& g, const ScaleUpConfig& c) {
  g.routing = Routing::dimension;
  g.extents = {c.x, c.y, c.z};
  std::uint32_t stride = 1;
  for (const std::uint32_t extent : g.extents) {
    for (std::uint32_t d = 0; d < c.devices && extent > 1; ++d) {
      const std::uint32_t at = d / stride % extent;
      // Both links of a dimension of two lead to the same neighbour.
      if (extent == 2 ? at == 0 : true) g.join(d, d - at * stride + (at + 1) % extent * stride, 0, extent == 2 ? 2 : 1, extent > 2 && at + 1 == extent);
    }
    stride *= extent;
  }
}

void join_switched(Graph& g, const ScaleUpConfig& c, VertexId base, std::uint32_t node) {
  const VertexId hub = g.add({VertexKind::switches, {}, c.link.in_switch_reduction, c.switches, node});
  for (std::uint32_t d = 0; d < c.devices; ++d) g.join(base + d, hub, 0, c.link.links);
}

void join_tree(Graph& g, const ScaleUpConfig& c, VertexId base, std::uint32_t node) {
  const std::uint32_t groups = c.devices / c.group;
  const VertexId root = groups > 1 ? g.add({VertexKind::switches, {}, false, 1, node}) : kNone;
  for (std::uint32_t s = 0; s < groups; ++s) {
    const VertexId hub = g.add({VertexKind::switches, {}, false, 1, node});
    for (std::uint32_t d = 0; d < c.group; ++d) g.join(base + s * c.group + d, hub, 0, c.link.links);
    if (root != kNone) g.join(hub, root, 0, c.link.links);
  }
}

void join_node(Graph& g, const ScaleUpConfig& c, std::uint32_t node) {
  const VertexId base = node * c.devices;
  switch (c.topology) {
    case UpTopology::switched: return join_switched(g, c, base, node);
    case UpTopology::mesh: return join_mesh(g, c, base);
    case UpTopology::torus: return join_torus(g, c);
    case UpTopology::tree: return join_tree(g, c, base, node);
    case UpTopology::wires:
      for (const WireConfig& w : c.wires) g.join(base + w.from, base + w.to, 0, w.links);
      return;
  }
}

constexpr std::uint32_t kNetworkWire = 1, kNicWire = 2;

/// NICs by node, each joined to its devices.
std::vector<VertexId> add_nics(Graph& g, const SystemConfig& s) {
  const ScaleOutConfig& c = s.scale_out;
  const std::uint32_t share = s.scale_up.devices / c.nics;
  std::vector<VertexId> nics;
  for (std::uint32_t node = 0; node < c.nodes; ++node)
    for (std::uint32_t k = 0; k < c.nics; ++k) {
      nics.push_back(g.add({VertexKind::nic, c.nic_latency, false, 1, node}));
      for (std::uint32_t d = 0; d < share; ++d) g.join(node * s.scale_up.devices + k * share + d, nics.back(), kNicWire);
    }
  return nics;
}

/// Switch levels above leaves: spines at once while a spine has a port for every leaf, else pods with cores above.
void join_leaves(Graph& g, const ScaleOutConfig& c, const std::vector<VertexId>& leaves) {
  const Vertex chip{VertexKind::switches, c.switch_latency, c.link.in_switch_reduction, 1, kNone};
  const std::uint32_t half = c.switch_ports / 2, uplinks = std::max(1u, up(half / c.oversubscription));
  if (leaves.size() <= 1) return;
  const bool flat = leaves.size() <= c.switch_ports;
  const std::uint32_t per_pod = flat ? static_cast<std::uint32_t>(leaves.size()) : half;
  const std::uint32_t pods = up(static_cast<double>(leaves.size()) / per_pod);
  if (pods > c.switch_ports)
    throw InputError(fmt::format("{} leaf switches of {} ports need {} pods; three levels join at most {}", leaves.size(), c.switch_ports, pods, c.switch_ports));
  std::vector<VertexId> cores;
  for (std::uint32_t i = 0; !flat && i < uplinks * uplinks; ++i) cores.push_back(g.add(chip));
  for (std::uint32_t pod = 0; pod < pods; ++pod)
    for (std::uint32_t a = 0; a < uplinks; ++a) {
      const VertexId above = g.add(chip);
      for (std::uint32_t l = pod * per_pod; l < std::min<std::size_t>((pod + 1) * per_pod, leaves.size()); ++l) g.join(leaves[l], above, kNetworkWire);
      for (std::uint32_t k = 0; !flat && k < uplinks; ++k) g.join(above, cores[a * uplinks + k], kNetworkWire);
    }
}

/// `groups` lists of NICs, each list filling leaves of its own.
void join_clos(Graph& g, const ScaleOutConfig& c, const std::vector<std::vector<VertexId>>& groups) {
  std::vector<VertexId> leaves;
  const std::uint32_t down = c.switch_ports / 2;
  for (const auto& group : groups)
    for (std::size_t i = 0; i < group.size(); ++i) {
      if (i % down == 0) leaves.push_back(g.add({VertexKind::switches, c.switch_latency, c.link.in_switch_reduction, 1, kNone}));
      g.join(group[i], leaves.back(), kNetworkWire, c.link.links);
    }
  join_leaves(g, c, leaves);
}

void join_dragonfly(Graph& g, const ScaleOutConfig& c, const std::vector<VertexId>& nics) {
  const std::uint32_t a = c.group_routers, in_group = a * c.router_nics;
  const std::uint32_t groups = up(static_cast<double>(nics.size()) / in_group);
  const auto first = static_cast<VertexId>(g.vertices.size());
  for (std::uint32_t r = 0; r < groups * a; ++r) g.add({VertexKind::switches, c.switch_latency, c.link.in_switch_reduction, 1, kNone});
  for (std::uint32_t i = 0; i < nics.size(); ++i) g.join(nics[i], first + i / c.router_nics, kNetworkWire, c.link.links);
  for (std::uint32_t group = 0; group < groups; ++group)
    for (std::uint32_t r = 0; r < a; ++r)
      for (std::uint32_t other = r + 1; other < a; ++other) g.join(first + group * a + r, first + group * a + other, kNetworkWire);
  // Links to other groups: spread evenly over the pairs, ends spread evenly over the routers.
  const double links = groups > 1 ? static_cast<double>(a) * c.router_global_links / (groups - 1.0) : 0;
  const std::uint32_t ends = std::max(1u, std::min(a, static_cast<std::uint32_t>(links)));
  for (std::uint32_t i = 0; i < groups; ++i)
    for (std::uint32_t j = i + 1; j < groups; ++j)
      for (std::uint32_t k = 0; k < ends; ++k)
        g.join(first + i * a + ((j - i) * ends + k) % a, first + j * a + ((groups - j + i) * ends + k) % a, kNetworkWire, links / ends, true);
}

void join_nodes(Graph& g, const SystemConfig& s) {
  const ScaleOutConfig& c = s.scale_out;
  g.routing = c.spreading;
  g.wires.push_back(wire_of(c.link, 1));
  Wire nic = wire_of(c.link, 0);
  nic.name += ", NIC to device";
  if (c.nic_bandwidth.value > 0) nic.bandwidth = c.nic_bandwidth;
  else nic.bandwidth = nic.bandwidth * c.link.links;
  g.wires.push_back(nic);
  const std::vector<VertexId> nics = add_nics(g, s);
  std::vector<std::vector<VertexId>> groups(c.topology == OutTopology::rail ? c.nics : 1);
  for (std::size_t i = 0; i < nics.size(); ++i) groups[i % groups.size()].push_back(nics[i]);
  if (c.topology == OutTopology::dragonfly) join_dragonfly(g, c, nics);
  else join_clos(g, c, groups);
  for (VertexId d = 0; d < g.devices; ++d)
    g.spread_keys.push_back(c.topology == OutTopology::rail ? d / s.scale_up.devices : d);
}

/// A block of the torus, as near to a cube as it goes, its ends joined (as optical switches of a pod do).
SystemConfig torus_part(SystemConfig part, std::uint32_t ranks) {
  ScaleUpConfig& c = part.scale_up;
  std::uint32_t best = kNone, sides[3] = {0, 0, 0};
  for (std::uint32_t x = 2; x <= c.x; ++x)
    for (std::uint32_t y = std::min(2u, c.y); y <= c.y && x * y <= ranks; ++y) {
      const std::uint32_t z = ranks / (x * y);
      if (x * y * z != ranks || z > c.z || (c.z > 1 && z < 2)) continue;
      const std::uint32_t longest = std::max({x, y, z});
      if (longest >= best) continue;
      best = longest;
      sides[0] = x, sides[1] = y, sides[2] = z;
    }
  if (best == kNone)
    throw InputError(fmt::format("{} ranks are no block of the torus of {} x {} x {} of {}", ranks, c.x, c.y, c.z, part.name));
  c.x = sides[0], c.y = sides[1], c.z = sides[2];
  c.devices = ranks;
  return part;
}

}  // namespace

Graph build_graph(const SystemConfig& s) {
  Graph g;
  const bool through = s.scale_up.topology == UpTopology::switched || s.scale_up.topology == UpTopology::tree;
  g.wires.push_back(wire_of(s.scale_up.link, through ? 0.5 : 1));
  for (std::uint32_t node = 0; node < s.nodes(); ++node)
    for (std::uint32_t d = 0; d < s.scale_up.devices; ++d) g.add({VertexKind::device, {}, false, 1, node});
  for (std::uint32_t node = 0; node < s.nodes(); ++node) join_node(g, s.scale_up, node);
  if (s.scale_out.topology != OutTopology::none) join_nodes(g, s);
  check_connected(g);
  return g;
}

SystemConfig part_for(const SystemConfig& system, std::uint32_t ranks) {
  if (ranks > system.devices())
    throw InputError(fmt::format("{} ranks on {}, which has {} devices", ranks, system.name, system.devices()));
  SystemConfig part = system;
  if (system.scale_up.topology == UpTopology::torus && ranks < system.devices()) return torus_part(part, ranks);
  if (system.nodes() == 1) return part;
  const std::uint32_t in_node = system.scale_up.devices;
  if (ranks > in_node && ranks % in_node != 0)
    throw InputError(fmt::format("{} ranks on {} do not fill whole nodes of {} devices", ranks, system.name, in_node));
  part.scale_out.nodes = std::max(1u, ranks / in_node);
  if (part.scale_out.nodes == 1) part.scale_out = {};
  return part;
}

}  // namespace presil::fabric
