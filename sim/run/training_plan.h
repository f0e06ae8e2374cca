// training_plan.h -- a training run resolved: the model, how it is cut over devices, and what each device holds of it.
//
// Layers go to stages in equal runs: piece c of stage s of p stages with v pieces each holds run c p + s. When the layers do
// not divide but the layers and two do, embedding and head count as a layer each, so that the first and the last piece hold
// one layer less [Llama 3, arXiv:2407.21783, section 3.3.2; Megatron-LM, --account-for-embedding-in-pipeline-split].
#pragma once

#include <vector>

#include "sim/parallel/group_time.h"
#include "sim/parallel/pipeline.h"
#include "sim/run/experiment.h"
#include "workloads/training/gradient.h"

namespace presil::run {

struct TrainingPlan {
  const workload::Architecture* model{};
  TrainingConfig config;
  ParallelismConfig cut;
  workload::Formats formats;
  bool fused_attention{true}, fuse{false};
  parallel::Cluster cluster;

  workload::TrainingOptions options() const;
  parallel::Degrees degrees() const { return {cut.tensor, cut.context, cut.expert, cut.data, cut.pipeline}; }
  parallel::GroupShape group(workload::Group which) const;
  /// Of each pipeline and step.
  std::uint64_t micro_batches() const { return config.global_batch / (std::uint64_t{cut.data} * config.micro_batch); }
  parallel::PipelineShape pipeline() const { return {cut.pipeline, cut.virtual_stages, micro_batches()}; }
  /// Passes whose gradients a piece sums before they are scattered over the replicas, where these share them (ZeRO 2 and 3). An
  /// interleaved schedule runs as many micro-batches as there are stages through a piece before the next; one with single
  /// pieces would have to hold all gradients, which is what sharing them is to spare.
  std::uint64_t passes_per_scatter() const { return cut.virtual_stages > 1 ? cut.pipeline : 1; }
};

TrainingPlan plan_of(const workload::Architecture& model, const Experiment& experiment);

/// Throws InputError, with the numbers, when the cut cannot be made: degrees, layers, batch, groups that nothing joins.
void check_plan(const TrainingPlan& plan);

/// One piece of the model: kinds of its layers as indices, and whether the embedding or the head come with it.
struct PieceOfModel {
  bool embed{false}, head{false};
  std::vector<std::size_t> layers;
};
/// [stage][chunk]. Throws InputError when the layers do not divide.
std::vector<std::vector<PieceOfModel>> cut_layers(const workload::Architecture& model, std::uint32_t stages, std::uint32_t chunks);

/// A segment with its way back.
struct TrainingSegment {
  const workload::Segment* forward{};
  workload::BackwardSegment backward;
  workload::Parameters parameters;
  double workspace_bytes{};  ///< gradients of activations alive at once on the way back
};

/// All that one device computes of a micro-batch, segment by segment.
struct TrainingModel {
  workload::Graph forward;
  TrainingSegment embed, head;
  std::vector<TrainingSegment> layers;  ///< by kind
  double boundary_bytes{};              ///< hidden state that goes from stage to stage, of one device
  double tied_parameters{};             ///< of the embedding that the head uses too, of one device

  explicit TrainingModel(const TrainingPlan& plan);
  TrainingModel(const TrainingModel&) = delete;
  TrainingModel& operator=(const TrainingModel&) = delete;
  /// The segments of a piece, in order.
  std::vector<const TrainingSegment*> segments(const PieceOfModel& piece) const;
  workload::Parameters parameters(const std::vector<PieceOfModel>& stage) const;
};

}  // namespace presil::run
