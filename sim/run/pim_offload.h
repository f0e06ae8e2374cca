// pim_offload.h -- operators of a pass that units in the memory do when they are faster than the chip.
//
// The memory is the chip's own. Where an operator has a form for the units (a product of weights of 16 bits with m vectors:
// m GEMVs of each matrix; a sum of two tensors), its time by the chip, as simulated with all that surrounds it, is held
// against the units' time from their command sequences (pim_times.h) and the host's read-back; the shorter one counts. While
// units work nothing else uses the memory or the chip. Weights are laid out as units want them, and the chip reads them as
// fast. Not modelled: the chip's launch of a command sequence, other work beside units, attention in memory.
#pragma once

#include "sim/run/chip.h"
#include "sim/run/pim_times.h"
#include "sim/run/totals.h"
#include "workloads/graph/graph.h"

namespace presil::run {

class PimOffload {
 public:
  /// Throws InputError when the chip's memory is not the units'.
  PimOffload(const PimDevice& device, const Chip& chip);
  /// Replaces times, traffic and energy of the operators that the units do faster. `totals` are of one execution of the
  /// segment by the chip alone. Throws CapacityError when the weights do not fit where the units are.
  void apply(const workload::Graph& graph, const workload::Segment& segment, Totals& totals);

 private:
  struct Work {
    double times{};        ///< kernels of the units
    double seconds{}, joules{}, readback_bytes{}, macs{};
    bool possible() const { return times > 0; }
  };
  Work work_of(const workload::Graph& graph, const workload::Op& op);
  void move(Totals& totals, OpTotals& row, const Work& work) const;
  void check_room(const workload::Graph& graph) const;

  PimTimes times_;
  const Chip& chip_;
};

}  // namespace presil::run
