// charts.h -- the drawings of a sweep's page.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sim/sweep/sensitivity.h"

namespace presil::sweep {

/// An outcome of every drawn point.
struct Outcome {
  std::string name;
  bool largest{false};  ///< large is good
  std::vector<double> values;
};

/// One outcome over another; the points of `front` are joined, the others pale. `labels` are tooltips.
std::string pareto_plot(const Outcome& x, const Outcome& y, const std::vector<bool>& front, const std::vector<std::string>& labels);

/// One line for each point across the axes of the varied paths (`values[path][point]`) and the outcomes.
std::string parallel_plot(const std::vector<std::string>& paths, const std::vector<std::vector<std::string>>& values,
                          const std::vector<Outcome>& outcomes, const std::vector<bool>& front, const std::vector<std::string>& labels);

/// Mean outcome by the values of two paths.
std::string heat_map(const Effect& rows, const Effect& columns, const Outcome& outcome);

}  // namespace presil::sweep
