// vector_kernel.h -- element-wise and row-wise kernels: bound by memory, by lanes, or by the latency of their own loads.
//
//   work = simple / lanes + special / special_lanes clocks, spread over the SMs
//   A kernel that loads one value a thread and waits for it (`dependent` loads after one another for every value) moves
//   at most resident threads / (dependent x latency) values per clock and SM (Little's law); a single row takes
//   ceil(columns / threads) x dependent x latency. Loads that are 16 bytes wide and in flight together do not.
#pragma once

#include "models/gpu/gpu_config.h"
#include "models/gpu/kernel.h"

namespace presil::gpu {

struct VectorShape {
  double rows{1}, columns{1};
  double read_bytes{}, write_bytes{};   ///< DRAM, all rows
  double simple{}, special{};           ///< operations, all rows
  double dependent{0};                  ///< loads of a thread that wait for one another, per value; 0: wide loads
};

Kernel vector_kernel(const GpuConfig& gpu, const VectorShape& shape);

}  // namespace presil::gpu
