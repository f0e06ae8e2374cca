// exchange_report.h -- what a result says of exchanges between devices: whether they were simulated, and how far from closed form.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "sim/run/experiment.h"
#include "sim/run/machine.h"

namespace presil::run {

/// Adds to `fabric` of a result with several devices: model, and where it was simulated system, warnings and one row of
/// `exchanges` for every distinct one.
void add_exchanges(nlohmann::ordered_json& fabric, const Machine& machine, const DeviceGroup& group);

}  // namespace presil::run
