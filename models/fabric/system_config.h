// system_config.h -- many devices: how those of one node are joined, and how nodes are.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/fabric/graph.h"
#include "models/fabric/link_config.h"

namespace presil::fabric {

enum class UpTopology {
  switched,  ///< every device has links to every switch chip (NVSwitch, UALink)
  mesh,      ///< every pair has links of its own (xGMI)
  torus,     ///< links to the neighbours in two or three dimensions (TPU)
  tree,      ///< groups behind switches, switches behind one root (PCIe)
  wires,     ///< a list of links (bridges, dies of a package)
};
inline constexpr std::array<std::string_view, 5> kUpTopologyNames{"switched", "mesh", "torus", "tree", "wires"};

enum class OutTopology {
  none,       ///< one node
  fat_tree,   ///< all NICs of a node at one leaf switch; two or three levels
  rail,       ///< NIC k of every node at a leaf switch of rail k; rails meet above
  dragonfly,  ///< groups of routers, all joined within a group; every pair of groups joined
};
inline constexpr std::array<std::string_view, 4> kOutTopologyNames{"none", "fat_tree", "rail", "dragonfly"};

inline constexpr std::array<std::string_view, 2> kSpreadingNames{"destination", "hash"};

/// `links` parallel links between two devices.
struct WireConfig {
  std::uint32_t from{}, to{}, links{1};
  void describe(config::Visitor& v);
};

/// Devices of one node.
struct ScaleUpConfig {
  UpTopology topology{};
  LinkConfig link;
  std::uint32_t devices{};
  std::uint32_t switches{1}, switch_ports{0};
  std::uint32_t x{1}, y{1}, z{1};
  std::uint32_t group{0};
  std::vector<WireConfig> wires;
  void describe(config::Visitor& v);
};

/// Nodes of one cluster.
struct ScaleOutConfig {
  OutTopology topology{OutTopology::none};
  LinkConfig link;
  std::uint32_t nodes{1}, nics{1};
  BytesPerSecond nic_bandwidth{};
  Seconds nic_latency{}, switch_latency{};
  std::uint32_t switch_ports{64};
  double oversubscription{1};
  std::uint32_t group_routers{0}, router_nics{0}, router_global_links{0};
  Routing spreading{Routing::spread};
  void describe(config::Visitor& v);
};

struct SystemConfig {
  std::string name;
  std::vector<std::string> aliases;
  std::string device;
  ScaleUpConfig scale_up;
  ScaleOutConfig scale_out;
  Seconds launch_interval{};
  void describe(config::Visitor& v);
  std::uint32_t devices() const { return scale_up.devices * nodes(); }
  std::uint32_t nodes() const { return scale_out.topology == OutTopology::none ? 1 : scale_out.nodes; }
};

}  // namespace presil::fabric
