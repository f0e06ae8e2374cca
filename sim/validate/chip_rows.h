// chip_rows.h -- predictions by simulating a chip, of any kind that run::chip_kinds() knows: rows of gemm,
// tpu_gemm and tpu_v1.
#pragma once

#include "sim/run/chip.h"
#include "sim/run/machine.h"
#include "sim/validate/registry.h"

namespace presil::validate {

/// The chip of this process, elaborated.
class SimulatedChip {
 public:
  explicit SimulatedChip(const config::Node& document);
  run::Machine& machine() { return machine_; }

 private:
  run::Machine machine_;
};

void add_chips(Registry& registry);

}  // namespace presil::validate
