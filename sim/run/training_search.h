// training_search.h -- cuts of a training run that fit in memory, the fastest first.
//
// Tried are: tensor up to a node; pipeline up to the number of layers; context where sequences are longer than 32 Ki; expert
// where the model has experts; the rest of the devices replicate. With each: virtual stages that divide the layers, micro-
// batches of 1, 2, 4, 8, 16 and the recomputation that keeps most and fits. Only what divides is a cut.
// Segments are simulated once for all cuts that share them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/run/training_step.h"

namespace presil::run {

struct TrainingCandidate {
  TrainingPlan plan;
  TrainingFit fit;
  TrainingStep step;
};

class TrainingSearch {
 public:
  explicit TrainingSearch(Machine& machine) : machine_(machine) {}

  /// Graphs and costs of a plan; kept, and shared by plans that differ in what does not change them.
  const TrainingModel& model(const TrainingPlan& plan);
  const ModelCost& cost(const TrainingPlan& plan);

  /// The fastest micro-batch, number of virtual stages and recomputation of a plan, of those allowed that fit; none: empty.
  struct Choices {
    std::vector<std::uint64_t> micro_batches;
    std::vector<std::uint32_t> virtual_stages;
    std::vector<workload::Recompute> recompute;  ///< tried in turn until one fits
  };
  std::vector<TrainingCandidate> fastest(const TrainingPlan& plan, const Choices& choices);

  /// All cuts over `devices` devices that fit, the fastest first, at most `most`.
  std::vector<TrainingCandidate> cuts(const TrainingPlan& plan, std::uint64_t devices, std::size_t most = 5);

 private:
  struct Known {
    std::unique_ptr<TrainingPlan> plan;
    std::unique_ptr<TrainingModel> model;
    std::unique_ptr<ModelCost> cost;
  };
  Known& known(const TrainingPlan& plan);
  bool try_plan(const TrainingPlan& plan, std::vector<TrainingCandidate>& found);

  Machine& machine_;
  std::map<std::string, Known> known_;
};

/// Numbers of pieces into which the layers of a stage divide, up to `most`.
std::vector<std::uint32_t> possible_virtual_stages(const workload::Architecture& model, std::uint32_t stages, std::uint32_t most);

}  // namespace presil::run
