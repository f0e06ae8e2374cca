// training_plan.cpp -- implementation of training_plan.h.
#include "sim/run/training_plan.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/base/error.h"
#include "workloads/transformer/sharding.h"

namespace presil::run {

namespace {

[[noreturn]] void refuse(const std::string& why) { throw InputError(why); }

void check_batch(const TrainingPlan& plan) {
  const std::uint64_t together = std::uint64_t{plan.cut.data} * plan.config.micro_batch;
  if (plan.config.global_batch % together != 0)
    refuse(fmt::format("workload.global_batch is {} sequences, which {} replicas with micro-batches of {} do not divide",
                       plan.config.global_batch, plan.cut.data, plan.config.micro_batch));
  if (const char* why = parallel::pipeline_obstacle(plan.pipeline()); *why != 0)
    refuse(fmt::format("parallelism.virtual_stages is {} with {} stages and {} micro-batches: {}", plan.cut.virtual_stages,
                       plan.cut.pipeline, plan.micro_batches(), why));
  if (plan.config.global_batch / together * plan.cut.pipeline * plan.cut.virtual_stages > 10'000'000)
    refuse(fmt::format("{} micro-batches through {} stages of {} pieces; expected at most 10 million passes", plan.micro_batches(),
                       plan.cut.pipeline, plan.cut.virtual_stages));
}

void check_groups(const TrainingPlan& plan) {
  const ParallelismConfig& cut = plan.cut;
  const std::uint64_t node = plan.cluster.node();
  const bool several = cut.devices() > 1;
  if (several && plan.cluster.link == nullptr && plan.cluster.network == nullptr)
    refuse(fmt::format("{} devices train the model, and nothing joins them; expected a `link`, such as nvlink4, or a `network`", cut.devices()));
  if (cut.devices() > node && plan.cluster.network == nullptr)
    refuse(fmt::format("{} devices do not fit in a node of {}, and nothing joins nodes; expected a `network`, such as infiniband_ndr", cut.devices(), node));
  if (cut.tensor > node && plan.cluster.link != nullptr && cut.tensor % node != 0)
    refuse(fmt::format("parallelism.tensor is {}, no multiple of the {} devices of a node", cut.tensor, node));
  if (cut.expert > 1 && (std::uint64_t{cut.context} * cut.data) % cut.expert != 0)
    refuse(fmt::format("parallelism.expert is {}, which does not divide the {} devices of the data and context groups", cut.expert,
                       std::uint64_t{cut.context} * cut.data));
}

double workspace(const TrainingSegment& segment) {
  const double kept = segment.backward.working_bytes > 0 ? segment.backward.working_bytes : segment.backward.kept_bytes;
  return std::max(0.0, workload::peak_activation_bytes(segment.backward.graph) - kept);
}

}  // namespace

workload::TrainingOptions TrainingPlan::options() const {
  workload::TrainingOptions o;
  o.sequence = config.sequence;
  o.micro_batch = config.micro_batch;
  o.formats = formats;
  o.gradients = config.gradients;
  o.fused_attention = fused_attention;
  o.dropout = config.dropout;
  o.fused_accumulation = config.fused_accumulation;
  o.sequence_parallel = cut.sequence_parallel;
  o.tensor = cut.tensor;
  o.context = cut.context;
  o.expert = cut.expert;
  return o;
}

parallel::GroupShape TrainingPlan::group(workload::Group which) const {
  switch (which) {
    case workload::Group::tensor: return parallel::tensor_group(degrees());
    case workload::Group::context: return parallel::context_group(degrees());
    case workload::Group::expert: break;
  }
  return parallel::expert_group(degrees());
}

TrainingPlan plan_of(const workload::Architecture& model, const Experiment& e) {
  TrainingPlan plan;
  plan.model = &model;
  plan.config = e.workload.training;
  plan.cut = e.group.parallelism;
  plan.formats = e.workload.formats;
  plan.fused_attention = e.simulation.fused_attention;
  plan.fuse = false;  // frameworks run element-wise operators as kernels of their own
  plan.cluster = {e.group.link_between(), e.group.network_between()};
  return plan;
}

void check_plan(const TrainingPlan& plan) {
  workload::check_training(*plan.model, plan.options());
  check_batch(plan);
  check_groups(plan);
  cut_layers(*plan.model, plan.cut.pipeline, plan.cut.virtual_stages);
}

std::vector<std::vector<PieceOfModel>> cut_layers(const workload::Architecture& model, std::uint32_t stages, std::uint32_t chunks) {
  const std::vector<std::size_t> order = workload::layer_order(model);
  const std::uint64_t pieces = std::uint64_t{stages} * chunks;
  const bool even = order.size() % pieces == 0, ends_count = !even && (order.size() + 2) % pieces == 0;
  if (!even && !ends_count)
    refuse(fmt::format("{} layers do not divide over {} stages with {} pieces each; neither do they when embedding and head count as layers ({})",
                       order.size(), stages, chunks, order.size() + 2));
  const std::size_t run = (order.size() + (ends_count ? 2 : 0)) / pieces;
  std::vector<std::vector<PieceOfModel>> cut(stages, std::vector<PieceOfModel>(chunks));
  cut.front().front().embed = true;
  cut.back().back().head = true;
  auto next = order.begin();
  for (std::uint32_t c = 0; c < chunks; ++c)
    for (std::uint32_t s = 0; s < stages; ++s) {
      PieceOfModel& piece = cut[s][c];
      const std::size_t here = run - (ends_count && piece.embed ? 1 : 0) - (ends_count && piece.head ? 1 : 0);
      piece.layers.assign(next, next + static_cast<std::ptrdiff_t>(here));
      next += static_cast<std::ptrdiff_t>(here);
    }
  return cut;
}

TrainingModel::TrainingModel(const TrainingPlan& plan) : forward(workload::forward_pass(*plan.model, plan.options())) {
  const auto make = [&](const workload::Segment& segment) {
    TrainingSegment t;
    t.forward = &segment;
    t.backward = workload::backward_of(forward, segment, plan.config.recompute, plan.options());
    t.parameters = workload::parameters_of(forward, segment);
    t.workspace_bytes = workspace(t);
    return t;
  };
  embed = make(forward.segments.front());
  head = make(forward.segments.back());
  for (std::size_t i = 1; i + 1 < forward.segments.size(); ++i) layers.push_back(make(forward.segments[i]));
  boundary_bytes = forward.tensors[head.forward->entries.front()].bytes();
  if (plan.model->tied_embeddings) {
    workload::PassOptions shared;
    shared.tensor_parallel = plan.cut.tensor;
    tied_parameters = static_cast<double>(workload::vocabulary_share(*plan.model, shared) * plan.model->hidden);
  }
}

std::vector<const TrainingSegment*> TrainingModel::segments(const PieceOfModel& piece) const {
  std::vector<const TrainingSegment*> all;
  if (piece.embed) all.push_back(&embed);
  for (const std::size_t kind : piece.layers) all.push_back(&layers[kind]);
  if (piece.head) all.push_back(&head);
  return all;
}

workload::Parameters TrainingModel::parameters(const std::vector<PieceOfModel>& stage) const {
  workload::Parameters sum;
  bool both[2]{};
  for (const PieceOfModel& piece : stage) {
    both[0] |= piece.embed;
    both[1] |= piece.head;
    for (const TrainingSegment* segment : segments(piece)) {
      sum.shared += segment->parameters.shared;
      sum.experts += segment->parameters.experts;
    }
  }
  if (both[0] && both[1]) sum.shared -= tied_parameters;  // one table for both ends
  return sum;
}

}  // namespace presil::run
