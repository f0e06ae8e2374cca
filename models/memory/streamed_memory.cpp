// streamed_memory.cpp -- implementation of streamed_memory.h.
#include "models/memory/streamed_memory.h"

#include <algorithm>

namespace presil::memory {

StreamedMemory::StreamedMemory(sc_core::sc_module_name name, const MemoryConfig& config)
    : BankedMemory(name, config),
      usable_(channels_.front().bursts.dram().has_image() &&
              pieces_.slice(0, pieces_.window(), false).slice->even),
      refresh_interval_(pieces_.spec().policy.refresh == RefreshPolicy::none ? 0
                                                                             : pieces_.spec().timing.refi),
      times_(pieces_.spec(), config.dram.controller.offers_per_tick),
      taken_(channels_.size()),
      done_(channels_.size()) {
  const std::uint64_t window = pieces_.window();
  while (usable_ && window >> halvings_ > kStream * pieces_.burst() * channels_.size() &&
         pieces_.slice(0, window >> (halvings_ + 1), false).slice->even)
    ++halvings_;
  StreamedMemory::reset();
}

void StreamedMemory::reset() {
  BankedMemory::reset();
  in_bursts_.clear();
  before_.clear();
  rest_ = served_twice_ = {};
  last_done_ = last_taken_ = 0;
  std::fill(taken_.begin(), taken_.end(), 0);
  std::fill(done_.begin(), done_.end(), 0);
  rows_.assign(pieces_.spec().geometry.all_banks(), DramChannel::kClosed);
  if (!usable_) return;
  for (Channel& channel : channels_) channel.state = kStreams;
}

DramCounters StreamedMemory::commands() const {
  DramCounters sum = BankedMemory::commands();
  add(sum, rest_);
  for (std::size_t i = 0; i < api::dram::kCommands; ++i)
    sum.commands[i] -= std::min(sum.commands[i], served_twice_.commands[i]);
  sum.reads -= served_twice_.reads;
  sum.writes -= served_twice_.writes;
  sum.row_hits -= std::min(sum.row_hits, served_twice_.row_hits);
  sum.data_ticks -= served_twice_.data_ticks;
  if (usable_ && refresh_interval_ > 0)
    sum.commands[static_cast<std::size_t>(Command::refresh_all)] =
        static_cast<std::uint64_t>(now() / refresh_interval_) * pieces_.spec().geometry.pseudo_channels *
        channels_.size();
  return sum;
}

// --- refresh ---------------------------------------------------------------------------------------------

Tick StreamedMemory::refresh_cost() {
  if (refresh_cost_) return *refresh_cost_;
  constexpr std::uint64_t kWindows = 24;
  std::vector<PlacedChunk> windows;
  for (std::uint64_t w = 0; w < kWindows; ++w) {
    const RunPieces::PlacedSlice placed =
        pieces_.slice(w * pieces_.window(), (w + 1) * pieces_.window(), false);
    windows.push_back({placed.slice->chunk, placed.row});
  }
  refresh_cost_ = times_.refresh_cost(windows);
  return *refresh_cost_;
}

Tick StreamedMemory::refreshed(Tick start, Tick busy) {
  Tick end = start + busy;
  if (refresh_interval_ == 0) return end;
  for (Tick next = (start / refresh_interval_ + 1) * refresh_interval_; next < end; next += refresh_interval_)
    end += refresh_cost();
  return end;
}

Tick StreamedMemory::awake(Tick t) const {
  if (refresh_interval_ == 0 || t < refresh_interval_) return t;
  const DramTiming& timing = pieces_.spec().timing;
  return std::max(t,
                  t / refresh_interval_ * refresh_interval_ + timing.rfc + (before_.empty() ? 0 : timing.rp));
}

// --- streams ---------------------------------------------------------------------------------------------

bool StreamedMemory::stream(std::uint64_t slot, const Run& run, bool write) {
  if (!usable_) return false;
  const Tick arrival = now();
  return_to_streams();
  counters_.queue_wait_s +=
      static_cast<double>(std::max<Tick>(0, last_taken_ - arrival)) * pieces_.spec().tick_s;
  Pending& pending = pending_[slot];
  const std::uint64_t window = pieces_.window(), burst = pieces_.burst();
  for (std::uint64_t row = 0; row < run.rows; ++row) {
    const std::uint64_t first = run.base + row * run.stride, last = first + run.row_bytes;
    const bool aligned = run.row_bytes >= 2 * window;
    for (std::uint64_t from = first, to = 0; from < last; from = to) {
      to = std::min(last, aligned ? (from / window + 1) * window : from / burst * burst + window);
      const std::uint64_t bursts = (to + burst - 1) / burst - from / burst;
      pending.total += bursts;
      const std::uint64_t start = from / window * window;
      pending.last = std::max(
          pending.last, take(aligned ? pieces_.slice(start, start + window, write) : nearest(from, to, write),
                             bursts, arrival));
    }
  }
  return true;
}

RunPieces::PlacedSlice StreamedMemory::nearest(std::uint64_t from, std::uint64_t to, bool write) {
  std::uint64_t length = pieces_.window();
  for (unsigned halved = 0; halved < halvings_ && 4 * (to - from) <= 3 * length; ++halved) length /= 2;
  const std::uint64_t grain = length / 16, span_end = (from / pieces_.span() + 1) * pieces_.span();
  const std::uint64_t near = std::min((from + grain / 2) / grain * grain, span_end - length);
  if (const auto placed = pieces_.slice(near, near + length, write); placed.slice->even) return placed;
  const std::uint64_t whole = from / length * length;
  return pieces_.slice(whole, whole + length, write);
}

void StreamedMemory::forget() {
  before_.clear();
  add(counters_before_, rest_);
  rest_ = {};
}

void StreamedMemory::meet(const std::shared_ptr<const Chunk>& chunk, std::uint32_t row, Tick arrival) {
  if (refreshed_since(last_done_, arrival)) std::fill(rows_.begin(), rows_.end(), DramChannel::kClosed);
  if (last_done_ <= arrival) forget();
  piece_ = {chunk, row};
  for (std::size_t i = 0; i < chunk->rows.size(); ++i) {
    const Chunk::Row& r = chunk->rows[i];
    std::uint32_t& open = rows_[r.bank];
    if (open == (r.row ^ row))
      piece_.same |= std::uint64_t{1} << i;
    else if (open != DramChannel::kClosed)
      piece_.other |= std::uint64_t{1} << i;
    open = r.row ^ row;
  }
  at_rest_.reset();
  if (!before_.empty()) behind_ = times_.cost(before_, piece_);
}

void StreamedMemory::remember() {
  if (before_.size() == kFelt) before_.pop_front();
  before_.push_back(std::move(piece_));
}

void StreamedMemory::advance(Tick& taken, Tick& done, Tick own, Tick whole, Tick first) {
  const auto part = [own, whole](Tick ticks) {
    return own == whole ? ticks : (ticks * own + whole - 1) / whole;
  };
  const Tick waiting = before_.empty() ? 0 : refreshed(taken, part(behind_.taken));
  // A channel at rest takes offers_per_tick bursts a tick, as far as its queue reaches: what it really takes
  // is only of interest where it is not busy for longer anyhow.
  const bool busy = waiting > first + static_cast<Tick>(piece_.chunk->bursts.size());
  const Tick free = busy ? 0 : refreshed(first, part(at_rest().taken));
  taken = std::max(free, waiting);
  done = refreshed(taken, waiting > free ? behind_.rest : at_rest().rest);
}

const PieceCost& StreamedMemory::at_rest() {
  static const std::deque<PlacedChunk> kNothing;
  if (!at_rest_) at_rest_ = times_.cost(kNothing, piece_);
  return *at_rest_;
}

Tick StreamedMemory::take(const RunPieces::PlacedSlice& placed, std::uint64_t bursts, Tick arrival) {
  const RunPieces::Slice& slice = *placed.slice;
  meet(slice.chunk, placed.row, arrival);
  const Tick first = awake(arrival);
  Tick before = -1, taken = 0, done = 0, last = 0;
  for (std::size_t c = 0; c < taken_.size(); ++c) {
    if (taken_[c] != before) {
      before = taken = taken_[c];
      advance(taken, done, static_cast<Tick>(bursts), static_cast<Tick>(slice.all), first);
      last_taken_ = std::max(last_taken_, taken);
      last_done_ = std::max(last_done_, done);
      last = std::max(last, piece_.chunk->write ? taken : done);
    }
    taken_[c] = taken;
    done_[c] = done;
  }
  const PieceCost& cost = before_.empty() ? at_rest() : behind_;
  add(counters_before_, cost.counters, channels_.size());
  rest_ = {};
  add(rest_, cost.rest_counters, channels_.size());
  remember();
  return last;
}

// --- short requests between them -------------------------------------------------------------------------

void StreamedMemory::leave_stream(std::uint32_t c) {
  Channel& channel = channels_[c];
  DramChannel& dram = channel.bursts.dram();
  const Tick present = now();
  channel.state = kBursts;
  channel.unfinished = 0;
  in_bursts_.push_back(c);
  const bool felt = !refreshed_since(done_[c], present);
  if (before_.empty() || done_[c] <= present) {
    dram.settle(present, felt ? rows_ : std::vector<std::uint32_t>(rows_.size(), DramChannel::kClosed));
    channel.bursts.move(present, 0);
    return;
  }
  static const std::deque<PlacedChunk> kNothing;
  const PlacedChunk& last = before_.back();
  const PieceCost& alone = times_.cost(kNothing, last);
  const Tick begin = std::max<Tick>(0, done_[c] - alone.taken - alone.rest);
  dram.settle(begin, times_.rows_before(kNothing, last));
  channel.bursts.move(begin, 0);
  channel.bursts.push(last.chunk, last.row, kNoTag, begin + 1);
  channel.unfinished = last.chunk->bursts.size();
  add(served_twice_, alone.counters);
  add(served_twice_, alone.rest_counters);
}

void StreamedMemory::return_to_streams() {
  for (const std::uint32_t c : in_bursts_) {
    Channel& channel = channels_[c];
    channel.bursts.advance(now());
    channel.bursts.run_ahead();
    taken_[c] = std::max(taken_[c], channel.bursts.now());
    channel.bursts.finish();
    for (const Done& done : channel.bursts.dram().done()) done_[c] = std::max(done_[c], done.at);
    last_taken_ = std::max(last_taken_, taken_[c]);
    last_done_ = std::max(last_done_, done_[c]);
    collect(channel);
    add(counters_before_, channel.bursts.dram().counters(channel.bursts.now()));
    channel.unfinished = 0;
    channel.state = kStreams;
  }
  in_bursts_.clear();
}

}  // namespace presil::memory
