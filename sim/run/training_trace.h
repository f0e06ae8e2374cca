// training_trace.h -- a training step as events: the passes of every stage, what goes from stage to stage, exchanges.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "sim/run/trace_options.h"
#include "sim/run/training_step.h"

namespace presil::run {

/// A track for the devices of each stage, one for its links to the other copies, one for what it sends to other stages.
void trace_step(const TraceOptions& options, const TrainingStory& story);

/// `timeline.pipeline` of the result document: stage, whether forward, micro-batch, start_s, time_s of every pass; null when there
/// are too many to draw.
nlohmann::ordered_json pipeline_rows(const TrainingStory& story);

}  // namespace presil::run
