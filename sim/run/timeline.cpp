// timeline.cpp -- implementation of timeline.h.
#include "sim/run/timeline.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "sim/run/chip_power.h"
#include "sim/run/result.h"

namespace presil::run {

using kernel::Resource;
using nlohmann::ordered_json;

Timeline::Timeline(const Chip& chip, double pass_s) : chip_(chip), pass_s_(pass_s) {}

template <class Part>
void Timeline::each_step(double start, double end, Part part) const {
  const double step = pass_s_ / kSteps;
  for (auto i = static_cast<std::size_t>(std::max(0.0, start / step)); i < kSteps; ++i) {
    const double from = std::max(start, static_cast<double>(i) * step), to = std::min(end, static_cast<double>(i + 1) * step);
    if (static_cast<double>(i) * step >= end) return;
    if (to > from) part(i, from - start, to - start);
  }
}

void Timeline::wait(double seconds) {
  const double watts = waiting_power(chip_).value;
  each_step(at_, at_ + seconds, [&](std::size_t i, double from, double to) { joules_[i] += watts * (to - from); });
  at_ += seconds;
}

void Timeline::add(const std::vector<kernel::Track>& tracks, const Profile& profile, const SegmentPower& power, double time_s, std::uint64_t count) {
  for (const kernel::Track& track : tracks) curves_[static_cast<std::size_t>(track.resource)].present = true;
  for (std::uint64_t n = 0; n < count; ++n) {
    each_step(at_, at_ + time_s, [&](std::size_t i, double from, double to) {
      joules_[i] += power.joules(from, to);
      for (std::size_t r = 0; r < kernel::kResources; ++r) {
        if (!curves_[r].present) continue;
        const auto resource = static_cast<Resource>(r);
        curves_[r].busy_s[i] += profile.busy_share(resource, from, to) * (to - from);
        curves_[r].amount[i] += profile.amount(resource, from, to);
      }
    });
    at_ += time_s;
  }
  for (std::size_t r = 0; r < kernel::kResources; ++r)
    curves_[r].amount_total += profile.total(static_cast<Resource>(r)) * static_cast<double>(count);
}

ordered_json Timeline::document(const std::string& phase, std::uint64_t kv_len, double start_s) const {
  const double step = pass_s_ / kSteps;
  const auto scaled = [&](const std::vector<double>& values, double factor) {
    ordered_json list = ordered_json::array();
    for (const double v : values) list.push_back(std::round(v * factor * 1e4) / 1e4);
    return list;
  };
  ordered_json row{{"phase", phase}, {"start_s", start_s}, {"time_s", pass_s_}, {"step_s", step}};
  if (kv_len > 0) row["kv_len"] = kv_len;
  row["busy"] = ordered_json::object();
  for (std::size_t r = 0; r < kernel::kResources; ++r) {
    const auto resource = static_cast<Resource>(r);
    const double busiest = *std::max_element(curves_[r].busy_s.begin(), curves_[r].busy_s.end());
    if (resource == Resource::transfers || resource == Resource::programs || busiest <= 0) continue;
    row["busy"][kernel::resource_name(resource)] = scaled(curves_[r].busy_s, 1 / step);
  }
  row["memory_gb_per_s"] = scaled(curves_[static_cast<std::size_t>(Resource::memory)].amount, 1e-9 / step);
  row["power_w"] = scaled(joules_, 1 / step);
  return row;
}

ordered_json Timeline::point(const Chip& chip, const Totals& pass, const std::string& phase, double start_s, double time_s) {
  const double joules = ppa::total(energy_of(chip, pass)).value;
  const auto memory = static_cast<std::size_t>(api::Level::memory);
  return {{"phase", phase}, {"start_s", start_s}, {"time_s", time_s},
          {"memory_gb_per_s", (pass.read[memory] + pass.written[memory]) / time_s * 1e-9}, {"power_w", joules / time_s}};
}

}  // namespace presil::run
