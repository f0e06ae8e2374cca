// training_costs.h -- time and counters of the ways forward and back through each segment, exchanges included.
//
// A segment is cut at its exchanges. What lies between them is simulated once on the chip (Machine::run); exchanges take
// the time of parallel::exchange_time(). An exchange that runs beside the operator behind it (Collective::overlapped), or
// with `overlap_tensor` beside the product next to it, costs what that operator does not hide, and slows it down by the units that
// it holds. Beside the product next to it means piece by piece: the product is cut into as many pieces of its rows as the group
// has devices, one behind the other, and the first piece's exchange stays exposed [Transformer Engine, userbuffers, ring
// exchange]. Where that takes longer than one behind the other, nothing is overlapped.
// Not modelled: what exchanges take of the memory bandwidth of the operators that they run beside.
#pragma once

#include "sim/run/machine.h"
#include "sim/run/training_plan.h"

namespace presil::run {

struct SegmentCost {
  Totals forward, backward;  ///< of one micro-batch; backward with what is computed again
  double forward_s() const { return forward.time_s(); }
  double backward_s() const { return backward.time_s(); }
};

struct ModelCost {
  SegmentCost embed, head;
  std::vector<SegmentCost> layers;
  /// The segments of a piece, in the order of TrainingModel::segments.
  std::vector<const SegmentCost*> segments(const PieceOfModel& piece) const;
};

ModelCost model_cost(Machine& machine, const TrainingPlan& plan, const TrainingModel& model);

/// How much longer a product takes in so many pieces of its rows.
double cutting_s(Machine& machine, const workload::Op& product, std::uint64_t pieces);

/// What operators lose to exchanges that run beside them for so long, where these are kernels on the units that multiply.
double crowding_s(const Chip& chip, double beside);

/// One execution of a segment of a graph.
Totals priced(Machine& machine, const TrainingPlan& plan, const workload::Graph& graph, const workload::Segment& segment);

}  // namespace presil::run
