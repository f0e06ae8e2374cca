// schedule.cpp -- implementation of schedule.h.
#include "models/fabric/schedule.h"

#include <algorithm>
#include <utility>

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

void Schedule::append(const Schedule& other, std::uint32_t first, std::uint32_t stride) {
  const auto device = [&](std::uint32_t rank) { return first + rank * stride; };
  const auto before = static_cast<StepId>(steps.size());
  const auto waits = static_cast<std::uint32_t>(after.size()), blocks = static_cast<std::uint32_t>(block_bytes.size());
  const auto group = static_cast<std::uint32_t>(groups.size());
  for (Step step : other.steps) {
    const bool names_group = step.kind == StepKind::reduce || step.kind == StepKind::multicast;
    step.rank = device(step.rank);
    step.peer = names_group ? step.peer + group : device(step.peer);
    step.block += blocks;
    step.first_after += waits;
    steps.push_back(step);
  }
  for (const StepId id : other.after) after.push_back(id + before);
  for (std::vector<std::uint32_t> members : other.groups) {
    for (std::uint32_t& member : members) member = device(member);
    groups.push_back(std::move(members));
  }
  block_bytes.insert(block_bytes.end(), other.block_bytes.begin(), other.block_bytes.end());
  if (other.ranks > 0) ranks = std::max(ranks, device(other.ranks - 1) + 1);
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
