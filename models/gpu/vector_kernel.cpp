// vector_kernel.cpp -- implementation of vector_kernel.h.
#include "models/gpu/vector_kernel.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace presil::gpu {

namespace {
constexpr double kIntegerLanes = 64;  ///< of an SM
constexpr std::size_t kPhases = 8;

double work_cycles(const GpuConfig& gpu, const VectorShape& s) {
  const ArchitectureConfig& a = gpu.architecture;
  const double values = s.rows * s.columns;
  const double sms = std::min<double>(gpu.sms, std::max(1.0, values / 256));
  const double integer = s.integer + values * s.accesses * a.fit.access_instructions;
  double cycles = std::max(s.simple / gpu.lanes + s.special / a.special_lanes, integer / kIntegerLanes) / sms;
  if (s.dependent > 0) {
    const double resident = std::max(1.0, std::floor(a.max_threads / std::min(s.threads, s.columns)));
    const double turns = std::ceil(s.rows / (gpu.sms * resident));
    cycles = std::max(cycles, turns * std::ceil(s.columns / s.threads) * s.dependent * a.memory_latency.value * gpu.clock.value);
  }
  return cycles;
}
}  // namespace

Kernel vector_kernel(const GpuConfig& gpu, const VectorShape& s) {
  const ArchitectureConfig& a = gpu.architecture;
  Phase sum;
  sum.sm_cycles = work_cycles(gpu, s);
  const double bytes = s.read_bytes + s.write_bytes, held = gpu.l2.capacity.value / gpu.l2.partitions;
  const double missed = s.warm && bytes > 0 ? std::clamp(2 * (1 - held / bytes), 0.0, 1.0) : 1;
  sum.read_bytes = s.read_bytes * missed;
  sum.write_bytes = s.write_bytes * missed;
  sum.l2_bytes = s.read_bytes + s.write_bytes;
  Kernel kernel;
  kernel.name = "vector";
  const double n = kPhases;
  kernel.phases.assign(kPhases, {sum.sm_cycles / n, sum.l2_bytes / n, sum.read_bytes / n, sum.write_bytes / n});
  kernel.simple_ops = s.simple;
  kernel.special_ops = s.special;
  kernel.streams = kernel.granules = 1;
  kernel.tile_stores = false;
  kernel.stages = 8;
  kernel.blocks = s.rows;
  kernel.latency_s = a.fit.simple_latency.value;
  kernel.plan = fmt::format("{:.0f} x {:.0f} values", s.rows, s.columns);
  return kernel;
}

}  // namespace presil::gpu
