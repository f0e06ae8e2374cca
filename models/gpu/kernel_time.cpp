// kernel_time.cpp -- implementation of kernel_time.h.
#include "models/gpu/kernel_time.h"

#include <algorithm>
#include <cmath>

#include "models/gpu/overlap.h"

namespace presil::gpu {

namespace {

/// Dies that memory is spread over.
double memory_dies(const GpuConfig& gpu) { return gpu.die.io_dies > 0 ? gpu.die.io_dies : gpu.die.chiplets; }

}  // namespace

double die_crossing(const GpuConfig& gpu) {
  const double dies = memory_dies(gpu);
  return dies > 1 && gpu.die.die_to_die.value > 0 ? 2 * (dies - 1) / (dies * dies) / gpu.die.die_to_die.value : 0;
}

BytesPerSecond die_to_die_needed(const GpuConfig& gpu) {
  const double dies = memory_dies(gpu);
  return {2 * (dies - 1) / (dies * dies) * gpu.load_bytes_per_s(gpu.architecture.fit.stream_efficiency, 1)};
}

double phase_time(const GpuConfig& gpu, const Kernel& kernel, const Phase& phase, Hertz clock) {
  const FitConfig& fit = gpu.architecture.fit;
  const double read = phase.read_bytes / gpu.load_bytes_per_s(std::lerp(fit.memory_efficiency, fit.stream_efficiency, kernel.streams), kernel.granules);
  const double store = kernel.tile_stores ? phase.write_bytes * kTileStoreCost / gpu.load_bytes_per_s(fit.memory_efficiency, 0)
                                          : phase.write_bytes / gpu.load_bytes_per_s(fit.stream_efficiency, 1);
  const double crossing = die_crossing(gpu) * (phase.read_bytes + phase.write_bytes);
  const double l2 = std::max(phase.l2_bytes / gpu.l2.bytes_per_clock.value / clock.value, crossing), work = phase.sm_cycles / clock.value;
  if (kernel.store_stages <= 0) return std::max(l2, overlapped(read + store, work, kernel.stages));
  const double loop = std::max(l2, overlapped(read, work, kernel.stages));
  return std::max(read + store, overlapped(loop, store, kernel.store_stages));
}

Seconds kernel_time(const GpuConfig& gpu, const Kernel& kernel, Hertz clock) {
  double time = kernel.latency_s;
  for (const Phase& phase : kernel.phases) time += phase_time(gpu, kernel, phase, clock);
  return {time};
}

}  // namespace presil::gpu
