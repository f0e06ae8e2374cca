// gpu_chip.h -- kind gpu: models/gpu under the mapping of sim/mapping/gpu_program.h.
#pragma once

#include <memory>

#include "models/gpu/gpu_config.h"
#include "sim/run/chip.h"

namespace presil::run {

std::unique_ptr<ChipModel> make_gpu();

/// The configuration of a chip, or null when it is of another kind.
const gpu::GpuConfig* gpu_config(const Chip& chip);

}  // namespace presil::run
