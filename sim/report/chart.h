// chart.h -- the drawings of an HTML report, as inline SVG.
#pragma once

#include <string>

#include "sim/report/result.h"

namespace presil::report {

/// Horizontal bars of time by operator, the longest first, the part the roofline asks for in full colour.
std::string time_chart(const Result& result);

/// Achieved rate over arithmetic intensity (matrix work per byte of memory traffic), both logarithmic, under
/// the roof min(peak, intensity x bandwidth). Empty when the document lacks a peak, or no operator has both.
std::string roofline_chart(const Result& result);

}  // namespace presil::report
