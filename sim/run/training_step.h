// training_step.h -- one training step of all devices.
//
//   step = parameters gathered before the first pass + pipeline + gradients exchanged behind the last + update
//
// The pipeline is replayed pass by pass (sim/parallel/pipeline.h). Gradients of a layer are exchanged when its last
// micro-batch has come back; with `overlap_gradients` one layer after another beside the passes left, so that only what
// remains at the end is exposed, else all at once at the end. What is exchanged: sim/run/training_exchanges.h.
// Devices differ in clock: all wait for the slowest (sim/parallel/slowest.h), as far as the clock bounds their work.
// Not modelled: host time between passes, failures, checkpoints, data loading.
#pragma once

#include "sim/run/training_costs.h"
#include "sim/run/training_fit.h"

namespace presil::run {

struct TrainingStep {
  double step_s{};
  double pipeline_s{};          ///< of it, from the first pass to the last
  double bubble_s{};            ///< of that, the mean device idle
  double exchange_s{};          ///< exposed exchanges of gradients and parameters
  double update_s{};
  Totals totals;                ///< of the mean device; phases sum to the step
  double model_flops{};         ///< of the mean device, nothing twice, causal attention halved
  double hardware_flops{};      ///< with what is computed again
};

/// What a step did over time, for a trace.
struct TrainingStory {
  struct Exchange { std::uint32_t stage; double begin, end; };
  struct Rates { double power_w, memory_gb_per_s; };            ///< of a device during a pass
  double parameters_s{}, pipeline_s{}, exchanges_s{}, update_s{};  ///< one behind the other
  double transfer_s{};                                          ///< from stage to stage
  std::vector<parallel::PlayedPass> passes;                     ///< times from the first pass, as those of exchanges
  std::vector<Exchange> exchanges;                              ///< of gradients beside and behind the passes
  std::vector<std::vector<Rates>> forward, backward;            ///< [stage][chunk]
};

/// `story`: filled when given.
TrainingStep training_step(Machine& machine, const TrainingPlan& plan, const TrainingModel& model, const ModelCost& cost, TrainingStory* story = nullptr);

}  // namespace presil::run
