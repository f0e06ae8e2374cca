// flit_traffic.cpp -- implementation of flit_traffic.h.
#include "models/noc/flit_traffic.h"

#include <bit>

#include <fmt/format.h>

#include "sim/base/error.h"

namespace presil::noc {

void check(const TrafficConfig& t, const FlitLayout& layout) {
  if (!(t.injection > 0 && t.injection <= 1))
    throw UsageError(fmt::format("an injection of {} flits per node and cycle; expected more than 0, 1 at most", t.injection));
  if (t.packet < 1 || t.packet > 1024) throw UsageError(fmt::format("packets of {} flits; expected 1 to 1024", t.packet));
  if (!(t.hotspot_share >= 0 && t.hotspot_share <= 1))
    throw UsageError(fmt::format("a hotspot's share of {}; expected 0 to 1", t.hotspot_share));
  if (t.hotspot_node >= layout.nodes())
    throw UsageError(fmt::format("there is no node {}; the last one is {}", t.hotspot_node, layout.nodes() - 1));
  if (t.pattern == Pattern::transpose && layout.columns() != layout.rows())
    throw UsageError(fmt::format("transpose needs as many columns as rows; these are {} x {}", layout.columns(), layout.rows()));
  if (t.pattern == Pattern::bit_complement && !std::has_single_bit(layout.nodes()))
    throw UsageError(fmt::format("bit-complement needs a power of two of nodes; there are {}", layout.nodes()));
}

TrafficSource::TrafficSource(const TrafficConfig& config, const FlitLayout& layout)
    : config_(config), layout_(layout), probability_(config.injection / config.packet), random_(config.seed) {}

std::uint32_t TrafficSource::destination(std::uint32_t source) {
  const std::uint32_t columns = layout_.columns(), rows = layout_.rows(), x = source % columns, y = source / columns;
  const auto shifted = [&](std::uint32_t dx, std::uint32_t dy) { return (y + dy) % rows * columns + (x + dx) % columns; };
  switch (config_.pattern) {
    case Pattern::transpose: return x * columns + y;
    case Pattern::bit_complement: return layout_.nodes() - 1 - source;
    case Pattern::tornado: return shifted((columns + 1) / 2 - 1, (rows + 1) / 2 - 1);
    case Pattern::neighbour: return shifted(1, rows > 1 ? 1 : 0);
    case Pattern::hotspot:
      if (real() < config_.hotspot_share) return config_.hotspot_node;
      [[fallthrough]];
    case Pattern::uniform: break;
  }
  return below(layout_.nodes());
}

}  // namespace presil::noc
