// training_exchanges.h -- exchanges of gradients and parameters between the devices that hold the same ones.
//
//   ZeRO 0      all-reduce of gradients
//   ZeRO 1      reduce-scatter of gradients; before the next step all-gather of parameters, likewise beside its passes
//   ZeRO 2      the reduce-scatter for every micro-batch, or for as many as an interleaved piece sees in turn
//   ZeRO 3      parameters gathered for every way forward and back as well
// Between stages an embedding that head and input share is summed over both ends; the norm of all gradients is one small
// all-reduce of all devices. Times are those of sim/parallel/group_time.h, beside what the pipeline sends.
#pragma once

#include "sim/run/training_costs.h"

namespace presil::run {

/// [stage][piece], as cut_layers() gives it.
using Cut = std::vector<std::vector<PieceOfModel>>;

class ParameterExchanges {
 public:
  /// What it refers to must outlive it.
  ParameterExchanges(const TrainingPlan& plan, const TrainingModel& model, const ModelCost& cost, const Cut& cut);

  double reduce_s(const workload::Parameters& p) const;  ///< of their gradients
  double gather_s(const workload::Parameters& p) const;  ///< of themselves; 0: every replica has all
  /// What a pass of `own` seconds does not hide of `exchanges`.
  double exposed(double exchanges, double own) const;
  /// Of a stage's gradients in a step.
  std::uint64_t reductions() const;
  double tied_s() const;
  double norm_s() const;
  double all_of(const std::vector<PieceOfModel>& stage) const;  ///< seconds, one reduction and one gathering
  double mean_bytes() const;  ///< sent by the mean device in a step
  /// Hidden state of a device for its peer in the next stage.
  Bytes sent() const;

 private:
  double time(const workload::Parameters& p, workload::CollectiveKind kind, double bytes) const;
  parallel::Sends sends(const ModelCost& cost) const;
  double stage_bytes(const std::vector<PieceOfModel>& stage) const;

  const TrainingPlan& plan_;
  const TrainingModel& model_;
  const Cut& cut_;
  const double gradient_bytes_, weight_bytes_;  ///< a parameter
  const parallel::Sends sends_;
};

}  // namespace presil::run
