// sequencer.cpp -- implementation of sequencer.h.
#include "models/npu/sequencer.h"

#include <stdexcept>
#include <utility>

namespace presil::npu {

namespace {
WaitReason reason_of(const api::Command& met) {
  if (met.kind != api::CommandKind::load) return WaitReason::other;
  return met.transfer.level == api::Level::memory ? WaitReason::memory : WaitReason::transfer;
}
}  // namespace

Sequencer::Sequencer(Executor& executor, std::vector<Scratchpad*> scratchpads)
    : executor_(executor), scratchpads_(std::move(scratchpads)), queues_(executor.units()) {}

void Sequencer::begin(api::ProgramSource& program) {
  if (!finished()) throw std::logic_error{"a program was started before the last one ended"};
  source_ = &program;
  first_ = next_id_ = 0;
  stalled_ = false;
  dispatch_stall_ = sc_core::SC_ZERO_TIME;
  dispatch();
}

bool Sequencer::fetch() {
  if (held_) return true;
  if (source_ == nullptr) return false;
  held_.emplace();
  if (source_->next(*held_)) return true;
  held_.reset();
  source_ = nullptr;
  return false;
}

void Sequencer::dispatch() {
  while (window_.size() < kWindow && fetch()) {
    const bool room = scratchpads_[held_->core]->try_reserve(held_->reserve);
    const sc_core::sc_time now = sc_core::sc_time_stamp();
    if (!room) {
      if (window_.empty()) throw std::logic_error{"a program needs more on-chip space than the core has"};
      if (!std::exchange(stalled_, true)) stalled_since_ = now;
      return;
    }
    if (std::exchange(stalled_, false)) dispatch_stall_ += now - stalled_since_;
    enqueue();
  }
}

void Sequencer::enqueue() {
  const api::CommandId id = next_id_++;
  window_.push_back({std::move(*held_), 0, false, WaitReason::none, {}});
  held_.reset();
  Entry& added = window_.back();
  for (const api::CommandId before : added.command.after) {
    if (before >= id) throw std::logic_error{"a command depends on a later one"};
    if (before < first_ || entry(before).done) continue;
    entry(before).waiters.push_back(id);
    ++added.unmet;
  }
  if (added.command.barrier > id) throw std::logic_error{"a barrier names a later command"};
  if (added.command.barrier > first_) {
    barriers_.push_back(id);
    ++added.unmet;
  }
  const std::size_t unit = executor_.unit_of(added.command);
  queues_[unit].push_back(id);
  poke(unit);
}

void Sequencer::poke(std::size_t unit) {
  auto& queue = queues_[unit];
  while (!queue.empty() && entry(queue.front()).unmet == 0) {
    const api::CommandId id = queue.front();
    queue.pop_front();
    executor_.start(id, entry(id).command, entry(id).last_met);
  }
}

void Sequencer::complete(api::CommandId id) {
  Entry& done = entry(id);
  done.done = true;
  scratchpads_[done.command.core]->release(done.command.release);
  const WaitReason reason = reason_of(done.command);
  const auto waiters = std::move(done.waiters);
  for (const api::CommandId waiter : waiters) met(waiter, reason);
  while (!window_.empty() && window_.front().done) {
    window_.pop_front();
    ++first_;
  }
  pass_barriers();
  dispatch();
}

void Sequencer::met(api::CommandId id, WaitReason reason) {
  Entry& waiting = entry(id);
  waiting.last_met = reason;
  if (--waiting.unmet == 0) poke(executor_.unit_of(waiting.command));
}

void Sequencer::pass_barriers() {
  while (!barriers_.empty() && entry(barriers_.front()).command.barrier <= first_) {
    const api::CommandId id = barriers_.front();
    barriers_.pop_front();
    met(id, WaitReason::other);
  }
}

}  // namespace presil::npu
