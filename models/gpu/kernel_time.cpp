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
  if (kernel.store_stages <= 0) return overlapped(std::max(read + store, l2), work, kernel.stages);
  const double loop = overlapped(std::max(read, l2), work, kernel.stages);
  return std::max(read + store, overlapped(loop, store, kernel.store_stages));
}

Seconds kernel_time(const GpuConfig& gpu, const Kernel& kernel, Hertz clock) {
  double time = kernel.latency_s;
  for (const Phase& phase : kernel.phases) time += phase_time(gpu, kernel, phase, clock);
  return {time};
}

double mac_picojoules(const GpuConfig& gpu, Format format) {
  const auto& mac = gpu.technology.mac_pj;
  const double beside = (gpu.architecture.fit.energy_scale - 1) * mac[static_cast<std::size_t>(Format::bf16)];
  return mac[static_cast<std::size_t>(format)] + beside * bytes_per_value(format) / 2;
}

KernelEnergy kernel_energy(const GpuConfig& gpu, const Kernel& kernel) {
  const ppa::Technology& t = gpu.technology;
  const Phase sum = kernel.total();
  const bool on_lanes = kernel.instructions > 0;
  const double bare = t.mac_pj[static_cast<std::size_t>(kernel.format)] * (on_lanes ? 1 : kernel.activity);
  const double mac = on_lanes ? bare : mac_picojoules(gpu, kernel.format) * kernel.activity;
  const double vector = kernel.simple_ops + kSpecialEnergy * kernel.special_ops;
  return {(kernel.macs * mac + kernel.instructions * kInstructionEnergy * t.vector_op_pj) * 1e-12,
          vector * t.vector_op_pj * 1e-12 * gpu.architecture.fit.energy_scale,
          sum.l2_bytes * 8 * (2 * t.sram.value + kL2WireMillimetres * t.wire_per_mm.value),
          (sum.read_bytes + sum.write_bytes) * 8 * gpu.memory.energy.value,
          kernel.macs * bare * 1e-12};
}

double relative_voltage(const GpuConfig& gpu, Hertz clock) {
  const double low = gpu.clocks.low_clock.value > 0 ? gpu.clocks.low_clock.value : gpu.clock.value / 2;
  const double share = std::clamp((clock.value - low) / std::max(gpu.clock.value - low, 1.0), 0.0, 1.0);
  return gpu.clocks.low_voltage + (1 - gpu.clocks.low_voltage) * share;
}

Watts kernel_power(const GpuConfig& gpu, const Kernel& kernel, Hertz clock) {
  const KernelEnergy e = kernel_energy(gpu, kernel);
  const double v = relative_voltage(gpu, clock);
  const double time = std::max(kernel_time(gpu, kernel, clock).value, 1e-12);
  return {gpu.power.idle.value + ((e.tensor + e.lanes + e.l2) * v * v + e.memory) / time};
}

Hertz highest_state(const GpuConfig& gpu, const std::function<Watts(Hertz)>& power) {
  const Watts limit = api::power_limit(gpu, gpu.power.tdp);
  if (limit.value <= 0 || power(gpu.clock) <= limit) return gpu.clock;
  const auto states = std::max(1L, static_cast<long>(std::ceil(gpu.clock.value / gpu.clocks.step.value)) - 1);
  const auto state = [&](long i) { return Hertz{gpu.clock.value - static_cast<double>(i) * gpu.clocks.step.value}; };
  long best = states, first = 1;
  while (first < best) {
    const long middle = (first + best) / 2;
    if (power(state(middle)) <= limit) best = middle;
    else first = middle + 1;
  }
  return state(best);
}

Hertz sustained_clock(const GpuConfig& gpu, const Kernel& kernel) {
  return highest_state(gpu, [&](Hertz clock) { return kernel_power(gpu, kernel, clock); });
}

}  // namespace presil::gpu
