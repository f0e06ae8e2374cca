// profile.cpp -- implementation of profile.h.
#include "sim/run/profile.h"

#include <algorithm>

namespace presil::run {

void Profile::reach(double end) {
  while (end > step_s_ * kSteps) {
    for (std::size_t i = 0; i < kSteps / 2; ++i)
      for (std::size_t r = 0; r < kernel::kResources; ++r) {
        const Cell &a = steps_[2 * i].cells[r], &b = steps_[2 * i + 1].cells[r];
        const Cell both{a.busy_s + b.busy_s, a.amount + b.amount};
        steps_[i].cells[r] = both;
      }
    std::fill(steps_.begin() + kSteps / 2, steps_.end(), Step{});
    step_s_ *= 2;
  }
}

void Profile::add(kernel::Resource resource, double begin, double end, double busy, double amount) {
  const auto r = static_cast<std::size_t>(resource);
  reach(end);
  last_s_ = std::max(last_s_, end);
  const auto step_of = [&](double t) { return std::min(kSteps - 1, static_cast<std::size_t>(std::max(0.0, t) / step_s_)); };
  if (end <= begin) {
    steps_[step_of(begin)].cells[r].amount += amount;
    return;
  }
  for (std::size_t i = step_of(begin); i <= step_of(end); ++i) {
    const double from = std::max(begin, static_cast<double>(i) * step_s_), to = std::min(end, static_cast<double>(i + 1) * step_s_);
    if (to <= from) continue;
    steps_[i].cells[r].busy_s += busy * (to - from);
    steps_[i].cells[r].amount += amount * (to - from) / (end - begin);
  }
}

Profile::Cell Profile::sum(kernel::Resource resource, double begin, double end) const {
  Cell all;
  const auto r = static_cast<std::size_t>(resource);
  for (std::size_t i = static_cast<std::size_t>(std::max(0.0, begin) / step_s_); i < kSteps; ++i) {
    const double low = static_cast<double>(i) * step_s_;
    if (low >= end) break;
    // The last step was at work up to its last event only.
    const double high = last_s_ > low ? std::min(low + step_s_, last_s_) : low + step_s_;
    const double share = (std::min(end, high) - std::max(begin, low)) / (high - low);
    if (share <= 0) continue;
    all.busy_s += share * steps_[i].cells[r].busy_s;
    all.amount += share * steps_[i].cells[r].amount;
  }
  return all;
}

double Profile::busy_share(kernel::Resource resource, double begin, double end) const {
  return end > begin ? sum(resource, begin, end).busy_s / (end - begin) : 0;
}

double Profile::amount(kernel::Resource resource, double begin, double end) const { return sum(resource, begin, end).amount; }

double Profile::total(kernel::Resource resource) const {
  double all = 0;
  for (const Step& step : steps_) all += step.cells[static_cast<std::size_t>(resource)].amount;
  return all;
}

}  // namespace presil::run
