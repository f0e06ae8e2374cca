// channel_unnamed.cpp -- states that stay in the scratch channel, unnamed (channel_steps.h).
#include <algorithm>

#include "models/memory/channel_steps.h"

namespace presil::memory {

void ChannelSteps::begin_unnamed(ChannelState& state) {
  live_used_ = take_up(state);
  live_known_ = false;
  live_tags_.clear();
  const auto& unanswered = nodes_[state.node].unanswered;
  for (std::size_t i = 0; i < state.tags.size(); ++i)
    live_tags_.push_back({live_.tags[i], state.tags[i], unanswered[i], 0});
  state.node = kNone;
  stretch_left_ = stretch_;
  stretch_ = std::min(2 * stretch_, kLong);
}

void ChannelSteps::take_unnamed(ChannelState& state, const Chunk& chunk, std::uint32_t row, std::uint64_t tag,
                                StepResult& result) {
  scratch_->count_from(live_.at);
  live_tags_.push_back({next_tag_, tag, static_cast<std::uint32_t>(chunk.bursts.size()), 0});
  const Tick shift = state.at - live_.at;
  key_.what = What::take;
  const Tick end = run(&chunk, row, live_used_);
  ++next_tag_;
  finish_unnamed(shift, result);
  add(result.counters, scratch_->counters(end));
  result.waiting.clear();
  state.tags.clear();
  for (const LiveTag& live : live_tags_) {
    result.waiting.push_back({live.tag, live.left, 0});
    state.tags.push_back(live.tag);
  }
  result.waiting_writes = scratch_->waiting_writes();
  state.at += end - live_.at;
  live_.at = end;
  const Tick refreshed = scratch_->next_refresh() - live_.next_refresh;
  state.next_refresh += refreshed;
  live_.next_refresh += refreshed;
}

/// What the scratch channel has completed, at its times plus `shift`.
void ChannelSteps::finish_unnamed(Tick shift, StepResult& result) {
  const std::size_t before = result.finished.size();
  for (LiveTag& live : live_tags_) live.finish = SIZE_MAX;
  for (const Done& done : scratch_->done()) {
    const auto at = std::find_if(live_tags_.rbegin(), live_tags_.rend(),
                                 [&done](const LiveTag& live) { return live.number == done.tag; });
    if (at->finish == SIZE_MAX) {
      at->finish = result.finished.size();
      result.finished.push_back({at->tag, 0, api::dram::kAlways});
    }
    Finish& finish = result.finished[at->finish];
    ++finish.count;
    finish.last = std::max(finish.last, done.at + shift);
    --at->left;
  }
  if (result.finished.size() > before)
    std::erase_if(live_tags_, [](const LiveTag& live) { return live.left == 0; });
}

void ChannelSteps::name(ChannelState& state) {
  if (state.node != kNone) return;
  scratch_->save(live_.at, image_);
  state.frame = image_.frame;
  state.rows = image_.rows;
  state.columns = image_.columns;
  state.tags.clear();
  for (const std::uint64_t number : image_.tags) {
    const auto at = std::find_if(live_tags_.begin(), live_tags_.end(),
                                 [number](const LiveTag& live) { return live.number == number; });
    state.tags.push_back(at->tag);
  }
  state.node = intern(live_used_, scratch_->quiet(live_.at), scratch_->open());
  live_.node = state.node;
  live_.frame = state.frame;
  live_.rows = state.rows;
  live_.columns = state.columns;
  live_.tags = image_.tags;
  live_known_ = true;
}

}  // namespace presil::memory
