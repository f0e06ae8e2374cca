// training_costs.cpp -- implementation of training_costs.h.
#include "sim/run/training_costs.h"

#include <algorithm>
#include <utility>

#include "sim/run/product.h"
#include "sim/run/segment_parts.h"

namespace presil::run {

using workload::Op;
using workload::OpKind;

namespace {

/// SMs that a collective library's kernels hold while an exchange runs: a thread block on each for every channel. [assumed] 16:
/// NCCL takes 16 to 32 channels between nodes of eight GPUs.
constexpr double kExchangeUnits = 16;

/// With what it takes.
struct Part : SegmentPart {
  explicit Part(SegmentPart part) : SegmentPart(std::move(part)) {}
  Totals totals;
};

/// Time of operators beside which exchanges can run: what each of them has left to hide.
class Cover {
 public:
  explicit Cover(std::vector<Part>& parts) : parts_(parts), first_(parts.size(), -1), last_(parts.size(), -1) {}

  /// Hides up to `wanted` beside the operator behind part i.
  double behind(std::size_t i, double wanted) {
    for (std::size_t j = i + 1; j < parts_.size(); ++j)
      if (parts_[j].exchange == nullptr) return take(first_[j], parts_[j].compute.ops.front(), parts_[j], wanted);
    return 0;
  }
  /// Beside the product right behind part i or right before it, if there is one.
  struct Beside { double hidden{}; const Op* product{}; };
  Beside beside_product(std::size_t i, double wanted) {
    for (std::size_t j = i + 1; j < parts_.size(); ++j)
      if (parts_[j].exchange == nullptr) {
        const Op& first = parts_[j].compute.ops.front();
        if (first.kind != OpKind::matmul) break;
        return {take(first_[j], first, parts_[j], wanted), &first};
      }
    for (std::size_t j = i; j-- > 0;)
      if (parts_[j].exchange == nullptr) {
        const Op& last = parts_[j].compute.ops.back();
        if (last.kind != OpKind::matmul) break;
        return {take(parts_[j].compute.ops.size() == 1 ? first_[j] : last_[j], last, parts_[j], wanted), &last};
      }
    return {};
  }

 private:
  static double time_of(const Op& op, const Part& part) {
    for (const OpTotals& row : part.totals.ops)
      if (row.name == op.name) return row.time_s / std::max(1.0, row.count);
    return 0;
  }
  static double take(double& left, const Op& op, const Part& part, double wanted) {
    if (left < 0) left = time_of(op, part);
    const double hidden = std::min(left, wanted);
    left -= hidden;
    return hidden;
  }

  std::vector<Part>& parts_;
  std::vector<double> first_, last_;  ///< what the first and last operator of a part have left; below 0: all
};

Totals exchange_totals(const TrainingPlan& plan, const workload::Graph& graph, const Op& op, double full, double exposed) {
  OpTotals row;
  row.name = op.name;
  row.phase = graph.phase;
  row.count = 1;
  row.format = op.compute;
  row.time_s = exposed;
  row.span_s = row.fabric_s = full;
  row.fabric_bytes = parallel::exchange_bytes(plan.group(op.collective.group), op.collective.kind, {op.collective.bytes}).value;
  Totals totals;
  totals.ops.push_back(row);
  totals.phases.push_back({graph.phase, 0, exposed, {}});
  SegmentTotals segment;
  segment.name = op.name;
  segment.phase = graph.phase;
  segment.count = 1;
  segment.activity.time = {exposed};
  segment.activity.fabric_bytes = row.fabric_bytes;
  totals.segments.push_back(segment);
  return totals;
}

}  // namespace

double cutting_s(Machine& machine, const Op& product, std::uint64_t pieces) {
  const auto time_of = [&](std::uint64_t rows) {
    workload::Graph graph = product_graph({rows, product.matmul.n, product.matmul.k, product.matmul.batch, product.compute});
    graph.benchmark = false;
    return machine.run(graph, graph.segments.front(), {}, true).time_s();
  };
  const std::uint64_t rows = product.matmul.m, most = (rows + pieces - 1) / pieces;
  return std::max(0.0, static_cast<double>(pieces) * time_of(most) - time_of(rows));
}

double crowding_s(const Chip& chip, double beside) {
  return chip->exchanges_on_units() ? beside * kExchangeUnits / static_cast<double>(chip->units().count) : 0;
}

Totals priced(Machine& machine, const TrainingPlan& plan, const workload::Graph& graph, const workload::Segment& segment) {
  std::vector<Part> parts;
  for (SegmentPart& part : parts_of(graph, segment)) parts.emplace_back(std::move(part));
  for (Part& part : parts)
    if (part.exchange == nullptr) part.totals = machine.run(graph, part.compute, {plan.fuse, nullptr}, true);
  Cover cover(parts);
  Totals all;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].exchange == nullptr) {
      all.add(parts[i].totals, 1);
      continue;
    }
    const Op& op = *parts[i].exchange;
    const workload::Collective& c = op.collective;
    const double full = parallel::exchange_time(plan.cluster, plan.group(c.group), c.kind, {c.bytes}).value;
    if (full <= 0) continue;
    double exposed = full;
    if (c.overlapped && plan.config.overlap_backward) {
      const double hidden = cover.behind(i, full);
      exposed += crowding_s(machine.chip(), hidden) - hidden;
    } else if (plan.config.overlap_tensor && c.group == workload::Group::tensor) {
      const auto [hidden, product] = cover.beside_product(i, full * (1 - 1.0 / c.ranks));
      if (product != nullptr) exposed += crowding_s(machine.chip(), hidden) + cutting_s(machine, *product, c.ranks) - hidden;
    }
    all.add(exchange_totals(plan, graph, op, full, std::clamp(exposed, 0.0, full)), 1);
  }
  return all;
}

std::vector<const SegmentCost*> ModelCost::segments(const PieceOfModel& piece) const {
  std::vector<const SegmentCost*> all;
  if (piece.embed) all.push_back(&embed);
  for (const std::size_t kind : piece.layers) all.push_back(&layers[kind]);
  if (piece.head) all.push_back(&head);
  return all;
}

ModelCost model_cost(Machine& machine, const TrainingPlan& plan, const TrainingModel& model) {
  const auto cost = [&](const TrainingSegment& segment) {
    SegmentCost c;
    c.forward = priced(machine, plan, model.forward, *segment.forward);
    const workload::Graph& again = segment.backward.recompute;
    for (const workload::Segment& part : again.segments) c.backward.add(priced(machine, plan, again, part), 1);
    c.backward.add(priced(machine, plan, segment.backward.graph, segment.backward.graph.segments.front()), 1);
    return c;
  };
  ModelCost all;
  all.embed = cost(model.embed);
  all.head = cost(model.head);
  for (const TrainingSegment& layer : model.layers) all.layers.push_back(cost(layer));
  return all;
}

}  // namespace presil::run
