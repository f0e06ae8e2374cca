// schedule.cpp -- implementation of schedule.h.
#include "models/fabric/schedule.h"

namespace presil::fabric {

StepId Schedule::add(Step step, const std::vector<StepId>& wait, StepId also) {
  step.first_after = static_cast<std::uint32_t>(after.size());
  after.insert(after.end(), wait.begin(), wait.end());
  if (also != kNoStep) after.push_back(also);
  step.after = static_cast<std::uint32_t>(after.size()) - step.first_after;
  steps.push_back(step);
  return static_cast<StepId>(steps.size() - 1);
}

StepId Schedule::send(std::uint32_t rank, std::uint32_t peer, Range range, bool adds, const std::vector<StepId>& wait, StepId also) {
  return add({StepKind::send, adds, rank, peer, range.block, range.blocks}, wait, also);
}

StepId Schedule::reduce(std::uint32_t group, std::uint32_t rank, Range range, const std::vector<StepId>& wait) {
  return add({StepKind::reduce, true, rank, group, range.block, range.blocks}, wait, kNoStep);
}

StepId Schedule::multicast(std::uint32_t rank, std::uint32_t group, Range range, const std::vector<StepId>& wait) {
  return add({StepKind::multicast, false, rank, group, range.block, range.blocks}, wait, kNoStep);
}

StepId Schedule::join(std::uint32_t rank, const std::vector<StepId>& wait) {
  return add({StepKind::join, false, rank, rank, 0, 0}, wait, kNoStep);
}

double Schedule::bytes(const Step& step) const {
  double sum = 0;
  for (std::uint32_t b = step.block; b < step.block + step.blocks; ++b) sum += block_bytes[b];
  return sum;
}

std::vector<double> bytes_sent_by_rank(const Schedule& s) {
  std::vector<double> sent(s.ranks, 0);
  for (const Step& step : s.steps) {
    if (step.kind == StepKind::reduce)
      for (const std::uint32_t member : s.groups[step.peer]) sent[member] += s.bytes(step);
    else
      sent[step.rank] += s.bytes(step);
  }
  return sent;
}

}  // namespace presil::fabric
