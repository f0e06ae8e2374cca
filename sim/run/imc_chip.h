// imc_chip.h -- kind imc: models/npu with cores of in-memory-compute macros, under the mapping of sim/mapping.
#pragma once

#include <memory>

#include "models/npu/macro_chip_config.h"
#include "sim/run/chip.h"

namespace presil::run {

std::unique_ptr<ChipModel> make_imc();

/// A chip from a configuration made in code.
Chip imc_chip(const npu::MacroChipConfig& config);

}  // namespace presil::run
