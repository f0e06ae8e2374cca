// vector_unit.h -- lanes that work through element-wise commands one after another.
#pragma once

#include "models/vector/vector_config.h"
#include "sim/kernel/time.h"

namespace presil::vector {

/// Deadline arithmetic: a command starts when its operands are ready and the previous one is done, and takes
/// VectorConfig::cycles. Not modelled: register pressure, loop overhead beyond the last partial pass.
class VectorUnit {
 public:
  VectorUnit(const VectorConfig& config, kernel::Clock clock) : config_(config), clock_(clock) {}

  /// Time the command is done.
  sc_core::sc_time execute(double simple_ops, double special_ops, sc_core::sc_time ready);
  void stall_until(sc_core::sc_time t) { free_ = std::max(free_, t); }
  /// From the next command on.
  void set_clock(kernel::Clock clock) { clock_ = clock; }
  sc_core::sc_time busy() const { return busy_; }
  void reset(sc_core::sc_time now);

 private:
  const VectorConfig config_;
  kernel::Clock clock_;
  sc_core::sc_time free_;
  sc_core::sc_time busy_;
};

}  // namespace presil::vector
