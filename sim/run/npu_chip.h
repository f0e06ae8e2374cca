// npu_chip.h -- kind npu: models/npu under the mapping of sim/mapping.
#pragma once

#include <memory>

#include "models/npu/chip_config.h"
#include "sim/run/chip.h"

namespace presil::run {

std::unique_ptr<ChipModel> make_npu();

/// A chip from a configuration made in code, and the configuration of a chip that is known to be of this kind.
Chip npu_chip(const npu::ChipConfig& config);
const npu::ChipConfig& npu_config(const Chip& chip);

}  // namespace presil::run
