// training_exchanges.cpp -- implementation of training_exchanges.h.
#include "sim/run/training_exchanges.h"

#include <algorithm>

namespace presil::run {

using workload::CollectiveKind;
using workload::Parameters;

ParameterExchanges::ParameterExchanges(const TrainingPlan& plan, const TrainingModel& model, const ModelCost& cost, const Cut& cut)
    : plan_(plan), model_(model), cut_(cut), gradient_bytes_(bytes_per_value(plan.config.gradients)), weight_bytes_(bytes_per_value(plan.formats.weights)), sends_(sends(cost)) {}

double ParameterExchanges::time(const Parameters& p, CollectiveKind kind, double bytes) const {
  const parallel::Degrees d = plan_.degrees();
  return parallel::exchange_time_beside(plan_.cluster, parallel::replicas(d), kind, {p.shared * bytes}, sends_).value +
         parallel::exchange_time_beside(plan_.cluster, parallel::expert_replicas(d), kind, {p.experts * bytes}, sends_).value;
}

double ParameterExchanges::reduce_s(const Parameters& p) const {
  return time(p, plan_.cut.zero == 0 ? CollectiveKind::all_reduce : CollectiveKind::reduce_scatter, gradient_bytes_);
}

double ParameterExchanges::gather_s(const Parameters& p) const {
  return plan_.cut.zero == 0 ? 0 : time(p, CollectiveKind::all_gather, weight_bytes_);
}

double ParameterExchanges::exposed(double exchanges, double own) const {
  return plan_.config.overlap_gradients ? std::max(0.0, exchanges - own) : exchanges;
}

std::uint64_t ParameterExchanges::reductions() const {
  return plan_.cut.zero >= 2 ? std::max<std::uint64_t>(1, plan_.micro_batches() / plan_.passes_per_scatter()) : 1;
}

double ParameterExchanges::tied_s() const {
  if (plan_.cut.pipeline == 1 || model_.tied_parameters == 0) return 0;
  const parallel::GroupShape pipeline = parallel::pipeline_group(plan_.degrees());
  const bool in_a_node = parallel::members_in_node(pipeline, plan_.cluster.node()) == pipeline.ranks;
  const parallel::GroupShape ends{2, in_a_node ? pipeline.stride : pipeline.stride * (pipeline.ranks - 1)};
  return parallel::exchange_time(plan_.cluster, ends, CollectiveKind::all_reduce, {model_.tied_parameters * gradient_bytes_}).value;
}

double ParameterExchanges::norm_s() const {
  return parallel::exchange_time(plan_.cluster, {plan_.cut.devices(), 1}, CollectiveKind::all_reduce, {4}).value;
}

double ParameterExchanges::all_of(const std::vector<PieceOfModel>& stage) const {
  const Parameters p = model_.parameters(stage);
  return reduce_s(p) + gather_s(p);
}

// Without sequence parallelism every device of the tensor group holds all of it; each sends its part, and links inside the node
// join the parts again [arXiv:2104.04473, section 4.1].
Bytes ParameterExchanges::sent() const {
  return {plan_.cut.sequence_parallel ? model_.boundary_bytes : model_.boundary_bytes / plan_.cut.tensor};
}

// A message both ways for every pass forward and back of a piece.
parallel::Sends ParameterExchanges::sends(const ModelCost& cost) const {
  if (!plan_.config.overlap_gradients || plan_.cut.pipeline == 1) return {};
  double time = 0, pieces = 0;
  for (const auto& stage : cut_)
    for (const PieceOfModel& piece : stage) {
      for (const SegmentCost* segment : cost.segments(piece)) time += segment->forward_s() + segment->backward_s();
      ++pieces;
    }
  return {parallel::pipeline_group(plan_.degrees()), sent(), {time / pieces}};
}

double ParameterExchanges::stage_bytes(const std::vector<PieceOfModel>& stage) const {
  const parallel::GroupShape all = parallel::replicas(plan_.degrees());
  const double p = model_.parameters(stage).total();
  const auto sent_of = [&](CollectiveKind kind, double bytes) { return parallel::exchange_bytes(all, kind, {p * bytes}).value; };
  if (plan_.cut.zero == 0) return sent_of(CollectiveKind::all_reduce, gradient_bytes_);
  const double gatherings = plan_.cut.zero >= 3 ? 2 * static_cast<double>(plan_.micro_batches()) : 1;
  return sent_of(CollectiveKind::reduce_scatter, gradient_bytes_) * static_cast<double>(reductions()) +
         sent_of(CollectiveKind::all_gather, weight_bytes_) * gatherings;
}

double ParameterExchanges::mean_bytes() const {
  double bytes = 0;
  for (const auto& stage : cut_) bytes += stage_bytes(stage);
  return bytes / static_cast<double>(cut_.size());
}

}  // namespace presil::run
