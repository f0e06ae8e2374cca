// radar.h -- results as polygons over the metrics on which better has a meaning.
#pragma once

#include <string>
#include <vector>

#include "sim/report/compare.h"

namespace presil::report {

/// A spoke for each of the main metrics that all results have above 0 and that differs; the rim is the best of them, and
/// half way is half as good: value / best, or best / value where less is better. Empty below three spokes.
std::string radar_chart(const std::vector<Named>& results);

/// Metric by metric which result is best and how far ahead of the next; empty when there is nothing to win.
std::string winners_table(const std::vector<Named>& results);

}  // namespace presil::report
