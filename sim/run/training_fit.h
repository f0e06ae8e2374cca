// training_fit.h -- what a training run keeps in the memory of one device, stage by stage.
//
//   weights      P x their format                      over the replicas with ZeRO 3
//   gradients    P x workload.gradients                over the replicas with ZeRO 2; with several pieces a device, whole ones
//                                                      of two pieces beside: one is summed while the other is scattered
//   optimiser    P x 12 (Adam) or 8 (SGD) bytes        over the replicas with ZeRO 1
//   activations  what the way back reads of the way forward, for as many micro-batches as the schedule has under way
//                at once, and what one layer needs on its way back
// P is the stage's parameters on the device; what is read on the way back comes from the graphs (workloads/training).
#pragma once

#include "sim/run/chip.h"
#include "sim/run/training_plan.h"

namespace presil::run {

struct TrainingFit {
  std::uint32_t stage{};
  double capacity_bytes{}, reserved_bytes{};
  double weights_bytes{}, gradients_bytes{}, optimizer_bytes{}, activations_bytes{};
  double needed() const { return reserved_bytes + weights_bytes + gradients_bytes + optimizer_bytes + activations_bytes; }
  double free_bytes() const { return capacity_bytes - needed(); }
};

/// Of the stage that needs most.
TrainingFit training_fit(const Chip& chip, const TrainingPlan& plan, const TrainingModel& model);

/// Throws CapacityError with the table when it does not fit.
void check_fit(const Chip& chip, const TrainingPlan& plan, const TrainingFit& fit);

}  // namespace presil::run
