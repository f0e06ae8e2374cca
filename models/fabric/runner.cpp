// runner.cpp -- implementation of runner.h.
#include "models/fabric/runner.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "sim/base/error.h"

namespace presil::fabric {

using kernel::Callback;

Seconds Runner::run(const Schedule& schedule) {
  start(schedule);
  kernel::run_until_idle();
  return finish();
}

void Runner::start(const Schedule& schedule) {
  schedule_ = &schedule;
  const std::size_t count = schedule.steps.size();
  done_ = 0;
  missing_.assign(count, 0);
  first_dependent_.assign(count + 1, 0);
  for (const StepId before : schedule.after) ++first_dependent_[before + 1];
  for (std::size_t i = 0; i < count; ++i) first_dependent_[i + 1] += first_dependent_[i];
  dependents_.resize(schedule.after.size());
  std::vector<std::uint32_t> at(first_dependent_.begin(), first_dependent_.end() - 1);
  for (StepId i = 0; i < count; ++i) {
    const Step& step = schedule.steps[i];
    missing_[i] = step.after;
    for (std::uint32_t k = 0; k < step.after; ++k) dependents_[at[schedule.after[step.first_after + k]]++] = i;
  }
  block_ends_.assign(schedule.block_bytes.size() + 1, 0);
  for (std::size_t b = 0; b < schedule.block_bytes.size(); ++b) block_ends_[b + 1] = block_ends_[b] + schedule.block_bytes[b];
  start_ = last_ = sc_core::sc_time_stamp();
  agenda_.at(start_, Callback::of<&Runner::begin>(this));
}

Seconds Runner::finish() const {
  if (const std::size_t count = schedule_->steps.size(); done_ != count) throw RunError(fmt::format("a schedule stopped after {} of {} steps", done_, count));
  return kernel::to_seconds(last_ - start_);
}

void Runner::begin(std::uint64_t) {
  last_ = sc_core::sc_time_stamp() + kernel::to_sc_time(schedule_->setup);
  for (StepId i = 0; i < schedule_->steps.size(); ++i)
    if (missing_[i] == 0) agenda_.at(last_ + kernel::to_sc_time(lead(schedule_->steps[i])), Callback::of<&Runner::issue>(this, i));
}

Seconds Runner::lead(const Step& step) {
  if (schedule_->near_step.value == 0 && schedule_->far_step.value == 0) return {};
  const auto& vertices = fabric_.graph().vertices;
  // Sums and copies by switches: the library's constant is of the whole collective.
  if (step.kind != StepKind::send) return {};
  const bool near = vertices[step.rank].node == vertices[step.peer].node;
  const Seconds way = fabric_.latency(step.rank, step.peer);
  return {std::max(0.0, (near ? schedule_->near_step : schedule_->far_step).value - way.value)};
}

void Runner::ready(StepId step) {
  const Seconds wait = lead(schedule_->steps[step]);
  if (wait.value <= 0) issue(step);
  else agenda_.after(kernel::to_sc_time(wait), Callback::of<&Runner::issue>(this, step));
}

void Runner::issue(std::uint64_t id) {
  const Step& step = schedule_->steps[id];
  const double bytes = block_ends_[step.block + step.blocks] - block_ends_[step.block];
  const auto whole = static_cast<std::uint64_t>(std::llround(bytes));
  const Callback done = Callback::of<&Runner::arrived>(this, id);
  switch (step.kind) {
    case StepKind::join: return arrived(id);
    case StepKind::send: return fabric_.send({step.rank, step.peer, whole}, schedule_->expansion, done);
    case StepKind::reduce: return fabric_.reduce(schedule_->groups[step.peer], step.rank, whole, done);
    case StepKind::multicast: return fabric_.multicast(step.rank, schedule_->groups[step.peer], whole, done);
  }
}

void Runner::arrived(std::uint64_t id) {
  ++done_;
  last_ = sc_core::sc_time_stamp();
  for (std::uint32_t i = first_dependent_[id]; i < first_dependent_[id + 1]; ++i)
    if (--missing_[dependents_[i]] == 0) ready(dependents_[i]);
}

}  // namespace presil::fabric
