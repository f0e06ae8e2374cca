// channel_work_out.cpp -- a step that is not known, burst by burst in the scratch channel (channel_steps.h).
#include <algorithm>

#include "models/memory/channel_steps.h"

namespace presil::memory {

using api::dram::kAlways;

Tick ChannelSteps::run(const Chunk* chunk, std::uint32_t row, std::uint32_t& used) {
  DramChannel& channel = *scratch_;
  const Tick start = live_.at;
  Tick t = start;
  const auto go_on = [&](Tick to) {
    t = to;
    used = 0;
    if (channel.wake() <= t) channel.step(t);
  };
  if (chunk != nullptr) {
    for (std::size_t next = 0;;) {
      bool refused = false;
      for (; used < per_tick_ && next < chunk->bursts.size(); ++used, ++next) {
        Access access = chunk->bursts[next];
        access.row = chunk->rows[access.row].row ^ row;
        access.tag = next_tag_;
        refused = !channel.accept(access, t);
        if (refused) break;
      }
      if (next == chunk->bursts.size()) return t;
      go_on(refused ? channel.wake() : std::min(channel.wake(), t + 1));
    }
  }
  if (key_.what == What::pass) {
    while (t < start + key_.gap) go_on(std::min(channel.wake(), start + key_.gap));
    return t;
  }
  if (key_.what == What::refresh) go_on(live_.next_refresh);
  while (!channel.quiet(t) || used > 0) go_on(channel.idle() ? std::min(channel.wake(), std::max(t + 1, channel.settled())) : channel.wake());
  return t;
}

bool ChannelSteps::is_live(const ChannelState& state) const {
  const Tick later = state.at - live_.at;
  return live_known_ && state.node == live_.node && state.frame == live_.frame && later % edge_ == 0 && state.rows == live_.rows && state.columns == live_.columns &&
         (state.next_refresh == kNever ? live_.next_refresh == kNever : state.next_refresh - later == live_.next_refresh);
}

std::uint32_t ChannelSteps::take_up(const ChannelState& state) {
  if (is_live(state)) {
    scratch_->count_from(live_.at);
    return live_used_;
  }
  live_ = state;
  for (std::size_t i = 0; i < live_.tags.size(); ++i) live_.tags[i] = i;
  next_tag_ = live_.tags.size();
  live_known_ = true;
  return restore(live_, *scratch_);
}

std::uint32_t ChannelSteps::place_of_tag(std::uint64_t tag) const {
  return static_cast<std::uint32_t>(std::find(live_.tags.begin(), live_.tags.end(), tag) - live_.tags.begin());
}

const ChannelSteps::Step& ChannelSteps::work_out(const ChannelState& state, const Chunk* chunk, std::uint32_t row) {
  std::uint32_t used = take_up(state);
  const Tick start = live_.at, end = run(chunk, row, used);
  Step step{};
  step.duration = end - start;
  if (scratch_->next_refresh() == live_.next_refresh) key_.refresh = -1;
  else step.refreshes = (scratch_->next_refresh() - live_.next_refresh) / refresh_interval_;
  step.key = key_;
  step.counters = scratch_->counters(end);
  step.waiting_writes = scratch_->waiting_writes();
  collect_finished(step, start);
  collect_waiting(step, chunk);
  live_known_ = key_.what != What::take_to_be_filled;
  if (live_known_) end_in(step, state, chunk, row, used, end);
  const auto [head, fresh] = step_of_.try_emplace(hash(step.key), kNone);
  step.next = head->second;
  head->second = nodes_[state.node].recent = static_cast<std::uint32_t>(steps_.size());
  steps_.push_back(std::move(step));
  return steps_.back();
}

void ChannelSteps::collect_finished(Step& step, Tick start) const {
  for (const Done& done : scratch_->done()) {
    const auto tag = place_of_tag(done.tag);
    const auto at = std::find_if(step.finished.begin(), step.finished.end(), [tag](const Finish& f) { return f.tag == tag; });
    Finish& finish = at == step.finished.end() ? step.finished.emplace_back(Finish{tag, 0, kAlways}) : *at;
    ++finish.count;
    finish.last = std::max(finish.last, done.at - start);
  }
}

void ChannelSteps::collect_waiting(Step& step, const Chunk* chunk) {
  if (chunk == nullptr) return;
  left_ = nodes_[step.key.node].unanswered;
  left_.push_back(static_cast<std::uint32_t>(chunk->bursts.size()));
  for (const Finish& f : step.finished) left_[f.tag] -= f.count;
  for (std::uint32_t tag = 0; tag < left_.size(); ++tag)
    if (left_[tag] > 0) step.waiting.push_back({tag, left_[tag], 0});
}

void ChannelSteps::end_in(Step& step, const ChannelState& before, const Chunk* chunk, std::uint32_t row,
                          std::uint32_t used, Tick end) {
  scratch_->save(end, image_);
  describe(step, before, chunk, row);
  step.node = intern(used, scratch_->quiet(end), scratch_->open());
  live_.node = step.node;
  live_.frame = image_.frame;
  live_.at = end;
  live_.next_refresh = scratch_->next_refresh();
  live_.rows = image_.rows;
  live_.columns = image_.columns;
  live_.tags = image_.tags;
  live_used_ = used;
  ++next_tag_;
}

}  // namespace presil::memory
