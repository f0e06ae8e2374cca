// dram_feed.cpp -- implementation of dram_feed.h. Channels are independent, so each is run to its end alone.
#include "models/memory/dram_feed.h"

#include <algorithm>
#include <cmath>

#include "models/memory/dram_device.h"

namespace presil::memory {

namespace {

struct Arrival {
  Access access;
  Tick available;
};

struct ChannelOutcome {
  Tick last{0};
  double waiting{0};
  DramCounters counters;
};

ChannelOutcome run_channel(const DramSpec& spec, const std::vector<Arrival>& fifo, std::uint32_t per_tick) {
  const auto channel = make_channel(spec);
  ChannelOutcome outcome;
  std::size_t next = 0, done = 0;
  bool refused = false;
  Tick now = 0;
  while (done < fifo.size()) {
    if (channel->wake() <= now) {
      channel->step(now);
      refused = false;
    }
    for (std::uint32_t i = 0; i < per_tick && next < fifo.size() && !refused && fifo[next].available <= now; ++i) {
      refused = !channel->accept(fifo[next].access, now);
      if (refused) break;
      outcome.waiting += static_cast<double>(now - fifo[next].available);
      ++next;
    }
    for (const Done& d : channel->done()) outcome.last = std::max(outcome.last, d.at);
    done += channel->done().size();
    channel->done().clear();
    Tick then = channel->wake();
    if (next < fifo.size() && !refused) then = std::min(then, std::max(now + 1, fifo[next].available));
    now = then;
  }
  outcome.counters = channel->counters(outcome.last);
  return outcome;
}

std::uint32_t bank_of(const DecodedAddress& a, const Geometry& g) {
  return ((a[AddressField::pseudo_channel] * g.stack_ids + a[AddressField::stack_id]) * g.bank_groups +
          a[AddressField::bank_group]) * g.banks + a[AddressField::bank];
}

}  // namespace

FeedResult feed(const DramSpec& spec, const AddressBits& map, std::uint32_t channels, const RequestSource& source,
                const FeedOptions& options) {
  FeedResult result;
  std::vector<std::vector<Arrival>> fifos(channels * options.stacks);
  const double burst_bytes = static_cast<double>(map.burst_bytes());
  const double peak = static_cast<double>(fifos.size()) * spec.geometry.pseudo_channels * burst_bytes / (static_cast<double>(spec.timing.burst) * spec.tick_s);
  const double interval = options.load > 0 ? options.request_bytes / (options.load * peak) / spec.tick_s : 0;
  while (const auto request = source()) {
    const auto available = static_cast<Tick>(std::ceil(static_cast<double>(result.requests) * interval));
    for (std::uint64_t at = request->address; at < request->address + options.request_bytes; at += map.burst_bytes()) {
      const StackAddress in = stack_address(at, options.interleave, options.stacks);
      const DecodedAddress a = map.decode(in.address);
      fifos[in.stack * channels + a[AddressField::channel]].push_back(
          {{bank_of(a, spec.geometry), a[AddressField::row], a[AddressField::column], request->write, result.requests}, available});
    }
    ++result.requests;
    result.reads += !request->write;
  }
  Tick last = 0;
  for (const auto& fifo : fifos) {
    if (fifo.empty()) continue;
    const ChannelOutcome outcome = run_channel(spec, fifo, options.per_tick);
    add(result.total, outcome.counters);
    result.waiting_s += outcome.waiting;
    last = std::max(last, outcome.last);
  }
  const auto bursts = static_cast<double>(result.total.reads + result.total.writes);
  if (bursts == 0) return result;
  result.seconds = static_cast<double>(last) * spec.tick_s;
  result.bandwidth = options.request_bytes * static_cast<double>(result.requests) / result.seconds;
  result.read_latency_s = result.total.reads ? static_cast<double>(result.total.read_ticks) / static_cast<double>(result.total.reads) * spec.tick_s : 0;
  result.waiting_s = interval > 0 ? result.waiting_s / bursts * spec.tick_s : 0;
  result.row_hit_rate = static_cast<double>(result.total.row_hits) / bursts;
  return result;
}

ChannelRun run_alone(const DramSpec& spec, const std::vector<Access>& fifo, std::uint32_t per_tick) {
  std::vector<Arrival> arrivals;
  for (const Access& access : fifo) arrivals.push_back({access, 0});
  const ChannelOutcome outcome = run_channel(spec, arrivals, per_tick);
  return {outcome.last, outcome.counters};
}

}  // namespace presil::memory
