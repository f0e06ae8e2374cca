// refresh_cost.cpp -- implementation of refresh_cost.h.
#include "models/memory/refresh_cost.h"

#include <algorithm>
#include <cmath>

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

double issued(const DramCounters& counters, Command command) {
  return static_cast<double>(counters.commands[static_cast<std::size_t>(command)]);
}

}  // namespace

RefreshCost refresh_cost(const DramSpec& spec, std::uint32_t offers_per_tick, const Pieces& pieces) {
  if (spec.policy.refresh == RefreshPolicy::none) return {};
  const bool all = spec.policy.refresh == RefreshPolicy::all_bank;
  DramSpec never = spec, often = spec;
  never.policy.refresh = RefreshPolicy::none;
  DramCounters without, with;
  const Tick plain = serve(never, offers_per_tick, pieces, without);
  if (all) often.timing.refi = spec.timing.rfc + plain / kRefreshes + 1;
  const Tick refreshed = serve(often, offers_per_tick, pieces, with);
  const double met = issued(with, all ? Command::refresh_all : Command::refresh_bank) / spec.geometry.pseudo_channels;
  if (met == 0) return {all ? static_cast<double>(spec.timing.rfc) : 0, 0};
  const double longer = std::max(0.0, static_cast<double>(refreshed - plain) / met);
  const double again = std::max(0.0, issued(with, Command::activate) - issued(without, Command::activate)) / met;
  if (!all) return {longer, again};
  const Tick edge = spec.timing.edge, each = static_cast<Tick>(std::floor(longer + 0.5));
  return {static_cast<double>((std::max(spec.timing.rfc, each) + edge - 1) / edge * edge), std::floor(again)};
}

}  // namespace presil::memory
