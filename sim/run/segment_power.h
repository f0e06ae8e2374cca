// segment_power.h -- the energy of one execution of a segment over its time.
//
// Each component is spread as the work that costs it: multipliers and their control as multiply-adds, DRAM as its bytes,
// and so on; what flows while time passes (clock tree, leakage, idle) evenly. The integral is the segment's energy.
#pragma once

#include <array>

#include "sim/run/chip.h"
#include "sim/run/profile.h"

namespace presil::run {

class SegmentPower {
 public:
  /// `totals` of one execution; `profile` must outlive this. Of one device.
  SegmentPower(const Chip& chip, const Totals& totals, const Profile& profile);

  /// Joules between two times of the segment.
  double joules(double begin, double end) const;

 private:
  const Profile* profile_;
  std::array<double, kernel::kResources> per_amount_{};  ///< J for each unit of a resource's work
  double steady_w_{0};
};

}  // namespace presil::run
