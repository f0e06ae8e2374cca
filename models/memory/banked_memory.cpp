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
  return joined({payload.get_address(), rows->rows, rows->row_bytes, rows->stride});
}

}  // namespace

BankedMemory::BankedMemory(sc_core::sc_module_name name, const MemoryConfig& config)
    : ChannelMemory(name, config), pieces_(config), memory_(config) {
  const DramSpec& spec = pieces_.spec();
  const double banks = static_cast<double>(spec.timing.rcd_read + spec.timing.cl) * spec.tick_s;
  extra_read_ = kernel::to_sc_time({std::max(0.0, config.read_latency.value - banks)});
  extra_write_ = kernel::to_sc_time(config.write_latency);
  // Data comes CL after RD, a write is answered write_latency after it was taken: looking so often finds both in time.
  poll_interval_ = std::max<Tick>(1, std::min(spec.timing.cl, static_cast<Tick>(config.write_latency.value / spec.tick_s)));
  for (std::uint32_t c = 0; c < pieces_.channels(); ++c) channels_.push_back({{spec, config.dram.controller.offers_per_tick}, 0, kBursts, false});
  BankedMemory::reset();
}

void BankedMemory::reset() {
  ChannelMemory::reset();
  epoch_ = sc_time_stamp();
  counters_before_ = {};
  pending_.clear();  // what is held here was answered, but is still on its way in a stream
  free_slots_.clear();
  for (Channel& channel : channels_) {
    if (channel.state == kBursts) channel.bursts = {pieces_.spec(), memory_.dram.controller.offers_per_tick};
    channel.unfinished = 0;
    channel.state = kBursts;
  }
}

DramCounters BankedMemory::commands() const {
  DramCounters sum = counters_before_;
  for (Channel& channel : channels_) {
    if (channel.state != kBursts) continue;
    channel.bursts.advance(now());
    add(sum, channel.bursts.dram().counters(std::max(now(), channel.bursts.now())));
  }
  return sum;
}

api::MemoryCounters BankedMemory::counters() const {
  api::MemoryCounters result = ChannelMemory::counters();
  const DramCounters c = commands();
  const auto count = [&c](Command command) { return static_cast<double>(c.commands[static_cast<std::size_t>(command)]); };
  result.row_hits = static_cast<double>(c.row_hits);
  result.activates = count(Command::activate);
  result.refreshes = count(Command::refresh_all) + count(Command::refresh_bank);
  return result;
}

void BankedMemory::tell(const Payload& payload, sc_time accepted) {
  ChannelMemory::tell(payload, accepted);
  const sc_time begin = std::max(accepted, told_), end = sc_time_stamp();
  const double peak_s = payload.get_data_length() / peak_bytes_per_s();
  told_ = std::max(end, begin);
  // All channels together are at work for no longer than their pins need.
  const double share = begin < end ? std::min(1.0, peak_s / kernel::to_seconds(end - begin).value) : 1;
  channels_busy_.work(begin, begin + (told_ - begin) * share, payload.get_data_length());
}

void BankedMemory::attach(kernel::Trace* trace) {
  ChannelMemory::attach(trace);
  channels_busy_ = kernel::Probe(trace, {kernel::Resource::memory, "memory", "channels"});
  told_ = sc_time_stamp();
}

Tick BankedMemory::tick_of(sc_time t) const {
  return t <= epoch_ ? 0 : static_cast<Tick>(std::floor(kernel::to_seconds(t - epoch_).value / pieces_.spec().tick_s + 1e-4));
}

sc_time BankedMemory::time_of(Tick t) const {
  return epoch_ + kernel::to_sc_time({static_cast<double>(t) * pieces_.spec().tick_s});
}

// --- transactions ---------------------------------------------------------------------------------------------

void BankedMemory::start(Payload& payload, sc_time) { begin(payload, false); }

std::uint64_t BankedMemory::begin(Payload& payload, bool blocking) {
  if (free_slots_.empty()) {
    free_slots_.push_back(pending_.size());
    pending_.emplace_back();
  }
  const std::uint64_t slot = free_slots_.back();
  free_slots_.pop_back();
  pending_[slot] = {.payload = &payload, .bursts = 1, .blocking = blocking};  // one more, until all are there
  const Run run = run_of(payload);
  (payload.is_read() ? counters_.bytes_read : counters_.bytes_written) += payload.get_data_length();
  ++counters_.transactions;
  const bool rows = long_rows(run), write = payload.is_write();
  if (rows && !stream(slot, run, write)) start_chunks(slot, run, write);
  if (!rows && !brief(slot, run, write)) start_bursts(slot, run, write);
  counters_.bytes_moved += static_cast<double>(pending_[slot].total) * memory_.burst.value;
  completed(slot, 1, 0);
  return slot;
}

void BankedMemory::completed(std::uint64_t slot, std::uint64_t bursts, Tick last) {
  Pending& pending = pending_[slot];
  pending.last = std::max(pending.last, last);
  pending.bursts -= bursts;
  if (pending.bursts > 0) return;
  if (!pending.answered) answer(slot, pending.last);
  else if (pending.finished && !pending.blocking) free_slots_.push_back(slot);
}

void BankedMemory::answer(std::uint64_t slot, Tick last) {
  pending_[slot].answered = true;
  agenda_.at(time_of(last) + (pending_[slot].payload->is_read() ? extra_read_ : extra_write_),
             Callback::of<&BankedMemory::finish_pending>(this, slot));
}

void BankedMemory::finish_pending(std::uint64_t slot) {
  Pending& pending = pending_[slot];
  pending.finished = true;
  if (pending.blocking) {
    finished_.notify();
    return;
  }
  Payload* payload = pending.payload;
  if (pending.bursts == 0) free_slots_.push_back(slot);
  complete(reinterpret_cast<std::uint64_t>(payload));
}

void BankedMemory::b_transport(Payload& payload, sc_time& delay) {
  if (delay != SC_ZERO_TIME) wait(delay);
  delay = SC_ZERO_TIME;
  payload.set_response_status(check(payload));
  if (!payload.is_response_ok()) return;
  while (!room()) wait(place_free_);
  ++held_;
  const std::uint64_t slot = begin(payload, true);
  while (!pending_[slot].finished) wait(finished_);
  pending_[slot].blocking = false;
  if (pending_[slot].bursts == 0) free_slots_.push_back(slot);
  --held_;
  release_place();
}

// --- bursts ---------------------------------------------------------------------------------------------------

void BankedMemory::start_bursts(std::uint64_t slot, const Run& run, bool write) {
  const std::uint64_t burst = pieces_.burst();
  const Tick arrival = now();
  for (std::uint64_t row = 0; row < run.rows; ++row) {
    const std::uint64_t from = run.base + row * run.stride;
    for (std::uint64_t at = from / burst * burst; at < from + run.row_bytes; at += burst) {
      auto [c, access] = pieces_.locate(at, write);
      Channel& channel = channels_[c];
      if (channel.state != kBursts) leave_stream(c);
      channel.bursts.advance(arrival);
      access.tag = slot;
      channel.bursts.push(access, arrival + 1);
      ++channel.unfinished;
      ++pending_[slot].bursts;
      ++pending_[slot].total;
      schedule(c);
    }
  }
}

void BankedMemory::start_chunks(std::uint64_t slot, const Run& run, bool write) {
  const Tick arrival = now();
  pieces_.pieces(run, [&](std::uint64_t from, std::uint64_t to) {
    const RunPieces::Placed placed = pieces_.piece(from, to, write);
    pending_[slot].bursts += placed.piece->bursts;
    pending_[slot].total += placed.piece->bursts;
    for (std::uint32_t c = 0; c < channels_.size(); ++c) {
      const auto& chunk = placed.piece->chunks[c];
      if (chunk == nullptr) continue;
      if (channels_[c].state != kBursts) leave_stream(c);
      channels_[c].bursts.advance(arrival);
      channels_[c].bursts.push(chunk, placed.row, slot, arrival + 1);
      channels_[c].unfinished += chunk->bursts.size();
      schedule(c);
    }
  });
}

void BankedMemory::collect(Channel& channel) {
  std::vector<Done>& done = channel.bursts.dram().done();
  bool streamed = false;
  for (const Done& d : done) {
    --channel.unfinished;
    if (d.tag == kNoTag) continue;
    streamed |= pending_[d.tag].streamed;
    completed(d.tag, 1, d.at);
  }
  done.clear();
  if (streamed) streamed_completed();
}

void BankedMemory::poll(std::uint64_t c) {
  Channel& channel = channels_[c];
  channel.scheduled = false;
  if (channel.state != kBursts) return;
  channel.bursts.advance(now());
  collect(channel);
  schedule(c);
}

void BankedMemory::schedule(std::uint64_t c) {
  Channel& channel = channels_[c];
  if (channel.scheduled || channel.unfinished == 0) return;
  channel.scheduled = true;
  const BurstChannel& bursts = channel.bursts;
  Tick from = now();
  if (bursts.now() > from) from = bursts.now();  // it ran ahead
  if (bursts.dram().idle()) from = std::max(from, bursts.available());
  agenda_.at(time_of(from + poll_interval_), Callback::of<&BankedMemory::poll>(this, c));
}

}  // namespace presil::memory
