// systolic_array.h -- a systolic array that executes blocks one behind the other.
#pragma once

#include <cstdint>

#include "models/systolic/systolic_config.h"
#include "sim/kernel/time.h"

namespace presil::systolic {

/// What became of one block.
struct BlockSchedule {
  sc_core::sc_time finish;      ///< last result has left the array
  sc_core::sc_time issue_end;   ///< the next block may stream from here on
  double operand_bytes{};       ///< scratchpad traffic, operands and partial sums
  double register_bytes{};      ///< taken by pipeline registers (register_moves.h)
};

/// Where one array's time went so far. waited + preload + active = the time up to the last block's issue_end.
struct ArrayUse {
  sc_core::sc_time active, preload, waited;
};

/// Deadline arithmetic of one array (no process of its own: blocks are handed over when their operands are there).
///
/// With r the time the operands are ready, F the end of the previous block's streaming and L the start of its
/// last fold, the next block preloads from P = max(r, L) and streams from S = max(F, P + preload): a busy array
/// hides the shift-in of the next stationary operand, an idle one does not; os has no preload, but its output
/// registers must be free when the block's first results arrive. The block's own folds follow fold_timing.h. A format whose rate is below 1 takes 1/rate passes over the streaming operand; above 1, the
/// packed values stream `rate` at a time.
/// serialised: every fold of every block is charged in full, nothing overlaps.
class SystolicArray {
 public:
  SystolicArray(const SystolicConfig& config, kernel::Clock clock) : config_(config), clock_(clock) {}

  struct Block {
    GemmShape shape;
    Format format{};
    double operand_bytes{2};      ///< per value of A and B
    double accumulator_bytes{4};  ///< per partial sum
    std::uint64_t repeat{1};      ///< independent products of this shape, one behind the other
  };
  BlockSchedule execute(const Block& block, sc_core::sc_time ready);

  /// Streaming cannot go on before `t` (a scratchpad port was busy).
  void stall_until(sc_core::sc_time t);
  /// From the next block on.
  void set_clock(kernel::Clock clock) { clock_ = clock; }
  sc_core::sc_time free_at() const { return stream_free_; }
  const ArrayUse& use() const { return use_; }
  /// Idle from now on, with nothing preloaded and the counters at zero.
  void reset(sc_core::sc_time now);

 private:
  const SystolicConfig config_;
  kernel::Clock clock_;
  ArrayUse use_;
  sc_core::sc_time stream_free_;      ///< F
  sc_core::sc_time last_fold_start_;  ///< L
  sc_core::sc_time outputs_free_;     ///< os: output registers of column 0 are free again
};

}  // namespace presil::systolic
