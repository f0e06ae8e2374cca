// matmul_policy.h -- which tile, split and schedule a matrix product runs with: the fastest by closed form of those that
// the generation's library has. No threshold on a shape anywhere.
#pragma once

#include "models/gpu/matmul_kernel.h"

namespace presil::gpu {

/// Throws InputError when no tile of the library fits the SM.
MatmulPlan choose_matmul(const GpuConfig& gpu, const MatmulShape& shape);

/// The kernel of the chosen plan, in the detail that is simulated.
Kernel plan_matmul(const GpuConfig& gpu, const MatmulShape& shape);

}  // namespace presil::gpu
