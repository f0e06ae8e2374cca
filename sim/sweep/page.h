// page.h -- the results of a sweep as one self-contained page.
#pragma once

#include <string>
#include <vector>

#include "sim/sweep/database.h"
#include "sim/sweep/record.h"

namespace presil::sweep {

/// Best points, Pareto plot, sensitivity, heat map, parallel coordinates, and a table of the points (at most 2,000 are
/// drawn or listed; those of the front always).
std::string html_page(const Title& title, const std::vector<Record>& records);

}  // namespace presil::sweep
