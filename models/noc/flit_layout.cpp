// flit_layout.cpp -- implementation of flit_layout.h.
#include "models/noc/flit_layout.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/base/error.h"

namespace presil::noc {

FlitLayout::FlitLayout(FlitTopology topology, std::uint32_t columns, std::uint32_t rows)
    : topology_(topology), columns_(topology == FlitTopology::ring ? columns * rows : columns),
      rows_(topology == FlitTopology::ring ? 1 : rows) {
  const std::uint64_t nodes = std::uint64_t{columns} * rows, most = crossbar() ? 256 : 4096;
  if (nodes < 2 || nodes > most)
    throw UsageError(fmt::format("a {} of {} x {} has {} nodes; expected 2 to {}",
                                 kFlitTopologyNames[static_cast<std::size_t>(topology)], columns, rows, nodes, most));
}

bool FlitLayout::goes_up(std::uint32_t from, std::uint32_t to, std::uint32_t extent) const {
  if (!wraps()) return to > from;
  const std::uint32_t up = (to + extent - from) % extent;
  if (2 * up == extent) return from % 2 == 0;
  return 2 * up < extent;
}

FlitLayout::Far FlitLayout::far_end(std::uint32_t router, std::uint32_t port) const {
  const std::uint32_t dimension = port / 2, size = extent(dimension), at = coordinate(router, dimension);
  const std::uint32_t to = (at + (port % 2 == 0 ? 1 : size - 1)) % size, stride = dimension == 0 ? 1 : columns_;
  return {router - at * stride + to * stride, port ^ 1u};
}

FlitLayout::Step FlitLayout::route(std::uint32_t router, std::uint32_t in_port, std::uint8_t lane,
                                   std::uint32_t destination) const {
  if (crossbar()) return {static_cast<std::uint16_t>(destination), kAnyLane};
  for (std::uint32_t d = 0; d < dimensions(); ++d) {
    const std::uint32_t from = coordinate(router, d), to = coordinate(destination, d);
    if (from == to) continue;
    const bool up = goes_up(from, to, extent(d));
    const auto port = static_cast<std::uint16_t>(2 * d + (up ? 0 : 1));
    if (!wraps()) return {port, kAnyLane};
    const bool inside = in_port / 2 == d && !is_node_port(in_port);
    const bool around = up ? from + 1 == extent(d) : from == 0;
    return {port, static_cast<std::uint8_t>(around || (inside && lane == 1) ? 1 : 0)};
  }
  return {static_cast<std::uint16_t>(dimensions() * 2), kAnyLane};
}

std::uint32_t FlitLayout::hops(std::uint32_t source, std::uint32_t destination) const {
  if (crossbar()) return 1;
  std::uint32_t hops = 1;
  for (std::uint32_t d = 0; d < dimensions(); ++d) {
    const std::uint32_t a = coordinate(source, d), b = coordinate(destination, d), direct = a > b ? a - b : b - a;
    hops += wraps() ? std::min(direct, extent(d) - direct) : direct;
  }
  return hops;
}

double FlitLayout::bisection_bound() const {
  double bound = 1;  // a node's own port
  for (std::uint32_t d = 0; d < dimensions() && !crossbar(); ++d) {
    const double k = extent(d), low = std::uint32_t(k) / 2, high = k - low, cuts = wraps() && k > 2 ? 2 : 1;
    if (k > 1) bound = std::min(bound, cuts * k / (low * high));
  }
  return bound;
}

}  // namespace presil::noc
