// flit_config.cpp -- what a flit-level network refuses (see flit_config.h).
#include "models/noc/flit_config.h"

#include <fmt/format.h>

#include "sim/base/error.h"

namespace presil::noc {

namespace {
constexpr std::uint64_t kMostPlaces = std::uint64_t{1} << 25;  // 1 GiB of host memory

void within(const char* what, std::uint32_t value, std::uint32_t least, std::uint32_t most) {
  if (value < least || value > most)
    throw UsageError(fmt::format("{} {}; expected {} to {}", what, value, least, most));
}
}  // namespace

void check(const FlitConfig& c) {
  within("virtual channels", c.virtual_channels, 1, 256);
  within("buffer of a virtual channel, flits:", c.buffer, 1, 4096);
  within("routing delay", c.routing_delay, 0, 16);
  within("VC allocation delay", c.vc_allocation_delay, 1, 16);
  within("switch allocation delay", c.switch_allocation_delay, 1, 16);
  within("traversal delay", c.traversal_delay, 1, 16);
  within("link delay", c.link_delay, 1, 16);
  within("credit delay", c.credit_delay, 0, 16);
  const FlitLayout layout(c.topology, c.columns, c.rows);
  if (layout.wraps() && c.virtual_channels < 2)
    throw UsageError(fmt::format("a {} needs 2 virtual channels or more to be free of deadlock",
                                 kFlitTopologyNames[static_cast<std::size_t>(c.topology)]));
  const std::uint64_t places = std::uint64_t{layout.routers()} * layout.ports() * c.virtual_channels * c.buffer;
  if (places > kMostPlaces)
    throw UsageError(fmt::format("{} places for flits in all buffers together; expected {} at most", places, kMostPlaces));
}

}  // namespace presil::noc
