// streamed_brief.cpp -- short requests between streams (streamed_memory.h).
#include <algorithm>

#include "models/memory/streamed_memory.h"

namespace presil::memory {

namespace {

/// What `sum` counts more than `part`.
void take_away(DramCounters& sum, const DramCounters& part) {
  const auto less = [](auto& a, auto b) { a -= std::min(a, b); };
  for (std::size_t i = 0; i < api::dram::kCommands; ++i) less(sum.commands[i], part.commands[i]);
  for (const auto count : {&DramCounters::reads, &DramCounters::writes, &DramCounters::row_hits,
                           &DramCounters::read_ticks, &DramCounters::data_ticks})
    less(sum.*count, part.*count);
  less(sum.open_ticks, part.open_ticks);
}

}  // namespace

bool StreamedMemory::brief(std::uint64_t slot, const Run& run, bool write) {
  const std::uint64_t from = run.base, to = run.base + run.row_bytes, window = pieces_.window();
  if (!briefs_.empty()) {
    for (const Brief& brief : briefs_)
      for (const std::uint32_t c : brief.channels) take_out(c, brief.state);
    briefs_.clear();
    return false;
  }
  if (!usable_ || !in_bursts_.empty() || run.rows != 1 || from / window != (to - 1) / window) return false;
  steps_.name(state_);
  const RunPieces::Placed placed = pieces_.piece(from, to, write);
  pending_[slot].bursts += placed.piece->bursts;
  pending_[slot].total += placed.piece->bursts;
  for (std::uint32_t c = 0; c < channels_.size(); ++c) {
    const Chunk* chunk = placed.piece->chunks[c].get();
    if (chunk == nullptr) continue;
    const Tick at = state_.at - lead(c);
    auto same = std::find_if(briefs_.begin(), briefs_.end(),
                             [&](const Brief& b) { return b.chunk == chunk && b.state.at == at; });
    if (same == briefs_.end()) {
      same = briefs_.insert(same, {state_, chunk, {}});
      same->state.at = at;
    }
    same->channels.push_back(c);
  }
  for (Brief& brief : briefs_) serve(brief, placed.row, slot);
  return true;
}

void StreamedMemory::serve(Brief& brief, std::uint32_t row, std::uint64_t slot) {
  ChannelState& state = brief.state;
  std::fill(state.tags.begin(), state.tags.end(), kNoTag);  // the one that stands for all answers these
  StepResult with, without;
  pass(state, now() + 1, with);
  without = with;
  steps_.drain(state, without);
  with.finished.clear();
  const Tick begin = state.at;
  steps_.take(state, *brief.chunk, row, slot, with, ChannelSteps::Behind::as_it_is);
  state.at = refreshed(begin, state.at - begin);
  answer_brief(brief, begin, with, slot);
  with.finished.clear();
  steps_.drain(state, with);
  answer_brief(brief, state.at, with, slot);
  take_away(with.counters, without.counters);
  add(counters_before_, with.counters, brief.channels.size());
}

void StreamedMemory::answer_brief(const Brief& brief, Tick begin, const StepResult& result,
                                  std::uint64_t slot) {
  for (const Finish& f : result.finished)
    if (f.tag == slot)
      completed(slot, std::uint64_t{f.count} * brief.channels.size(), refreshed(begin, f.last - begin));
}

void StreamedMemory::leave_stream(std::uint32_t c) {
  steps_.name(state_);
  ChannelState state = state_;
  state.at -= lead(c);
  std::fill(state.tags.begin(), state.tags.end(), kNoTag);
  take_out(c, std::move(state));
}

/// What waits is counted by the channel and by the one that stands for all.
void StreamedMemory::take_out(std::uint32_t c, ChannelState state) {
  StepResult waiting;
  steps_.drain(state, waiting);
  add(served_twice_, waiting.counters);
  std::fill(state.tags.begin(), state.tags.end(), kNoTag);
  state.next_refresh =
      refresh_interval_ == 0 ? kNever : (state.at / refresh_interval_ + 1) * refresh_interval_;
  Channel& channel = channels_[c];
  channel.bursts.move(state.at, steps_.restore(state, channel.bursts.dram()));
  channel.unfinished = channel.bursts.dram().unanswered();
  channel.state = kBursts;
  in_bursts_.push_back(c);
}

}  // namespace presil::memory
