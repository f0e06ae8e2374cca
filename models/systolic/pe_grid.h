// pe_grid.h -- cycle-level systolic array with real operands: the oracle of fold_timing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "models/systolic/fold_timing.h"
#include "models/systolic/register_moves.h"

namespace presil::systolic {

/// Dense row-major operand.
struct Matrix {
  std::size_t rows{}, columns{};
  std::vector<std::int32_t> data;

  std::int32_t operator()(std::size_t r, std::size_t c) const { return data[r * columns + c]; }
  Matrix transposed() const;
};

/// One GEMM: a (M x K) times b (K x N).
struct Operands {
  Matrix a, b;
};

/// Two values met in one register, or one was missing where it was needed: the schedule is too early.
class Hazard : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Cycle in which each fold's first element enters at the corner PE (0, 0): of the stationary
/// operand (empty for os, which has none) and of the streaming one.
struct Schedule {
  std::vector<std::uint64_t> preload, stream;
};

/// What came out of the array and what was counted on the way; names as in BlockTiming.
struct GridResult {
  std::uint64_t cycles{};             ///< first cycle of work to the cycle after the last output left
  std::vector<std::int64_t> product;  ///< M x N, row-major
  std::uint64_t macs{}, stationary_reads{}, streaming_reads{}, output_writes{}, output_reads{};
  RegisterMoves moves;  ///< within the folds' edges
  Schedule schedule;  ///< as issued
};

/// Runs GEMMs back to back, register by register, on the machine fold_timing.h describes. `product`
/// holds their products one after the other; the rest is for all of them together.
///
/// A word moves one PE a cycle: activations right, partial sums, weights and os's second operand
/// down, os results up through the output registers. A weight shifts down to its row and rests in the
/// shadow register there until the first activation of its fold arrives. Everything enters at an
/// edge, lane i one cycle after lane i - 1, and counts as out in the cycle after its last PE; partial
/// sums of several k-blocks are added outside. No time is computed: it is the number of steps taken.
///
/// The controller starts each fold in the first cycle in which a copy of the grid, run to that
/// fold's end, meets no Hazard; folds start in order. Cost O(cycles R C) and more: for small shapes.
/// With a `schedule` the starts are dictated, cycles counted from cycle 0, and Hazard is thrown if
/// it is too early anywhere.
/// Throws std::invalid_argument if an extent is 0 or the inner ones differ, std::out_of_range if the
/// schedule is too short.
GridResult run_grid(const std::vector<Operands>& gemms, ArrayShape array, Dataflow dataflow,
                    const Schedule* schedule = nullptr);

/// The same for one GEMM.
GridResult run_grid(const Matrix& a, const Matrix& b, ArrayShape array, Dataflow dataflow,
                    const Schedule* schedule = nullptr);

}  // namespace presil::systolic
