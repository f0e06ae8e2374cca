// routes.cpp -- implementation of routes.h.
#include "models/noc/routes.h"

#include <algorithm>
#include <fmt/format.h>

#include "sim/base/error.h"

namespace presil::noc {

namespace {

struct Position {
  std::uint32_t x, y;
};
Position position(const Layout& layout, api::NodeId node) { return {node % layout.columns, node / layout.columns}; }

std::uint32_t distance(std::uint32_t a, std::uint32_t b) { return a > b ? a - b : b - a; }

// Links out of router i of a ring: up (to i + 1), down. Of a mesh: right, left, to the next row, to the last one.
constexpr std::uint32_t kRingLinks = 2;
constexpr std::uint32_t kMeshLinks = 4;

void ring_links(const Layout& layout, api::NodeId source, api::NodeId destination, std::vector<LinkId>& links) {
  const std::uint32_t n = layout.nodes;
  const std::uint32_t up = (destination + n - source) % n;
  const bool goes_up = up <= n - up;
  for (api::NodeId at = source; at != destination; at = (at + (goes_up ? 1 : n - 1)) % n)
    links.push_back(2 * n + at * kRingLinks + (goes_up ? 0 : 1));
}

void mesh_links(const Layout& layout, api::NodeId source, api::NodeId destination, std::vector<LinkId>& links) {
  Position at = position(layout, source);
  const Position to = position(layout, destination);
  const auto leave = [&](std::uint32_t direction) {
    links.push_back(2 * layout.nodes + (at.y * layout.columns + at.x) * kMeshLinks + direction);
  };
  while (at.x < to.x) leave(0), ++at.x;
  while (at.x > to.x) leave(1), --at.x;
  while (at.y < to.y) leave(2), ++at.y;
  while (at.y > to.y) leave(3), --at.y;
}

}  // namespace

Layout make_layout(const NetworkConfig& config, std::uint32_t nodes) {
  if (nodes == 0) throw InputError("network: a network needs at least one node");
  if (config.topology == Topology::mesh && std::uint64_t{config.columns} * config.rows < nodes)
    throw InputError(fmt::format("network: a mesh of {} x {} holds {} nodes, but {} are connected", config.columns,
                                 config.rows, std::uint64_t{config.columns} * config.rows, nodes));
  return {config.topology, nodes, config.columns, config.rows};
}

std::uint32_t link_count(const Layout& layout) {
  const std::uint32_t ports = 2 * layout.nodes;
  switch (layout.topology) {
    case Topology::crossbar: return ports;
    case Topology::ring: return ports + kRingLinks * layout.nodes;
    case Topology::mesh: return ports + kMeshLinks * layout.columns * layout.rows;
  }
  return ports;
}

std::string link_name(const Layout& layout, LinkId link, const std::vector<std::string>& names) {
  if (link < layout.nodes) return names.at(link) + " out";
  if (link < 2 * layout.nodes) return names.at(link - layout.nodes) + " in";
  static constexpr const char* kMesh[] = {"right", "left", "down", "up"};
  static constexpr const char* kRing[] = {"up", "down"};
  const std::uint32_t number = link - 2 * layout.nodes;
  if (layout.topology == Topology::mesh) return fmt::format("router {} {}", number / kMeshLinks, kMesh[number % kMeshLinks]);
  return fmt::format("router {} {}", number / kRingLinks, kRing[number % kRingLinks]);
}

std::uint32_t hops(const Layout& layout, api::NodeId source, api::NodeId destination) {
  if (source == destination) return 0;
  switch (layout.topology) {
    case Topology::crossbar: return 1;
    case Topology::ring: {
      const std::uint32_t d = distance(source, destination);
      return std::min(d, layout.nodes - d) + 1;
    }
    case Topology::mesh: {
      const Position a = position(layout, source), b = position(layout, destination);
      return distance(a.x, b.x) + distance(a.y, b.y) + 1;
    }
  }
  return 0;
}

std::vector<LinkId> route(const Layout& layout, api::NodeId source, api::NodeId destination) {
  std::vector<LinkId> links;
  if (source == destination) return links;
  links.reserve(hops(layout, source, destination) + 1);
  links.push_back(source);
  if (layout.topology == Topology::ring) ring_links(layout, source, destination, links);
  if (layout.topology == Topology::mesh) mesh_links(layout, source, destination, links);
  links.push_back(layout.nodes + destination);
  return links;
}

}  // namespace presil::noc
