// streamed_memory.cpp -- implementation of streamed_memory.h.
#include "models/memory/streamed_memory.h"

#include <algorithm>

namespace presil::memory {

using kernel::Callback;

namespace {

DramSpec without_refresh(DramSpec spec) {
  spec.policy.refresh = RefreshPolicy::none;
  return spec;
}

/// 0: none.
Tick interval(const DramSpec& spec) {
  if (spec.policy.refresh == RefreshPolicy::none) return 0;
  return spec.policy.refresh == RefreshPolicy::all_bank ? spec.timing.refi
                                                        : bank_refresh_interval(spec.timing, spec.geometry);
}

/// x times a / b, rounded.
std::uint64_t share(std::uint64_t x, std::uint64_t a, std::uint64_t b) { return (x * a + b / 2) / b; }

void add_share(DramCounters& sum, const DramCounters& c, std::uint64_t a, std::uint64_t b) {
  DramCounters part = c;
  for (auto& commands : part.commands) commands = share(commands, a, b);
  for (auto* count : {&part.reads, &part.writes, &part.row_hits, &part.read_ticks, &part.data_ticks})
    *count = share(*count, a, b);
  part.open_ticks = static_cast<Tick>(share(static_cast<std::uint64_t>(part.open_ticks), a, b));
  add(sum, part);
}

}  // namespace

StreamedMemory::StreamedMemory(sc_core::sc_module_name name, const MemoryConfig& config)
    : BankedMemory(name, config),
      by_bank_(pieces_.spec().policy.refresh == RefreshPolicy::per_bank),
      refresh_interval_(interval(pieces_.spec())),
      steps_(without_refresh(pieces_.spec()), config.dram.controller.offers_per_tick),
      usable_((by_bank_ ? steps_.usable() : channels_.front().bursts.dram().has_image()) &&
              pieces_.slice(0, pieces_.window(), false).slice->even) {
  const std::uint64_t window = pieces_.window();
  while (usable_ && window >> halvings_ > kStream * pieces_.burst() * channels_.size() &&
         pieces_.slice(0, window >> (halvings_ + 1), false).slice->even)
    ++halvings_;
  if (usable_) first_ = steps_.save(channels_.front().bursts.dram(), 0, 0);
  first_.next_refresh = kNever;
  StreamedMemory::reset();
}

void StreamedMemory::reset() {
  BankedMemory::reset();
  forget_before();
  in_turn_ = false;
  in_bursts_.clear();
  briefs_.clear();
  leads_.clear();
  state_ = first_;
  rows_.assign(pieces_.spec().geometry.all_banks(), kNoRow);
  reopened_ = 0;
  busy_ = 0;
  served_twice_ = {};
  watching_ = kNever;
  if (!usable_) return;
  for (Channel& channel : channels_) channel.state = kStreams;
}

DramCounters StreamedMemory::commands() const {
  DramCounters sum = BankedMemory::commands();
  if (!usable_) return sum;
  steps_.name(state_);
  ChannelState state = state_;
  StepResult result;
  pass(state, now(), result);
  add(sum, result.counters, channels_.size());
  for (std::size_t i = 0; i < api::dram::kCommands; ++i)
    sum.commands[i] -= std::min(sum.commands[i], served_twice_.commands[i]);
  for (const auto count :
       {&DramCounters::reads, &DramCounters::writes, &DramCounters::row_hits, &DramCounters::data_ticks})
    sum.*count -= std::min(sum.*count, served_twice_.*count);
  if (refresh_interval_ == 0) return sum;
  const auto refreshes = static_cast<std::uint64_t>(now() / refresh_interval_) * channels_.size();
  sum.commands[static_cast<std::size_t>(by_bank_ ? Command::refresh_bank : Command::refresh_all)] =
      refreshes * pieces_.spec().geometry.pseudo_channels;
  sum.commands[static_cast<std::size_t>(Command::activate)] +=
      static_cast<std::uint64_t>(reopened_ * static_cast<double>(channels_.size()));
  return sum;
}

// --- refresh ---------------------------------------------------------------------------------------------

const RefreshCost& StreamedMemory::refresh() const {
  auto& cost = refresh_cost_[in_turn_ ? 1 : 0];
  if (cost) return *cost;
  const std::uint64_t count = by_bank_ ? 96 : 48;  // of single banks: some rounds of them
  RunPieces pieces(memory_);
  const std::uint64_t window = pieces.window();
  // The other one of two reads in turn begins a few windows behind another place of the same kind.
  const std::uint64_t other = kVeryLong * pieces.span() + 5 * window;
  std::vector<std::pair<std::shared_ptr<const Chunk>, std::uint32_t>> windows;
  for (std::uint64_t w = 0; w < count; ++w) {
    const std::uint64_t from = in_turn_ ? w / 2 * window + w % 2 * other : w * window;
    const RunPieces::PlacedSlice placed = pieces.slice(from, from + window, false);
    windows.emplace_back(placed.slice->chunk, placed.row);
  }
  return cost.emplace(refresh_cost(pieces.spec(), memory_.dram.controller.offers_per_tick, windows));
}

Tick StreamedMemory::refreshed(Tick start, Tick busy) const {
  Tick end = start + busy;
  if (refresh_interval_ == 0 || busy == 0) return end;
  if (by_bank_) {
    const Tick wanted = left(start) + busy;
    while (left(end) < wanted) end += wanted - left(end);
    return end;
  }
  const auto each = static_cast<Tick>(refresh().ticks);
  for (Tick next = (start / refresh_interval_ + 1) * refresh_interval_; next < end; next += refresh_interval_) end += each;
  return end;
}

Tick StreamedMemory::left(Tick t) const {
  const Tick edge = pieces_.spec().timing.edge;
  const double share = std::min(0.9, refresh().ticks / static_cast<double>(refresh_interval_));
  return t - edge * static_cast<Tick>(share * static_cast<double>(t) / static_cast<double>(edge));
}

void StreamedMemory::count_refreshes(Tick begin) {
  if (refresh_interval_ == 0) return;
  const Tick met = state_.at / refresh_interval_ - begin / refresh_interval_;
  if (met > 0) reopened_ += static_cast<double>(met) * refresh().activates;
}

/// Refreshes of single banks take nothing from what waits; in tREFI they close every row.
void StreamedMemory::pass_by_bank(ChannelState& state, Tick to, StepResult& result) const {
  const Tick from = state.at;
  steps_.pass(state, to, result);
  if (to - from < pieces_.spec().timing.refi || !steps_.quiet(state)) return;
  const Tick at = state.at;
  state = first_;
  state.at = at;
}

void StreamedMemory::pass(ChannelState& state, Tick to, StepResult& result) const {
  if (by_bank_) return pass_by_bank(state, to, result);
  while (state.at < to) {
    const Tick due = refresh_interval_ == 0 ? kNever : (state.at / refresh_interval_ + 1) * refresh_interval_;
    steps_.pass(state, std::min(due, to), result);
    if (due > to) return;
    if (!steps_.quiet(state)) {
      state.at += static_cast<Tick>(refresh().ticks);
      continue;
    }
    const Tick last = to / refresh_interval_ * refresh_interval_;
    const bool closes = last == due && steps_.open(state);
    state = first_;
    state.at = std::max(to, last + pieces_.spec().timing.rfc + (closes ? pieces_.spec().timing.rp : 0));
  }
}

// --- streams ---------------------------------------------------------------------------------------------

bool StreamedMemory::stream(std::uint64_t slot, const Run& run, bool write) {
  if (!usable_) return false;
  const Tick arrival = now();
  most_lead_ = std::min(most_lead_, std::max<Tick>(0, state_.at - arrival - 1));
  result_.finished.clear();
  result_.counters = {};
  const Tick before = state_.at;
  if (before <= arrival || !briefs_.empty() || !in_bursts_.empty()) forget_before();
  pass(state_, arrival + 1, result_);
  if (by_bank_ && state_.at - before < pieces_.spec().timing.refi) count_refreshes(before);
  add(counters_before_, result_.counters, channels_.size());
  report(before, 0, 0);
  if (steps_.quiet(state_) && !steps_.open(state_)) std::fill(rows_.begin(), rows_.end(), kNoRow);
  return_to_streams();
  counters_.queue_wait_s += static_cast<double>(state_.at - arrival - 1) * pieces_.spec().tick_s;
  if (short_even_rows(run))
    take_short_rows(run, write, slot);
  else
    for (std::uint64_t row = 0; row < run.rows; ++row)
      take_row(run.base + row * run.stride, run.row_bytes, write, slot);
  if (steps_.size() > kMostStates) {
    steps_.name(state_);
    steps_.forget({&first_, &state_});
  }
  if (!state_.tags.empty()) watch_at(state_.at);
  return true;
}

void StreamedMemory::take(const RunPieces::PlacedSlice& placed, std::uint64_t bursts, std::uint64_t slot) {
  const RunPieces::Slice& slice = *placed.slice;
  pending_[slot].total += bursts;
  pending_[slot].bursts += slice.chunk->bursts.size();
  result_.finished.clear();
  result_.counters = {};
  const Tick begin = state_.at;
  const bool filled = will_be_filled(*slice.chunk);
  steps_.take(state_, *slice.chunk, placed.row, slot, result_,
              filled ? ChannelSteps::Behind::to_be_filled : ChannelSteps::Behind::unnamed);
  const Tick whole = state_.at - begin;
  const auto all = static_cast<Tick>(slice.all), asked = static_cast<Tick>(bursts);
  const Tick own = asked == all ? whole : (whole * asked + all - 1) / all;
  busy_ += own;
  state_.at = refreshed(begin, own);
  count_refreshes(begin);
  if (asked == all)
    add(counters_before_, result_.counters, channels_.size());
  else
    add_share(counters_before_, result_.counters, bursts * channels_.size(), slice.all);
  report(begin, whole, own);
  follow(placed, slot);
}

bool StreamedMemory::fills(const Chunk& chunk) const {
  const ControllerPolicy& policy = pieces_.spec().policy;
  return chunk.bursts.size() >= (chunk.write ? policy.write_queue : policy.read_queue);
}

bool StreamedMemory::will_be_filled(const Chunk& chunk) const {
  if (!fills(chunk) || before_.empty() || before_.back().chunk->write != chunk.write) return false;
  return alike_ >= (chunk.write || steps_.waiting_writes(state_) > 0 ? kPatience : felt());
}

void StreamedMemory::follow(const RunPieces::PlacedSlice& placed, std::uint64_t slot) {
  found_ = rows_;
  ChannelSteps::Met met = meet(placed);
  const bool is_full = fills(*met.chunk);
  if (!is_full || before_.empty() || before_.back().chunk->write != met.chunk->write) forget_before();
  if (!is_full) return;
  if (alike_ >= (result_.waiting_writes > 0 ? kPatience : felt())) fill(met, slot);
  while (before_.size() >= felt()) before_.pop_front();  // fewer are felt when short rows follow long ones
  before_.push_back(std::move(met));
  ++alike_;
}

ChannelSteps::Met StreamedMemory::meet(const RunPieces::PlacedSlice& placed) {
  ChannelSteps::Met met{placed.slice->chunk, placed.row, 0};
  for (std::size_t r = 0; r < met.chunk->rows.size(); ++r) {
    const std::uint32_t row = met.chunk->rows[r].row ^ placed.row;
    std::uint32_t& open = rows_[met.chunk->rows[r].bank];
    if (open == row && r < 64) met.open |= std::uint64_t{1} << r;
    open = row;
  }
  return met;
}

/// Writes that reads without end keep waiting: they cost their data and two turnarounds, whenever their turn
/// comes.
void StreamedMemory::write_waiting() {
  const std::uint64_t waiting = result_.waiting_writes;
  const DramTiming& t = pieces_.spec().timing;
  const std::uint32_t parts = pieces_.spec().geometry.pseudo_channels;
  const auto data = static_cast<Tick>(waiting) * std::max(t.burst, t.ccd_s) / parts;
  const Tick turns = t.cl + t.cwl + 2 * t.burst + t.wtr_l, edge = t.edge;
  state_.at = refreshed(state_.at, (data + turns + edge - 1) / edge * edge);
  DramCounters written;
  written.commands[static_cast<std::size_t>(Command::write)] = waiting;
  written.data_ticks = waiting * static_cast<std::uint64_t>(t.burst);
  add(counters_before_, written, channels_.size());
}

void StreamedMemory::fill(const ChannelSteps::Met& piece, std::uint64_t slot) {
  if (!piece.chunk->write && result_.waiting_writes > 0) write_waiting();
  std::uint64_t& own = pending_[slot].bursts;
  for (const Finish& waiting : result_.waiting)
    if (waiting.tag == slot)
      own -= waiting.count;
    else if (waiting.tag != kNoTag)
      completed(waiting.tag, waiting.count, state_.at);
  steps_.fill(state_, {piece, before_, slot, kNoTag}, found_);
  own += steps_.unanswered(state_, slot);
}

/// Completions of a step from `begin` on, of which `own` ticks were taken of `whole`.
void StreamedMemory::report(Tick begin, Tick whole, Tick own) {
  for (const Finish& f : result_.finished) {
    if (f.tag == kNoTag) continue;
    const Tick after = f.last - begin;
    completed(f.tag, f.count, refreshed(begin, after > whole ? after - whole + own : std::min(after, own)));
  }
}

// --- the end of a stream ---------------------------------------------------------------------------------

void StreamedMemory::answer_waiting() {
  steps_.name(state_);
  result_.finished.clear();
  steps_.drain(state_, result_);
  report(state_.at, 0, 0);
  std::fill(state_.tags.begin(), state_.tags.end(), kNoTag);
}

void StreamedMemory::watch_at(Tick t) {
  if (t >= watching_) return;
  watching_ = t;
  agenda_.at(time_of(t), Callback::of<&StreamedMemory::watch>(this, static_cast<std::uint64_t>(t)));
}

void StreamedMemory::watch(std::uint64_t at) {
  if (static_cast<Tick>(at) != watching_) return;
  watching_ = kNever;
  if (state_.tags.empty()) return;
  if (state_.at > now())
    watch_at(state_.at);
  else
    answer_waiting();
}

// --- back to streams -------------------------------------------------------------------------------------

void StreamedMemory::return_to_streams() {
  if (in_bursts_.empty() && briefs_.empty()) return;
  std::vector<Tick> at(channels_.size());
  for (std::uint32_t c = 0; c < at.size(); ++c) at[c] = state_.at - lead(c);
  for (const Brief& brief : briefs_)
    for (const std::uint32_t c : brief.channels) at[c] = brief.state.at;
  briefs_.clear();
  for (const std::uint32_t c : in_bursts_) {
    Channel& channel = channels_[c];
    channel.bursts.advance(now());
    channel.bursts.run_ahead();
    at[c] = channel.bursts.now();
    channel.bursts.finish();
    collect(channel);
    add(counters_before_, channel.bursts.dram().counters(channel.bursts.now()));
    channel.unfinished = 0;
    channel.state = kStreams;
  }
  in_bursts_.clear();
  const Tick last = *std::max_element(at.begin(), at.end());
  if (last > state_.at) {
    answer_waiting();
    state_.at = last;
  }
  leads_.resize(at.size());
  for (std::uint32_t c = 0; c < at.size(); ++c) leads_[c] = state_.at - at[c];
  most_lead_ = kNever;
}

}  // namespace presil::memory
