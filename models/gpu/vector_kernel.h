// vector_kernel.h -- element-wise and row-wise kernels: bound by memory, by lanes, or by the latency of their own loads.
//
//   work = max(simple / lanes + special / special_lanes, integer / 64) clocks, spread over the SMs
// Scalar kernels (one value a thread and turn) are bound otherwise: by instructions, access_instructions for every value
// loaded or stored on the 64 integer lanes of an SM [CUDA C++ Programming Guide, throughput of arithmetic instructions];
// and, with few rows, by the latency of their own loads: a row takes ceil(columns / threads) x dependent x memory latency.
// A kernel that runs again on the same operands finds what fits of them in L2 (`warm`).
#pragma once

#include "models/gpu/gpu_config.h"
#include "models/gpu/kernel.h"

namespace presil::gpu {

struct VectorShape {
  double rows{1}, columns{1};
  double read_bytes{}, write_bytes{};   ///< DRAM, all rows
  double simple{}, special{};           ///< operations, all rows
  double integer{};                     ///< integer operations, all rows
  double accesses{0};                   ///< loads and stores of a thread per value; 0: 16 bytes at a time
  double dependent{0};                  ///< of them those that wait for one another
  double threads{1024};                 ///< of a block, one row each
  bool warm{false};                     ///< operands are in L2 as far as they fit
};

Kernel vector_kernel(const GpuConfig& gpu, const VectorShape& shape);

}  // namespace presil::gpu
