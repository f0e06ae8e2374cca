// result.h -- from totals to the result document of docs/result.md.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "sim/run/experiment.h"
#include "sim/run/fit.h"
#include "sim/run/machine.h"
#include "sim/run/passes.h"

namespace presil::run {

nlohmann::ordered_json make_result(LoadedExperiment& loaded, const Machine& machine, const GenerationTotals& generation,
                                   const Fit& fit);

/// What an operator spent its time on: the busiest part of the chip, as ChipModel::busy names them, "latency" when none
/// was busy for half of the time, or "hidden" when it added none.
const char* bottleneck_of(const OpTotals& op, const Chip& chip);

}  // namespace presil::run
