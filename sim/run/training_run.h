// training_run.h -- an experiment whose workload is training, from its plan to its result document.
#pragma once

#include <filesystem>

#include "sim/run/experiment.h"
#include "sim/run/run.h"

namespace presil::run {

/// Throws InputError, with the place of the workload or the parallelism, CapacityError or RunError.
RunOutcome run_training(LoadedExperiment& loaded, const std::filesystem::path& file, const TraceOptions& trace = {});

}  // namespace presil::run
