// vector_config.h -- one vector unit as a user describes it.
#pragma once

#include <cstdint>

#include "sim/config/visitor.h"

namespace presil::vector {

struct VectorConfig {
  std::uint32_t lanes{1024};
  double ops_per_lane{1};
  double special_cycles{4};

  void describe(config::Visitor& v) {
    v.integer("lanes", lanes, config::required, 1, 1 << 20, "Values processed side by side.");
    v.real("ops_per_lane", ops_per_lane, config::optional, config::Range{0, 64, true},
           "Additions, multiplications, comparisons or conversions per lane and cycle.");
    v.real("special_cycles", special_cycles, config::optional, config::Range{0, 1024, true},
           "Cycles a lane takes for exp, reciprocal, rsqrt, tanh.");
  }

  /// Cycles of `simple` and `special` operations spread over all lanes. The last pass is charged in full.
  double cycles(double simple, double special) const;
};

}  // namespace presil::vector
