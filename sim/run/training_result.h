// training_result.h -- from a training step to the result document of docs/result.md.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "sim/run/result.h"
#include "sim/run/training_search.h"

namespace presil::run {

/// `found`: what a search found, the fastest first; empty without one.
nlohmann::ordered_json make_training_result(LoadedExperiment& loaded, const Machine& machine, const TrainingPlan& plan, const TrainingStep& step,
                                            const TrainingFit& fit, const std::vector<TrainingCandidate>& found);

}  // namespace presil::run
