// stream_times.cpp -- implementation of stream_times.h.
#include "models/memory/stream_times.h"

#include <algorithm>

#include "models/memory/dram_feed.h"
#include "sim/kernel/time.h"

namespace presil::memory {

StreamTable::StreamTable(const MemoryConfig& c)
    : spec_(dram_spec(c)),
      map_(address_bits(c)),
      stacks_(c.stacks),
      channels_(c.dram.channels),
      per_tick_(c.dram.controller.offers_per_tick),
      interleave_(static_cast<std::uint64_t>(c.interleave.value)),
      period_(std::max(map_.channel_span(), interleave_) * c.stacks),
      refresh_cost_{measure_refresh(false), measure_refresh(true)} {}

/// A stream of one channel that meets one refresh, against the same without.
StreamTable::RefreshCost StreamTable::measure_refresh(bool write) const {
  if (spec_.policy.refresh != RefreshPolicy::all_bank) return {};
  DramSpec with = spec_, without = spec_;
  without.policy.refresh = RefreshPolicy::none;
  const std::size_t count = 8 * (spec_.policy.read_queue + spec_.policy.write_queue);
  with.timing.refi = static_cast<Tick>(count / 2) * spec_.timing.burst / spec_.geometry.pseudo_channels + spec_.timing.rfc;
  std::vector<Access> fifo;
  for (std::uint64_t at = 0; fifo.size() < count; at += map_.burst_bytes())
    if (const auto [channel, access] = locate(at, write); channel == 0) fifo.push_back(access);
  const ChannelRun interrupted = run_alone(with, fifo, per_tick_), alone = run_alone(without, fifo, per_tick_);
  const auto refreshes = static_cast<double>(std::max<Tick>(1, (interrupted.last - 1) / with.timing.refi));
  const double activates = static_cast<double>(interrupted.counters.commands[0]) - static_cast<double>(alone.counters.commands[0]);
  return {kernel::to_sc_time({static_cast<double>(interrupted.last - alone.last) / refreshes * spec_.tick_s}), activates / refreshes};
}

std::vector<Access> StreamTable::tail(const Run& run, bool write, std::uint32_t wanted, std::size_t count) const {
  std::vector<Access> last;
  const std::uint64_t burst = map_.burst_bytes();
  for (std::uint64_t row = run.rows; row-- > 0 && last.size() < count;) {
    const std::uint64_t from = run.base + row * run.stride;
    for (std::uint64_t at = (from + run.row_bytes - 1) / burst * burst + burst; at > from / burst * burst && last.size() < count;) {
      at -= burst;
      if (const auto [channel, access] = locate(at, write); channel == wanted) last.push_back(access);
    }
  }
  std::reverse(last.begin(), last.end());
  return last;
}

const StreamTimes& StreamTable::of(const Run& run, bool write) {
  const Run r = joined(run);
  const Key key{r.base % period_, r.rows, r.row_bytes, r.rows > 1 ? r.stride : 0, write};
  if (const auto at = known_.find(key); at != known_.end()) return at->second;
  if (known_.size() > 4096) known_.clear();
  return known_[key] = work_out(r, write);
}

StreamTimes StreamTable::work_out(const Run& run, bool write) const {
  Run sample = run;
  const std::uint64_t burst = map_.burst_bytes();
  sample.base %= period_;
  sample.row_bytes = std::min(run.row_bytes, kSample * burst);
  const std::uint64_t row_bursts = sample.row_bytes / burst + 2;
  sample.rows = std::clamp<std::uint64_t>(kSample / row_bursts, 1, run.rows);
  const double scale = static_cast<double>(run.rows) * static_cast<double>(run.row_bytes) /
                       (static_cast<double>(sample.rows) * static_cast<double>(sample.row_bytes));
  std::vector<std::vector<Access>> fifos(channels());
  bursts(sample, write, [&](std::uint32_t channel, const Access& access) { fifos[channel].push_back(access); });
  DramSpec alone = spec_;
  alone.policy.refresh = RefreshPolicy::none;
  StreamTimes times;
  const DramTiming& t = spec_.timing;
  const Tick first = t.activate_ticks + (write ? t.rcd_write : t.rcd_read + t.cl);
  for (const auto& fifo : fifos) {
    const ChannelRun outcome = run_alone(alone, fifo, per_tick_);
    const auto occupied = static_cast<double>(std::max<Tick>(outcome.last - first, fifo.empty() ? 0 : t.burst));
    times.busy.push_back(kernel::to_sc_time({occupied * scale * spec_.tick_s}));
    times.share.push_back(static_cast<double>(fifo.size()) * scale);
    times.bursts += static_cast<double>(fifo.size()) * scale;
    times.row_hits += static_cast<double>(outcome.counters.row_hits) * scale;
    times.activates += static_cast<double>(outcome.counters.commands[0]) * scale;
  }
  return times;
}

}  // namespace presil::memory
