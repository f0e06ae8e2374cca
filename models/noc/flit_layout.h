// flit_layout.h -- routers, ports and routes of the flit-level network; pure.
//
// Router i of a mesh, torus or ring sits at column i mod columns, row i / columns (a ring is one row). Its ports are
// +x, -x, +y, -y (a ring: up, down) and the node's own; an input port has the number of the output port that leads
// back. A crossbar is a single router whose ports are all nodes' own.
// Routes are dimension-ordered, x first, the shorter way round in a torus; at exactly half way round, routers of even
// position go up and those of odd position down.
// Lanes keep rings free of deadlock [Dally and Seitz, Deadlock-free message routing, IEEE Trans. Computers 1987]: a
// packet enters a dimension in lane 0 and is in lane 1 from the link that wraps around on. Lane 0 has the lower half of
// the virtual channels, lane 1 the upper. Where nothing wraps, and into a node, any channel will do.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace presil::noc {

enum class FlitTopology : std::uint8_t { mesh, torus, ring, crossbar };
inline constexpr std::array<std::string_view, 4> kFlitTopologyNames{"mesh", "torus", "ring", "crossbar"};

inline constexpr std::uint8_t kAnyLane = 2;

class FlitLayout {
 public:
  /// Throws UsageError unless both sides are at least 1 and there are 2 to 4096 nodes (a crossbar: 2 to 256).
  FlitLayout(FlitTopology topology, std::uint32_t columns, std::uint32_t rows);

  FlitTopology topology() const { return topology_; }
  std::uint32_t columns() const { return columns_; }
  std::uint32_t rows() const { return rows_; }
  std::uint32_t nodes() const { return columns_ * rows_; }
  std::uint32_t routers() const { return crossbar() ? 1 : nodes(); }
  std::uint32_t ports() const { return crossbar() ? nodes() : dimensions() * 2 + 1; }
  bool wraps() const { return topology_ == FlitTopology::torus || topology_ == FlitTopology::ring; }

  /// Where a node is attached.
  std::uint32_t router_of(std::uint32_t node) const { return crossbar() ? 0 : node; }
  std::uint32_t port_of(std::uint32_t node) const { return crossbar() ? node : dimensions() * 2; }
  /// Whether the port is a node's own, and whose.
  bool is_node_port(std::uint32_t port) const { return crossbar() || port == dimensions() * 2; }
  std::uint32_t node_at(std::uint32_t router, std::uint32_t port) const { return crossbar() ? port : router; }

  struct Far {
    std::uint32_t router, port;
  };
  /// The router and input port behind an output port that is no node's own; also which output port feeds an input port.
  /// Ports that lead off the edge of a mesh are never asked for.
  Far far_end(std::uint32_t router, std::uint32_t port) const;

  struct Step {
    std::uint16_t port;
    std::uint8_t lane;
  };
  /// The output port, and the lane behind it, of a packet that came in at `in_port` in `lane`.
  Step route(std::uint32_t router, std::uint32_t in_port, std::uint8_t lane, std::uint32_t destination) const;

  /// Routers crossed; 1 from a node to itself.
  std::uint32_t hops(std::uint32_t source, std::uint32_t destination) const;
  /// Most flits per node and cycle of uniform traffic, itself included, that the busiest link can carry: in a mesh or
  /// torus of even k columns a cut in the middle has `rows` (torus: 2 rows) links each way for nodes / 4 x the load.
  double bisection_bound() const;

 private:
  bool crossbar() const { return topology_ == FlitTopology::crossbar; }
  std::uint32_t dimensions() const { return topology_ == FlitTopology::ring ? 1 : 2; }
  std::uint32_t extent(std::uint32_t dimension) const { return dimension == 0 ? columns_ : rows_; }
  std::uint32_t coordinate(std::uint32_t router, std::uint32_t dimension) const {
    return dimension == 0 ? router % columns_ : router / columns_;
  }
  bool goes_up(std::uint32_t from, std::uint32_t to, std::uint32_t extent) const;

  FlitTopology topology_;
  std::uint32_t columns_, rows_;
};

}  // namespace presil::noc
