// vector_unit.cpp -- implementation of vector_unit.h and vector_config.h.
#include "models/vector/vector_unit.h"

#include <algorithm>
#include <cmath>

namespace presil::vector {

double VectorConfig::cycles(double simple, double special) const {
  const double simple_passes = std::ceil(simple / (static_cast<double>(lanes) * ops_per_lane));
  const double special_passes = std::ceil(special / static_cast<double>(lanes));
  return simple_passes + special_passes * special_cycles;
}

sc_core::sc_time VectorUnit::execute(double simple_ops, double special_ops, sc_core::sc_time ready) {
  const double cycles = std::ceil(config_.cycles(simple_ops, special_ops));
  const sc_core::sc_time duration = clock_.cycles(static_cast<std::uint64_t>(cycles));
  free_ = std::max(free_, ready) + duration;
  busy_ += duration;
  return free_;
}

void VectorUnit::reset(sc_core::sc_time now) {
  free_ = now;
  busy_ = sc_core::SC_ZERO_TIME;
}

}  // namespace presil::vector
