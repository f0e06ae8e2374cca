// channel_names.cpp -- a step's result in the names of the state before it, and what it makes of such a state
// (channel_steps.h).
#include <algorithm>

#include "models/memory/channel_steps.h"

namespace presil::memory {

void ChannelSteps::describe(Step& step, const ChannelState& before, const Chunk* chunk,
                            std::uint32_t row) const {
  const auto& first = nodes_[before.node].first_row;
  step.frame = image_.frame ^ before.frame;
  step.rows.reserve(image_.rows.size());
  for (std::uint32_t renumbered = 0; renumbered + 1 < image_.first_row.size(); ++renumbered)
    for (std::uint32_t r = image_.first_row[renumbered]; r < image_.first_row[renumbered + 1]; ++r) {
      const std::uint32_t bank = renumbered ^ step.frame;  // as the state before has it
      auto at = static_cast<std::uint32_t>(std::find(before.rows.begin() + first[bank],
                                                     before.rows.begin() + first[bank + 1], image_.rows[r]) -
                                           before.rows.begin());
      if (at == first[bank + 1]) {
        at = static_cast<std::uint32_t>(before.rows.size());
        for (std::size_t i = 0;
             (chunk->rows[i].bank ^ before.frame) != bank || (chunk->rows[i].row ^ row) != image_.rows[r];
             ++i)
          ++at;
      }
      step.rows.push_back(static_cast<std::uint16_t>(at));
    }
  for (const std::uint64_t tag : image_.tags)
    step.tags.push_back(static_cast<std::uint16_t>(place_of_tag(tag)));
  describe_columns(step, before, chunk, row);
}

/// Every write that waits waited before or is the chunk's: no two have the same place.
void ChannelSteps::describe_columns(Step& step, const ChannelState& before, const Chunk* chunk,
                                    std::uint32_t row) const {
  const Node& old = nodes_[before.node];
  std::size_t next = 0;  // of the chunk's bursts
  for (std::size_t w = 0; w < image_.writes.size(); ++w) {
    const std::uint32_t place = step.rows[image_.writes[w]];
    std::uint32_t from = 0;
    while (from < old.writes.size() &&
           (old.writes[from] != place || before.columns[from] != image_.columns[w]))
      ++from;
    if (from == old.writes.size()) {
      const auto renumbered =
          std::upper_bound(image_.first_row.begin(), image_.first_row.end(), image_.writes[w]) -
          image_.first_row.begin() - 1;
      const std::uint32_t bank = static_cast<std::uint32_t>(renumbered) ^ image_.frame;
      // The writes of a chunk mostly wait in their order.
      const std::size_t bursts = chunk->bursts.size();
      for (std::size_t tried = 0; tried < bursts; ++tried, next = next + 1 == bursts ? 0 : next + 1) {
        const Access& a = chunk->bursts[next];
        if (a.column == image_.columns[w] && a.bank == bank &&
            (chunk->rows[a.row].row ^ row) == image_.rows[image_.writes[w]])
          break;
      }
      from += static_cast<std::uint32_t>(next);
    }
    step.columns.push_back(static_cast<std::uint16_t>(from));
  }
}

void ChannelSteps::report(const Step& step, const ChannelState& state, std::uint64_t tag,
                          StepResult& result) const {
  for (const Finish& f : step.finished)
    result.finished.push_back(
        {f.tag < state.tags.size() ? state.tags[f.tag] : tag, f.count, state.at + f.last});
  add(result.counters, step.counters);
}

void ChannelSteps::apply(const Step& step, ChannelState& state, const Chunk* chunk, std::uint32_t row,
                         std::uint64_t tag, StepResult& result) {
  report(step, state, tag, result);
  next_rows_.resize(step.rows.size());
  for (std::size_t i = 0; i < step.rows.size(); ++i) {
    const std::uint32_t r = step.rows[i];
    next_rows_[i] = r < state.rows.size() ? state.rows[r] : chunk->rows[r - state.rows.size()].row ^ row;
  }
  next_columns_.resize(step.columns.size());
  for (std::size_t i = 0; i < step.columns.size(); ++i) {
    const std::uint32_t c = step.columns[i];
    next_columns_[i] =
        c < state.columns.size() ? state.columns[c] : chunk->bursts[c - state.columns.size()].column;
  }
  next_tags_.resize(step.tags.size());
  for (std::size_t i = 0; i < step.tags.size(); ++i)
    next_tags_[i] = step.tags[i] < state.tags.size() ? state.tags[step.tags[i]] : tag;
  state.rows.swap(next_rows_);
  state.columns.swap(next_columns_);
  state.tags.swap(next_tags_);
  state.frame ^= step.frame;
  state.node = step.node;
  state.at += step.duration;
  state.next_refresh += step.refreshes * refresh_interval_;
}

}  // namespace presil::memory
