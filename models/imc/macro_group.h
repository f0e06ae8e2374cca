// macro_group.h -- equal macros of one core as a unit that multiplies vectors with the weights in its cells.
//
// A block is what one pass of one array computes with: depth inputs (the rows active at once, half of them where weights
// are differential) by width outputs. An array holds rows / rows_active blocks, which take turns. A matrix of k x n takes
// ceil(k / depth) x ceil(n / width) blocks, none shared by two matrices. With N arrays, B blocks of a matrix spread evenly:
//
//   turns        t = ceil(B / N)
//   multiply     (vectors x t - 1) x pass + latency, pass and latency as in macro.h
//   write        t x rows of a block x write time of a row: arrays side by side, rows one after another
//
// Sums of the blocks under one another are added where they leave the arrays, within the pass; the macro's accumulators are
// charged for it. Not modelled: wires between arrays and that adder beyond the core's network hop.
#pragma once

#include <algorithm>
#include <cstdint>

#include "models/imc/macro.h"

namespace presil::imc {

struct MacroGroup {
  MacroConfig macro;
  std::uint32_t macros{0};  ///< 0: there are none
  double reload{0.5};       ///< share of the blocks that is for weights on their way, where a model does not fit

  bool present() const { return macros > 0; }
  double arrays() const { return double{1} * macros * macro.macros; }
  std::uint32_t depth() const { return macro.active_rows() / (macro.differential ? 2 : 1); }
  std::uint32_t width() const { return macro.outputs(); }
  std::uint32_t blocks_per_array() const { return macro.rows / macro.active_rows(); }
  double blocks() const { return present() ? arrays() * blocks_per_array() : 0; }
  /// Blocks that may be written while a program runs, where a model does not fit; one at least.
  std::uint64_t reloadable() const { return present() ? std::max<std::uint64_t>(1, static_cast<std::uint64_t>(blocks() * reload)) : 0; }
  double weights() const { return blocks() * depth() * width(); }
};

/// What a group's work costs; everything from one estimate of its macro.
class MacroCost {
 public:
  explicit MacroCost(const MacroGroup& group);
  Seconds pass() const { return estimate_.pass; }
  Seconds multiply(double vectors, double turns) const;
  /// Until the next vector of another product may enter.
  Seconds issue(double vectors, double turns) const { return estimate_.pass * (vectors * turns); }
  Seconds write(double blocks) const;
  /// Of one vector through one block, by part.
  MacroEnergy of_pass() const;
  Joules of_write() const;  ///< of one block
  MacroArea area() const;   ///< of the group
  double ops_per_s() const;

 private:
  MacroGroup group_;
  MacroEstimate estimate_;
};

}  // namespace presil::imc
