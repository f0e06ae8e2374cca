// gpu_chip.h -- kind gpu: models/gpu under the mapping of sim/mapping/gpu_program.h.
#pragma once

#include <memory>
#include <vector>

#include "models/gpu/gpu.h"
#include "sim/run/chip.h"

namespace presil::run {

std::unique_ptr<ChipModel> make_gpu();

/// The configuration of a chip, or null when it is of another kind.
const gpu::GpuConfig* gpu_config(const Chip& chip);

/// Kernels on an elaboration of their own, from the idle chip.
struct GpuRun {
  api::DeviceCounters counters;
  double seconds{};  ///< of the kernels themselves, without the gaps between them
};
/// Once a process.
GpuRun run_gpu(const gpu::GpuConfig& config, const std::vector<gpu::Launch>& program);

}  // namespace presil::run
