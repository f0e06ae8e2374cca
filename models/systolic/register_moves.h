// register_moves.h -- how often registers between processing elements take a new value, for one GEMM on an array.
//
// ws: an activation goes through every element of its row that holds a weight of the fold, once for each multiply-add; a
// partial sum goes down all R rows, whatever part of them holds weights; weights are shifted in row by row, the one that rests
// in row r through r + 1 shadow registers. is: the same with M and N exchanged.
// os: both operands pass once for each multiply-add, the sum is written back in place; results are shifted out upward, the one
// of row r through r + 1 registers.
// Elements beyond the edge of a fold are taken to be gated.
#pragma once

#include "models/systolic/fold_timing.h"

namespace presil::systolic {

/// Values taken, each by one register.
struct RegisterMoves {
  double streamed{};    ///< operands passing by
  double stationary{};  ///< operands shifted to where they rest
  double sums{};
};

RegisterMoves register_moves(const GemmShape& gemm, ArrayShape array, Dataflow dataflow);

}  // namespace presil::systolic
