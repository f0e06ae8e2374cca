// segment_power.cpp -- implementation of segment_power.h.
#include "sim/run/segment_power.h"

#include <optional>
#include <string_view>

#include "sim/run/chip_power.h"
#include "sim/run/result.h"

namespace presil::run {

using kernel::Resource;

namespace {

/// The work that a component of energy is spent on; none: it flows while time passes.
std::optional<Resource> cause_of(std::string_view part) {
  if (part == "memory_background" || part == "memory_refresh") return std::nullopt;
  if (part == "arithmetic" || part == "control" || part == "registers") return Resource::array;
  if (part == "vector") return Resource::vector;
  if (part == "scratchpad") return Resource::scratchpad;
  if (part == "shared" || part == "l2") return Resource::shared;
  if (part == "network") return Resource::network;
  if (part.starts_with("memory")) return Resource::memory;
  return std::nullopt;
}

}  // namespace

SegmentPower::SegmentPower(const Chip& chip, const Totals& totals, const Profile& profile) : profile_(&profile) {
  const double time = totals.time_s();
  if (time <= 0) return;
  for (const ppa::EnergyPart& part : energy_of(chip, totals)) {
    const auto cause = cause_of(part.name);
    const double work = cause ? profile.total(*cause) : 0;
    if (work > 0) per_amount_[static_cast<std::size_t>(*cause)] += part.energy.value / work;
    else steady_w_ += part.energy.value / time;
  }
}

double SegmentPower::joules(double begin, double end) const {
  double sum = steady_w_ * (end - begin);
  for (std::size_t r = 0; r < kernel::kResources; ++r)
    if (per_amount_[r] > 0) sum += per_amount_[r] * profile_->amount(static_cast<Resource>(r), begin, end);
  return sum;
}

}  // namespace presil::run
