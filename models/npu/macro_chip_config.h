// macro_chip_config.h -- a chip of in-memory-compute macros: a software-managed chip whose cores are tiles of macros.
#pragma once

#include "models/npu/chip_config.h"

namespace presil::npu {

struct MacroChipConfig : ChipConfig {
  bool pipelined{false};  ///< vectors of a pass stream through the layers (sim/run/pipelined.h)

  void describe(config::Visitor& v);  ///< every key of a chip file but `kind`
  imc::MacroCost macro_cost() const { return imc::MacroCost(core.macros); }
  /// Of macros and arrays together, where both take the format; multiply-adds times 2.
  double peak_products_per_s(Format f) const;
};

}  // namespace presil::npu
