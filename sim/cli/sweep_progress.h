// sweep_progress.h -- the line that says how far a sweep is, how fast it goes and how long it will take.
#pragma once

#include <chrono>
#include <string>

#include "sim/sweep/sweep.h"

namespace presil::cli {

class SweepProgress {
 public:
  /// Shows the line, at most ten times a second; nothing unless standard error is a terminal.
  void show(const sweep::Progress& progress);
  /// "1,000 points in 12.3 s, 81.3 per s".
  std::string summary(const sweep::Progress& progress) const;

 private:
  using Clock = std::chrono::steady_clock;
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  Clock::time_point start_{Clock::now()};
  Clock::time_point shown_{};
};

}  // namespace presil::cli
