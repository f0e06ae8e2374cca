// streamed_rows.cpp -- rows of a run cut into pieces, or several of them made one (streamed_memory.h).
#include <algorithm>

#include "models/memory/streamed_memory.h"

namespace presil::memory {

void StreamedMemory::take_row(std::uint64_t first, std::uint64_t bytes, bool write, std::uint64_t slot) {
  const std::uint64_t window = pieces_.window(), burst = pieces_.burst(), last = first + bytes;
  in_turn_ = !write && bytes <= kFelt * window;
  if (!in_turn_) forget_before();
  const bool aligned = bytes >= 2 * window, very_long = bytes >= kVeryLong * window;
  Lap lap;
  for (std::uint64_t from = first, to = 0; from < last; from = to) {
    if (very_long && from % window == 0) from = skip_laps(lap, from, last, slot);
    to = std::min(last, aligned ? (from / window + 1) * window : from / burst * burst + window);
    const std::uint64_t start = from / window * window;
    const bool whole = very_long || (start == from && to == from + window);
    take(whole ? pieces_.slice(start, start + window, write) : nearest(from, to, write), bursts(from, to),
         slot);
  }
}

bool StreamedMemory::short_even_rows(const Run& run) {
  if (run.rows == 1 || 2 * run.row_bytes > pieces_.window()) return false;
  const RunPieces::PlacedSlice first = nearest(run.base, run.base + run.row_bytes, false);
  return first.slice->even && first.slice->all == bursts(run.base, run.base + run.row_bytes);
}

void StreamedMemory::take_short_rows(const Run& run, bool write, std::uint64_t slot) {
  forget_before();
  RunPieces::Slice joint;
  std::uint32_t xored = 0;
  std::uint64_t asked = 0;
  for (std::uint64_t row = 0; row < run.rows; ++row) {
    const std::uint64_t from = run.base + row * run.stride, to = from + run.row_bytes;
    const RunPieces::PlacedSlice placed = nearest(from, to, write);
    if (asked == 0) xored = placed.row;
    pieces_.join(joint, placed, xored);
    asked += bursts(from, to);
    if (joint.chunk->bursts.size() < RunPieces::kBursts && row + 1 < run.rows) continue;
    pieces_.name(joint);
    take({&joint, xored}, asked, slot);
    forget_before();
    joint = {};
    asked = 0;
  }
}

std::uint64_t StreamedMemory::skip_laps(Lap& lap, std::uint64_t from, std::uint64_t last,
                                        std::uint64_t slot) {
  if (alike_ <= kPatience) return from;
  steps_.name(state_);
  if (!lap.begun) {
    lap = {true, from, busy_, counters_before_, state_.node, state_.frame};
    return from;
  }
  const std::uint64_t span = pieces_.span(), left = (last - from) / span;
  if (from != lap.from + span || left < 2) return from;
  lap.begun = false;
  if (state_.node != lap.node || state_.frame != lap.frame) return from;
  const std::uint64_t laps = left - 1;
  const Tick begin = state_.at, one = busy_ - lap.busy;
  state_.at = refreshed(begin, static_cast<Tick>(laps) * one);
  count_refreshes(begin);
  const DramCounters now = counters_before_;
  for (std::size_t i = 0; i < api::dram::kCommands; ++i)
    counters_before_.commands[i] += laps * (now.commands[i] - lap.counters.commands[i]);
  for (const auto count : {&DramCounters::reads, &DramCounters::writes, &DramCounters::row_hits,
                           &DramCounters::read_ticks, &DramCounters::data_ticks})
    counters_before_.*count += laps * (now.*count - lap.counters.*count);
  counters_before_.open_ticks += static_cast<Tick>(laps) * (now.open_ticks - lap.counters.open_ticks);
  pending_[slot].total += laps * (span / pieces_.burst());
  const std::uint64_t behind = from - pieces_.window();  // its rows are open
  move_rows(row_at(behind) ^ row_at(behind + laps * span));
  return from + laps * span;
}

void StreamedMemory::move_rows(std::uint32_t difference) {
  for (std::uint32_t& row : state_.rows) row ^= difference;
  for (std::uint32_t& row : rows_) row ^= difference;
  for (ChannelSteps::Met& met : before_) met.row ^= difference;
}

RunPieces::PlacedSlice StreamedMemory::nearest(std::uint64_t from, std::uint64_t to, bool write) {
  std::uint64_t length = pieces_.window();
  for (unsigned halved = 0; halved < halvings_ && 4 * (to - from) <= 3 * length; ++halved) length /= 2;
  const std::uint64_t grain = length / 4, span_end = (from / pieces_.span() + 1) * pieces_.span();
  const std::uint64_t near = std::min((from + grain / 2) / grain * grain, span_end - length);
  if (const auto placed = pieces_.slice(near, near + length, write); placed.slice->even) return placed;
  const std::uint64_t whole = from / length * length;
  return pieces_.slice(whole, whole + length, write);
}

}  // namespace presil::memory
