// profile.h -- busy time and work of each resource over the time of one simulated segment, in equal steps.
#pragma once

#include <array>
#include <vector>

#include "sim/kernel/trace.h"

namespace presil::run {

/// The length need not be known before: when time runs past the last step, steps are joined in pairs and become twice
/// as long. Work spreads evenly over the time it is told for; what takes no time counts for the step it falls into.
class Profile {
 public:
  static constexpr std::size_t kSteps = 256;
  explicit Profile(double first_step_s = 1e-9) : step_s_(first_step_s) {}

  /// Times in seconds from the start of the segment. `busy`: share of the resource's units that were at work.
  void add(kernel::Resource resource, double begin, double end, double busy, double amount);

  double step_s() const { return step_s_; }
  /// Average of the resource between two times.
  double busy_share(kernel::Resource resource, double begin, double end) const;
  double amount(kernel::Resource resource, double begin, double end) const;
  double total(kernel::Resource resource) const;

 private:
  struct Cell {
    double busy_s{}, amount{};
  };
  struct Step {
    std::array<Cell, kernel::kResources> cells{};
  };
  void reach(double end);
  /// Cells of a resource from `begin` to `end`, those at the edges in part.
  Cell sum(kernel::Resource resource, double begin, double end) const;

  double step_s_;
  double last_s_{0};  ///< nothing was told of beyond
  std::vector<Step> steps_ = std::vector<Step>(kSteps);
};

}  // namespace presil::run
