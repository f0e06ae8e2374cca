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

/// Parts of the document that other kinds of run have too: a row of `ops`, `levels`, `assumptions`.
nlohmann::ordered_json op_row(const OpTotals& op, const Chip& chip, double total_s);
nlohmann::ordered_json levels_of(const Totals& totals, const Chip& chip, double latency);
nlohmann::ordered_json assumptions_of(const LoadedExperiment& loaded);
/// The format in which most of the matrix work is done: what `peak` and `mfu` refer to.
Format main_format(const Totals& totals);

/// What an operator spent its time on: the busiest part of the chip, as ChipModel::busy names them, "latency" when none
/// was busy for half of the time, or "hidden" when it added none.
const char* bottleneck_of(const OpTotals& op, const Chip& chip);

}  // namespace presil::run
