// system_config.cpp -- the fields of SystemConfig and the rules between them.
#include "models/fabric/system_config.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

namespace presil::fabric {

using config::non_negative;
using config::optional;
using config::required;

namespace {

constexpr config::Range kAtLeastOne{1, 1e6, false};

void check_degrees(config::Visitor& v, const ScaleUpConfig& c) {
  const std::uint32_t links = c.link.links;
  switch (c.topology) {
    case UpTopology::switched:
      v.check(c.switches <= links, "switches", fmt::format("{} links of a device cannot reach {} switches", links, c.switches));
      v.check(c.switch_ports == 0 || std::uint64_t{c.devices} * links <= std::uint64_t{c.switches} * c.switch_ports, "switch_ports",
              fmt::format("{} devices of {} links need {} ports; {} switches of {} have {}", c.devices, links,
                          std::uint64_t{c.devices} * links, c.switches, c.switch_ports, std::uint64_t{c.switches} * c.switch_ports));
      break;
    case UpTopology::mesh:
      v.check(c.devices < 2 || links % (c.devices - 1) == 0, "devices",
              fmt::format("a mesh of {} devices needs a multiple of {} links each; the link has {}", c.devices, c.devices - 1, links));
      break;
    case UpTopology::torus: {
      const std::uint32_t dimensions = (c.x > 1) + (c.y > 1) + (c.z > 1);
      v.check(std::uint64_t{c.x} * c.y * c.z == c.devices, "x",
              fmt::format("x {} times y {} times z {} is {}, not the {} devices", c.x, c.y, c.z, std::uint64_t{c.x} * c.y * c.z, c.devices));
      v.check(links == 2 * dimensions, "link",
              fmt::format("a torus of {} dimensions needs {} links a device; the link has {}", dimensions, 2 * dimensions, links));
      break;
    }
    case UpTopology::tree:
      v.check(c.group > 0 && c.devices % std::max(c.group, 1u) == 0, "group",
              fmt::format("{} devices do not divide into groups of {}", c.devices, c.group));
      break;
    case UpTopology::wires: {
      std::vector<std::uint64_t> degree(c.devices, 0);
      for (const WireConfig& w : c.wires) {
        v.check(w.from != w.to, "wires", fmt::format("a link joins device {} to itself", w.from));
        v.check(w.from < c.devices && w.to < c.devices, "wires",
                fmt::format("a link joins {} and {}; devices are 0 to {}", w.from, w.to, c.devices - 1));
        if (w.from < c.devices) degree[w.from] += w.links;
        if (w.to < c.devices) degree[w.to] += w.links;
      }
      for (std::uint32_t d = 0; d < c.devices; ++d)
        v.check(degree[d] <= links, "wires", fmt::format("device {} ends {} links; it has {}", d, degree[d], links));
      break;
    }
  }
}

/// The first device that no wires join to device 0; as many as there are: all are joined.
std::uint32_t first_alone(const ScaleUpConfig& c) {
  std::vector<bool> reached(c.devices, false);
  if (!reached.empty()) reached[0] = true;
  for (bool more = true; more;) {
    more = false;
    for (const WireConfig& w : c.wires)
      if (w.from < c.devices && w.to < c.devices && reached[w.from] != reached[w.to]) more = reached[w.from] = reached[w.to] = true;
  }
  return static_cast<std::uint32_t>(std::find(reached.begin(), reached.end(), false) - reached.begin());
}

void check_cluster(config::Visitor& v, const ScaleOutConfig& c) {
  v.check(c.topology != OutTopology::dragonfly || (c.group_routers > 0 && c.router_nics > 0 && c.router_global_links > 0), "group_routers",
          "a dragonfly needs group_routers, router_nics and router_global_links");
  if (c.topology == OutTopology::dragonfly && c.group_routers > 0 && c.router_nics > 0) {
    const std::uint64_t hosts = std::uint64_t{c.nodes} * c.nics, in_group = std::uint64_t{c.group_routers} * c.router_nics;
    const std::uint64_t groups = (hosts + in_group - 1) / in_group, reach = std::uint64_t{c.group_routers} * c.router_global_links;
    v.check(groups <= reach + 1, "router_global_links",
            fmt::format("{} NICs make {} groups, but {} global links a group reach {}", hosts, groups, reach, reach + 1));
    const std::uint64_t degree = c.router_nics + c.group_routers - 1ull + c.router_global_links;
    v.check(degree <= c.switch_ports, "switch_ports",
            fmt::format("a router needs {} + {} + {} = {} ports; it has {}", c.router_nics, c.group_routers - 1, c.router_global_links, degree, c.switch_ports));
  }
}

}  // namespace

void WireConfig::describe(config::Visitor& v) {
  v.integer("from", from, required, 0, 65535, "A device, counted from 0.");
  v.integer("to", to, required, 0, 65535, "Another.");
  v.integer("links", links, optional, 1, 1024, "Links between the two.");
}

void ScaleUpConfig::describe(config::Visitor& v) {
  v.choice("topology", topology, required, kUpTopologyNames, "How the devices of a node are joined.");
  v.object("link", link, required, "Their links; `devices` of the file does not matter here.");
  v.integer("devices", devices, required, 2, 65536, "Devices of a node.");
  v.integer("switches", switches, optional, 1, 65536, "Of switched: switch chips; the links of a device spread evenly over them.");
  v.integer("switch_ports", switch_ports, optional, 0, 65536, "Of switched: links that one switch chip ends; 0: not checked.");
  v.integer("x", x, optional, 1, 65536, "Of torus: devices along the first dimension.");
  v.integer("y", y, optional, 1, 65536, "Of torus: along the second.");
  v.integer("z", z, optional, 1, 65536, "Of torus: along the third; 1 leaves two dimensions.");
  v.integer("group", group, optional, 0, 65536, "Of tree: devices behind one switch.");
  v.list("wires", wires, optional, "Of wires: every pair of devices that is joined.");
  link.devices = devices;
  check_degrees(v, *this);
}

void ScaleOutConfig::describe(config::Visitor& v) {
  v.choice("topology", topology, required, kOutTopologyNames, "How nodes are joined.");
  v.object("link", link, required, "Links between NICs and switches; `devices` of the file does not matter here.");
  v.integer("nodes", nodes, required, 1, 1 << 20, "Nodes.");
  v.integer("nics", nics, required, 1, 1024, "NICs of a node; its devices share them in order.");
  v.quantity("nic_bandwidth", nic_bandwidth, optional, non_negative, "Between a device and its NIC, one way; 0: as the link.");
  v.quantity("nic_latency", nic_latency, optional, non_negative, "Of a NIC, with its way to the device.");
  v.quantity("switch_latency", switch_latency, optional, non_negative, "Port to port of one switch.");
  v.integer("switch_ports", switch_ports, optional, 2, 65536, "Ports of one switch; half of a leaf's lead down.");
  v.real("oversubscription", oversubscription, optional, kAtLeastOne, "Bandwidth into a switch level from below over that out of it upwards.");
  v.integer("group_routers", group_routers, optional, 0, 65536, "Of dragonfly: routers of a group.");
  v.integer("router_nics", router_nics, optional, 0, 65536, "Of dragonfly: NICs at one router.");
  v.integer("router_global_links", router_global_links, optional, 0, 65536, "Of dragonfly: links of one router to other groups.");
  v.choice("spreading", spreading, optional, kSpreadingNames,
           "Among equally short paths: by destination (InfiniBand's tables), or by a hash of source and destination (ECMP).");
  check_cluster(v, *this);
}

void SystemConfig::describe(config::Visitor& v) {
  v.text("name", name, required, "Name of the system.");
  v.texts("aliases", aliases, optional, "Other names of the same system.");
  v.text("device", device, required, "The chip that it is made of.");
  v.object("scale_up", scale_up, required, "Devices of one node.");
  v.object("scale_out", scale_out, optional, "Nodes of a cluster; without it there is one node.");
  v.quantity("launch_interval", launch_interval, optional, non_negative,
             "Time between two collectives that the host can launch: none ends sooner. Of an installation, not of the machine.");
  if (scale_up.topology == UpTopology::wires && scale_out.topology == OutTopology::none)
    if (const std::uint32_t alone = first_alone(scale_up); alone < scale_up.devices)
      v.check(false, "scale_up.wires", fmt::format("the topology is disconnected: no links lead from device 0 to device {}", alone));
  v.check(scale_out.topology == OutTopology::none || scale_up.topology != UpTopology::torus, "scale_out",
          "a torus has no scale_out: its pod is one node");
  v.check(scale_out.topology == OutTopology::none || scale_up.devices % std::max(scale_out.nics, 1u) == 0, "scale_out",
          fmt::format("{} devices of a node do not divide among {} NICs", scale_up.devices, scale_out.nics));
}

}  // namespace presil::fabric
