// gpu_area.h -- the silicon of a GPU by block, from its data sheet (sim/ppa/area.h has the densities).
#pragma once

#include "models/gpu/gpu_config.h"
#include "sim/ppa/area.h"

namespace presil::gpu {

/// Tensor cores are as large as their largest format; narrower ones reuse its multipliers.
ppa::ChipArea gpu_area(const GpuConfig& gpu);

}  // namespace presil::gpu
