// refresh_cost.cpp -- implementation of refresh_cost.h.
#include "models/memory/refresh_cost.h"

#include <algorithm>

namespace presil::memory {

namespace {

constexpr Tick kRefreshes = 8;  // at different places of the pieces

using Pieces = std::vector<std::pair<std::shared_ptr<const Chunk>, std::uint32_t>>;

Tick serve(const DramSpec& spec, std::uint32_t offers_per_tick, const Pieces& pieces,
           DramCounters& counters) {
  BurstChannel channel(spec, offers_per_tick);
  for (const auto& [chunk, row] : pieces) channel.push(chunk, row, 0, 1);
  channel.finish();
  counters = channel.dram().counters(channel.now());
  Tick last = 0;
  for (const Done& done : channel.dram().done()) last = std::max(last, done.at);
  return last;
}

std::uint64_t issued(const DramCounters& counters, Command command) {
  return counters.commands[static_cast<std::size_t>(command)];
}

}  // namespace

RefreshCost refresh_cost(const DramSpec& spec, std::uint32_t offers_per_tick, const Pieces& pieces) {
  if (spec.policy.refresh != RefreshPolicy::all_bank) return {};
  DramSpec never = spec, often = spec;
  never.policy.refresh = RefreshPolicy::none;
  DramCounters without, with;
  const Tick plain = serve(never, offers_per_tick, pieces, without);
  often.timing.refi = spec.timing.rfc + plain / kRefreshes + 1;
  const Tick refreshed = serve(often, offers_per_tick, pieces, with);
  const std::uint64_t met = issued(with, Command::refresh_all) / spec.geometry.pseudo_channels;
  if (met == 0) return {spec.timing.rfc, 0};
  const Tick each = (refreshed - plain + static_cast<Tick>(met) / 2) / static_cast<Tick>(met);
  const Tick edge = spec.timing.edge;
  const std::uint64_t before = issued(without, Command::activate), opened = issued(with, Command::activate);
  return {(std::max(spec.timing.rfc, each) + edge - 1) / edge * edge,
          opened > before ? (opened - before) / met : 0};
}

}  // namespace presil::memory
