// timeline_chart.h -- what happened when: curves over the request and over one pass of each phase.
#pragma once

#include <string>

#include "sim/report/result.h"

namespace presil::report {

/// Power of a device and its memory bandwidth, pass by pass; straight lines between the passes that were simulated.
std::string request_chart(const Result& result);

/// One pass: how busy each kind of unit is, the memory bandwidth and the power. A lane each.
std::string pass_chart(const PassDetail& detail);

/// Passes of every pipeline stage of a training step, a lane each.
std::string pipeline_chart(const Result& result);

/// The die's blocks to scale, as sim/ppa lays them out.
std::string floorplan_chart(const Result& result);

}  // namespace presil::report
