// gemv_kernel.h -- a product with a single row or column: matrix times vector, which libraries do without tensor cores.
//
// Each warp walks along rows of the matrix, two values a thread [assumed], multiplies on the lanes in fp32 and sums over its
// threads [cuBLAS: gemvx::kernel, gemv2T_kernel_val in profiles of single-token generation]. That is 128 bytes at a time, of many
// rows: memory_efficiency, and half a granule of inline error correction, as with tiles.
// Not modelled: the latency of the sum, a matrix that lies across the vector.
#pragma once

#include "models/gpu/gpu_config.h"
#include "models/gpu/kernel.h"
#include "models/gpu/matmul_kernel.h"

namespace presil::gpu {

/// Whether there is such a kernel: one row or column, dense, 16 or 32 bits a value.
bool can_run_gemv(const MatmulShape& shape);
/// Clocks of an SM: a lower bound.
double gemv_cycles(const GpuConfig& gpu, const MatmulShape& shape);
Kernel gemv_kernel(const GpuConfig& gpu, const MatmulShape& shape);

}  // namespace presil::gpu
