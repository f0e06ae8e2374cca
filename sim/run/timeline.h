// timeline.h -- how busy units were, what moved and what power flowed over one pass, in equal steps: for the report.
#pragma once

#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "sim/run/segment_power.h"

namespace presil::run {

class Timeline {
 public:
  static constexpr std::size_t kSteps = 240;
  Timeline(const Chip& chip, double pass_s);

  /// Parts of the pass, in order of time.
  void wait(double seconds);
  void add(const std::vector<kernel::Track>& tracks, const Profile& profile, const SegmentPower& power, double time_s, std::uint64_t count);

  /// A row of `timeline.details`.
  nlohmann::ordered_json document(const std::string& phase, std::uint64_t kv_len, double start_s) const;
  /// A row of `timeline.passes`: averages over a pass, of one device.
  static nlohmann::ordered_json point(const Chip& chip, const Totals& pass, const std::string& phase, double start_s, double time_s);

 private:
  struct Curve {
    bool present{false};
    double amount_total{0};
    std::vector<double> busy_s = std::vector<double>(kSteps), amount = std::vector<double>(kSteps);
  };
  /// Calls part(step, from, to), times of a segment that begins at `start`, for every step that it meets.
  template <class Part> void each_step(double start, double end, Part part) const;

  const Chip& chip_;
  const double pass_s_;
  double at_{0};
  std::array<Curve, kernel::kResources> curves_;
  std::vector<double> joules_ = std::vector<double>(kSteps);
};

}  // namespace presil::run
