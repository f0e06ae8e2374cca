// macro_group.cpp -- implementation of macro_group.h.
#include "models/imc/macro_group.h"

#include <algorithm>
#include <cmath>

namespace presil::imc {

MacroCost::MacroCost(const MacroGroup& group) : group_(group), estimate_(estimate(group.macro)) {}

Seconds MacroCost::multiply(double vectors, double turns) const {
  return estimate_.pass * std::max(0.0, vectors * turns - 1) + estimate_.latency;
}

Seconds MacroCost::write(double blocks) const {
  const double turns = std::ceil(blocks / group_.arrays());
  return estimate_.write_time * (turns * group_.macro.active_rows() / group_.macro.rows);
}

MacroEnergy MacroCost::of_pass() const {
  const MacroEnergy& e = estimate_.energy;
  const double arrays = group_.macro.macros;
  return {e.word_lines / arrays, e.inputs / arrays,     e.cells / arrays,
          e.adders / arrays,     e.converters / arrays, e.accumulators / arrays};
}

Joules MacroCost::of_write() const {
  return estimate_.write_energy *
         (1.0 * group_.macro.active_rows() / group_.macro.rows / group_.macro.macros);
}

MacroArea MacroCost::area() const {
  const MacroArea& a = estimate_.area;
  const double n = group_.macros;
  return {a.cells * n, a.adders * n, a.converters * n, a.drivers * n, a.accumulators * n};
}

double MacroCost::ops_per_s() const { return estimate_.ops_per_s() * group_.macros; }

}  // namespace presil::imc
