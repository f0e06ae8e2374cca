// vector_kernel.cpp -- implementation of vector_kernel.h.
#include "models/gpu/vector_kernel.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace presil::gpu {

namespace {
constexpr double kThreads = 1024;      ///< of a block, one row each
/// [assumed] a load's latency under full occupancy over the unloaded one.
constexpr double kLoaded = 1.6;
constexpr std::size_t kPhases = 8;
}  // namespace

Kernel vector_kernel(const GpuConfig& gpu, const VectorShape& s) {
  const ArchitectureConfig& a = gpu.architecture;
  Phase sum;
  const double sms = std::min<double>(gpu.sms, std::max(1.0, s.rows * s.columns / 256));
  sum.sm_cycles = (s.simple / gpu.lanes + s.special / a.special_lanes) / sms;
  if (s.dependent > 0) {
    const double resident = std::floor(a.max_threads / std::min(kThreads, s.columns));
    const double turns = std::ceil(s.rows / (gpu.sms * resident));
    const double full = std::min(1.0, s.rows / (gpu.sms * resident));
    const double latency = a.memory_latency.value * gpu.clock.value * (1 + (kLoaded - 1) * full);
    sum.sm_cycles = std::max(sum.sm_cycles, std::max(turns, s.rows / (gpu.sms * resident)) * std::ceil(s.columns / kThreads) * s.dependent * latency);
  }
  sum.read_bytes = s.read_bytes;
  sum.write_bytes = s.write_bytes;
  sum.l2_bytes = s.read_bytes + s.write_bytes;
  Kernel kernel;
  kernel.name = "vector";
  const double n = kPhases;
  kernel.phases.assign(kPhases, {sum.sm_cycles / n, sum.l2_bytes / n, sum.read_bytes / n, sum.write_bytes / n});
  kernel.simple_ops = s.simple;
  kernel.special_ops = s.special;
  kernel.stages = 8;
  kernel.blocks = s.rows;
  kernel.waves = s.rows / gpu.sms;
  kernel.latency_s = a.fit.simple_latency.value;
  kernel.plan = fmt::format("{:.0f} x {:.0f} values", s.rows, s.columns);
  return kernel;
}

}  // namespace presil::gpu
