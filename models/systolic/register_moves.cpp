// register_moves.cpp -- implementation of register_moves.h.
#include "models/systolic/register_moves.h"

#include <cmath>

namespace presil::systolic {

namespace {

/// Shifts that bring `extent` rows, `rows` at a time, to their places: 1 + 2 + ... in each fold.
double shifts(double extent, double rows) {
  const double full = std::floor(extent / rows), last = extent - full * rows;
  return full * rows * (rows + 1) / 2 + last * (last + 1) / 2;
}

}  // namespace

RegisterMoves register_moves(const GemmShape& gemm, ArrayShape array, Dataflow dataflow) {
  const auto m = static_cast<double>(gemm.m), n = static_cast<double>(gemm.n),
             k = static_cast<double>(gemm.k);
  const double rows = array.rows, macs = m * n * k;
  switch (dataflow) {
    case Dataflow::ws: return {macs, n * shifts(k, rows), m * n * std::ceil(k / rows) * rows};
    case Dataflow::is: return {macs, m * shifts(k, rows), m * n * std::ceil(k / rows) * rows};
    case Dataflow::os: break;
  }
  return {2 * macs, 0, macs + n * shifts(m, rows)};
}

}  // namespace presil::systolic
