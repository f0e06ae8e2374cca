// routes.h -- which links a message crosses; pure.
//
// Every node has one port into its router (injection) and one out of it (ejection); routers are joined as the
// topology says. A route is: injection of the source, links between routers, ejection of the destination.
// A hop is one router and the link behind it, so hops = links - 1:
//   crossbar  1 (a single router)
//   ring      min(d, n - d) + 1, d = (destination - source) mod n; ties go up
//   mesh      |dx| + |dy| + 1, x before y
// Link numbers: injection of node i is i, ejection of node i is n + i, links between routers follow.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/api/network.h"
#include "models/noc/network_config.h"

namespace presil::noc {

using LinkId = std::uint32_t;

/// The shape of a network of `nodes` nodes.
struct Layout {
  Topology topology{};
  std::uint32_t nodes{};
  std::uint32_t columns{};  ///< of a mesh
  std::uint32_t rows{};     ///< of a mesh
};

/// Throws InputError when there is no node, or a mesh does not hold them all.
Layout make_layout(const NetworkConfig& config, std::uint32_t nodes);

/// Links of the network, both directions and the nodes' own ports counted.
std::uint32_t link_count(const Layout& layout);

/// For readers: "core 0 out", "core 0 in", "router 3 right"; `names` of the nodes.
std::string link_name(const Layout& layout, LinkId link, const std::vector<std::string>& names);

/// Routers crossed from source to destination; 0 from a node to itself.
std::uint32_t hops(const Layout& layout, api::NodeId source, api::NodeId destination);

/// The links in the order they are crossed; none from a node to itself.
std::vector<LinkId> route(const Layout& layout, api::NodeId source, api::NodeId destination);

}  // namespace presil::noc
