// chart.h -- the drawings of a run's report.
#pragma once

#include <string>

#include "sim/report/result.h"

namespace presil::report {

/// Bars of time by operator, the longest first, the part the roofline asks for in full colour.
std::string time_chart(const Result& result);

/// Achieved rate over arithmetic intensity (matrix work per byte), both logarithmic, under the roofs min(peak, intensity x
/// bandwidth) of every level of memory. Operators are filled at their intensity to memory and hollow at those to the other
/// levels. Empty when the document lacks a peak, or no operator has both.
std::string roofline_chart(const Result& result);

/// Memory bandwidth over the run: a block for each operator class, its width the time it added, its height what it moved
/// per second while it ran. Empty when there is no memory level with a peak.
std::string bandwidth_chart(const Result& result);

/// "var(--a)" for prefill, and so on.
std::string phase_colour(const std::string& phase);

}  // namespace presil::report
