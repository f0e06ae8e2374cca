// banked_memory.cpp -- implementation of banked_memory.h.
#include "models/memory/banked_memory.h"

#include <algorithm>
#include <cmath>

namespace presil::memory {

using kernel::Callback;
using sc_core::sc_time;
using sc_core::sc_time_stamp;
using sc_core::SC_ZERO_TIME;

namespace {

Run run_of(const tlm::tlm_generic_payload& payload) {
  const auto* rows = payload.get_extension<api::RowRun>();
  if (rows == nullptr) return {payload.get_address(), 1, payload.get_data_length(), 0};
  return {payload.get_address(), rows->rows, rows->row_bytes, rows->stride};
}

std::uint64_t most_bursts(const Run& run, std::uint64_t burst) { return run.rows * ((run.row_bytes + burst - 1) / burst); }

}  // namespace

BankedMemory::BankedMemory(sc_core::sc_module_name name, const MemoryConfig& config, std::uint64_t stream)
    : ChannelMemory(name, config), streams_(config), stream_(stream), memory_(config), channels_(streams_.channels()) {
  const DramSpec& spec = streams_.spec();
  const double banks = static_cast<double>(spec.timing.rcd_read + spec.timing.cl) * spec.tick_s;
  extra_read_ = kernel::to_sc_time({std::max(0.0, config.read_latency.value - banks)});
  extra_write_ = kernel::to_sc_time(config.write_latency);
  refresh_interval_ = kernel::to_sc_time({static_cast<double>(spec.timing.refi) * spec.tick_s});
  reset();
}

void BankedMemory::reset() {
  ChannelMemory::reset();
  epoch_ = sc_time_stamp();
  bank_counters_ = {};
  for (Channel& channel : channels_) {
    channel.dram = make_channel(streams_.spec());
    channel.free_at = epoch_;
    channel.refresh_at = epoch_ + refresh_interval_;
    channel.run = 0;
    channel.now = 0;
  }
}

api::MemoryCounters BankedMemory::counters() const {
  api::MemoryCounters result = ChannelMemory::counters();
  result.row_hits = bank_counters_.row_hits;
  result.activates = bank_counters_.activates;
  for (const Channel& channel : channels_) {
    const DramCounters c = channel.dram->counters(channel.now);
    result.row_hits += static_cast<double>(c.row_hits);
    result.activates += static_cast<double>(c.commands[static_cast<std::size_t>(Command::activate)]);
  }
  const DramSpec& spec = streams_.spec();
  if (spec.policy.refresh != RefreshPolicy::none)
    result.refreshes = std::floor(kernel::to_seconds(sc_time_stamp() - epoch_).value / spec.tick_s / static_cast<double>(spec.timing.refi)) *
                       static_cast<double>(channels_.size()) * spec.geometry.pseudo_channels;
  return result;
}

Tick BankedMemory::tick_of(sc_time t) const {
  return t <= epoch_ ? 0 : static_cast<Tick>(std::floor(kernel::to_seconds(t - epoch_).value / streams_.spec().tick_s + 1e-6));
}

sc_time BankedMemory::time_of(Tick t) const {
  return epoch_ + kernel::to_sc_time({static_cast<double>(t) * streams_.spec().tick_s});
}

// --- transactions ---------------------------------------------------------------------------------------------

void BankedMemory::count(const Payload& payload, double bursts) {
  (payload.is_read() ? counters_.bytes_read : counters_.bytes_written) += payload.get_data_length();
  counters_.bytes_moved += bursts * memory_.burst.value;
  ++counters_.transactions;
}

void BankedMemory::start(Payload& payload, sc_time) { begin(payload, false); }

void BankedMemory::begin(Payload& payload, bool blocking) {
  if (free_slots_.empty()) {
    free_slots_.push_back(pending_.size());
    pending_.emplace_back();
  }
  const std::uint64_t slot = free_slots_.back();
  free_slots_.pop_back();
  pending_[slot] = {&payload, 0, sc_time_stamp(), false, blocking};
  const Run run = run_of(payload);
  if (most_bursts(run, static_cast<std::uint64_t>(memory_.burst.value)) >= stream_) start_long(pending_[slot], slot, run);
  else start_short(pending_[slot], slot, run);
}

void BankedMemory::start_long(Pending& pending, std::uint64_t slot, const Run& run) {
  const sc_time now = sc_time_stamp();
  const DramSpec& spec = streams_.spec();
  const bool write = pending.payload->is_write();
  const StreamTimes& times = streams_.of(run, write);
  sc_time longest;
  const sc_time burst = kernel::to_sc_time({static_cast<double>(spec.timing.burst) * spec.tick_s / spec.geometry.pseudo_channels});
  ++run_count_;
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    if (times.share[c] <= 0) continue;
    Channel& channel = channels_[c];
    sc_time from = std::max(channel.free_at, now);
    if (channel.unfinished > 0) {
      run_ahead(channel);
      collect(channel);  // so that nothing depends on whether a poll of this instant came first
      if (channel.unfinished > 0) from = std::max(from, time_of(channel.now) + static_cast<double>(channel.unfinished) * burst);
    }
    channel.free_at = with_refreshes(channel, from, times.busy[c], write);
    channel.run = run_count_;
    pending.last = std::max(pending.last, channel.free_at);
    longest = std::max(longest, times.busy[c]);
  }
  runs_.push_back({run, write, times.bursts, times.row_hits, times.activates, run_count_});
  if (runs_.size() > 1024) runs_.pop_front();
  count(*pending.payload, times.bursts);
  counters_.queue_wait_s += std::max(0.0, kernel::to_seconds(pending.last - now).value - kernel::to_seconds(longest).value);
  bank_counters_.row_hits += times.row_hits;
  bank_counters_.activates += times.activates;
  const sc_time latency = kernel::to_sc_time(write ? memory_.write_latency : memory_.read_latency);
  agenda_.at(pending.last + latency, Callback::of<&BankedMemory::finish_pending>(this, slot));
}

void BankedMemory::start_short(Pending& pending, std::uint64_t slot, const Run& run) {
  const Tick now = tick_of(sc_time_stamp());
  std::uint64_t bursts = 0;
  streams_.bursts(run, pending.payload->is_write(), [&](std::uint32_t c, Access access) {
    Channel& channel = channels_[c];
    hand_over(c);
    advance(channel, now);
    access.tag = slot;
    channel.fifo.push_back({access, now});
    ++channel.unfinished;
    ++bursts;
    schedule(c);
  });
  pending.bursts = bursts;
  count(*pending.payload, static_cast<double>(bursts));
}

void BankedMemory::finish_pending(std::uint64_t slot) {
  Pending& pending = pending_[slot];
  if (pending.blocking) {
    pending.finished = true;
    finished_.notify();
    return;
  }
  free_slots_.push_back(slot);
  complete(reinterpret_cast<std::uint64_t>(pending.payload));
}

// --- channels -------------------------------------------------------------------------------------------------

sc_time BankedMemory::with_refreshes(Channel& channel, sc_time from, sc_time busy, bool write) {
  const sc_time cost = streams_.refresh_cost(write).time;
  sc_time end = from + busy;
  if (streams_.spec().policy.refresh != RefreshPolicy::all_bank || end <= channel.refresh_at) return end;
  if (from > channel.refresh_at) {  // those that passed meanwhile; the last one may still be going on
    const auto passed = static_cast<std::uint64_t>((from - channel.refresh_at) / refresh_interval_);
    channel.refresh_at += static_cast<double>(passed) * refresh_interval_;
    if (channel.refresh_at + cost > from) end = channel.refresh_at + cost + busy;
    channel.refresh_at += refresh_interval_;
  }
  for (; channel.refresh_at < end; channel.refresh_at += refresh_interval_) {
    end += cost;
    bank_counters_.activates += streams_.refresh_cost(write).activates;
    bank_counters_.row_hits -= streams_.refresh_cost(write).activates;
  }
  return end;
}

void BankedMemory::hand_over(std::uint32_t c) {
  Channel& channel = channels_[c];
  if (channel.run == 0) return;
  const std::uint64_t number = channel.run;
  channel.run = 0;
  if (runs_.empty() || number < runs_.front().number) return;  // long ago
  const Long& last = runs_[number - runs_.front().number];
  const DramSpec& spec = streams_.spec();
  const bool lasts = channel.free_at > sc_time_stamp();
  const StreamTimes& times = streams_.of(last.run, last.write);
  const auto tail = streams_.tail(last.run, last.write, c, lasts ? spec.policy.read_queue : kClosing);
  const double share = static_cast<double>(tail.size()) / times.share[c];
  sc_time start = channel.free_at - share * times.busy[c];
  if (spec.policy.refresh == RefreshPolicy::all_bank)
    for (sc_time r = channel.refresh_at - refresh_interval_; r > start && r > epoch_; r -= refresh_interval_)
      start -= streams_.refresh_cost(last.write).time;
  const Tick from = std::max(channel.now, tick_of(start));
  if (channel.fifo.empty() && channel.dram->idle())
    channel.now = std::max(channel.now, std::max(channel.dram->pass_refreshes(from), channel.now));
  for (Access access : tail) {
    access.tag = kNobody;
    channel.fifo.push_back({access, from});
  }
  channel.unfinished += tail.size();
  // They have been counted with their run.
  bank_counters_.row_hits -= last.row_hits * static_cast<double>(tail.size()) / last.bursts;
  bank_counters_.activates -= last.activates * static_cast<double>(tail.size()) / last.bursts;
}

void BankedMemory::step(Channel& channel, Tick until) {
  DramChannel& dram = *channel.dram;
  const Tick t = channel.now;
  if (dram.wake() <= t) dram.step(t);
  bool refused = false;
  for (std::uint32_t i = 0; i < memory_.dram.controller.offers_per_tick && !channel.fifo.empty(); ++i) {
    if (channel.fifo.front().available > t) break;
    refused = !dram.accept(channel.fifo.front().access, t);
    if (refused) break;
    channel.fifo.pop_front();
  }
  Tick next = dram.wake();
  if (!channel.fifo.empty() && !refused) next = std::min(next, std::max(t + 1, channel.fifo.front().available));
  channel.now = std::max(t + 1, std::min(next, until));
}

void BankedMemory::advance(Channel& channel, Tick until) {
  if (channel.now > until) return;
  if (channel.fifo.empty() && channel.dram->idle())
    channel.now = std::max(channel.now, channel.dram->pass_refreshes(until));
  while (channel.now <= until) step(channel, until + 1);
}

void BankedMemory::run_ahead(Channel& channel) {
  advance(channel, tick_of(sc_time_stamp()));
  while (!channel.fifo.empty()) step(channel, kNever);
}

void BankedMemory::collect(Channel& channel) {
  for (const Done& done : channel.dram->done()) {
    --channel.unfinished;
    if (done.tag == kNobody) continue;
    Pending& pending = pending_[done.tag];
    pending.last = std::max(pending.last, time_of(done.at));
    if (--pending.bursts > 0) continue;
    agenda_.at(pending.last + (pending.payload->is_read() ? extra_read_ : extra_write_),
               Callback::of<&BankedMemory::finish_pending>(this, done.tag));
  }
  channel.dram->done().clear();
}

void BankedMemory::poll(std::uint64_t c) {
  Channel& channel = channels_[c];
  channel.scheduled = false;
  advance(channel, tick_of(sc_time_stamp()));
  collect(channel);
  schedule(c);
}

void BankedMemory::schedule(std::uint64_t c) {
  Channel& channel = channels_[c];
  if (channel.scheduled || channel.unfinished == 0) return;
  channel.scheduled = true;
  // Nothing can complete sooner than CL after the tick in which it may issue.
  const Tick first = channel.dram->idle() && !channel.fifo.empty() ? channel.fifo.front().available : tick_of(sc_time_stamp());
  agenda_.at(time_of(first + std::max<Tick>(1, streams_.spec().timing.cl)), Callback::of<&BankedMemory::poll>(this, c));
}

void BankedMemory::b_transport(Payload& payload, sc_time& delay) {
  if (delay != SC_ZERO_TIME) wait(delay);
  delay = SC_ZERO_TIME;
  payload.set_response_status(check(payload));
  if (!payload.is_response_ok()) return;
  while (!room()) wait(place_free_);
  ++held_;
  const std::uint64_t slot = free_slots_.empty() ? pending_.size() : free_slots_.back();
  begin(payload, true);
  while (!pending_[slot].finished) wait(finished_);
  free_slots_.push_back(slot);
  --held_;
  release_place();
}

}  // namespace presil::memory
