// kernel_power.cpp -- implementation of kernel_power.h.
#include "models/gpu/kernel_power.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "models/gpu/kernel_time.h"
#include "sim/base/error.h"

namespace presil::gpu {

double bare_mac_picojoules(const GpuConfig& gpu, Format format) {
  const double fp32_sums = gpu.technology.mac_pj[static_cast<std::size_t>(format)];
  if (format != Format::fp8) return fp32_sums;
  const double addition = 0.9 / 2.3 * gpu.technology.vector_op_pj;
  return fp32_sums - addition * (1 - gpu.architecture.tensor_instruction.fp8_sum_bits / 24.0);
}

double mac_picojoules(const GpuConfig& gpu, Format format) {
  const double beside = (gpu.architecture.fit.energy_scale - 1) * bare_mac_picojoules(gpu, Format::bf16);
  return bare_mac_picojoules(gpu, format) + beside * bytes_per_value(format) / 2;
}

KernelEnergy kernel_energy(const GpuConfig& gpu, const Silicon& silicon, const Kernel& kernel) {
  const ppa::Technology& t = gpu.technology;
  const Phase sum = kernel.total();
  const bool on_lanes = kernel.instructions > 0;
  const double bare = on_lanes ? t.mac_pj[static_cast<std::size_t>(kernel.format)]
                               : bare_mac_picojoules(gpu, kernel.format) * kernel.activity;
  const double mac = on_lanes ? bare : mac_picojoules(gpu, kernel.format) * kernel.activity;
  const double vector = kernel.simple_ops + kSpecialEnergy * kernel.special_ops;
  return {(kernel.macs * mac + kernel.instructions * kInstructionEnergy * t.vector_op_pj) * 1e-12,
          vector * t.vector_op_pj * 1e-12 * gpu.architecture.fit.energy_scale,
          sum.l2_bytes * 8 * (2 * t.sram.value + silicon.wire.value * t.wire_per_mm.value),
          (sum.read_bytes + sum.write_bytes) * 8 * gpu.memory.energy.value, kernel.macs * bare * 1e-12};
}

double relative_voltage(const GpuConfig& gpu, Hertz clock) {
  const double low = gpu.clocks.low_clock.value > 0 ? gpu.clocks.low_clock.value : gpu.clock.value / 2;
  const double share = std::clamp((clock.value - low) / std::max(gpu.clock.value - low, 1.0), 0.0, 1.0);
  return gpu.clocks.low_voltage + (1 - gpu.clocks.low_voltage) * share;
}

AwakePower awake_power(const GpuConfig& gpu, const Silicon& silicon, Hertz clock) {
  const double v = relative_voltage(gpu, clock);
  return {silicon.clock * (v * v * (clock / gpu.clock)), silicon.leakage * (v * v * v), silicon.memory};
}

void check_limit(const GpuConfig& gpu, const Silicon& silicon) {
  const Watts limit = api::power_limit(gpu, gpu.power.tdp),
              least = gpu.power.idle + awake_power(gpu, silicon, gpu.clocks.step).total();
  if (limit.value <= 0 || limit > least) return;
  throw InputError(
      fmt::format("a power limit of {:g} W of {} is not above the {:.1f} W that the board draws awake at its "
                  "lowest clock",
                  limit.value, gpu.name, least.value));
}

Watts kernel_power(const GpuConfig& gpu, const Silicon& silicon, const Kernel& kernel, Hertz clock) {
  const KernelEnergy e = kernel_energy(gpu, silicon, kernel);
  const double v = relative_voltage(gpu, clock);
  const double time = std::max(kernel_time(gpu, kernel, clock).value, 1e-12);
  return gpu.power.idle + awake_power(gpu, silicon, clock).total() +
         Watts{((e.tensor + e.lanes + e.l2) * v * v + e.memory) / time};
}

Hertz highest_state(const GpuConfig& gpu, const std::function<Watts(Hertz)>& power) {
  const Watts limit = api::power_limit(gpu, gpu.power.tdp);
  if (limit.value <= 0 || power(gpu.clock) <= limit) return gpu.clock;
  const auto states = std::max(1L, static_cast<long>(std::ceil(gpu.clock.value / gpu.clocks.step.value)) - 1);
  const auto state = [&](long i) {
    return Hertz{gpu.clock.value - static_cast<double>(i) * gpu.clocks.step.value};
  };
  long best = states, first = 1;
  while (first < best) {
    const long middle = (first + best) / 2;
    if (power(state(middle)) <= limit)
      best = middle;
    else
      first = middle + 1;
  }
  return state(best);
}

Hertz sustained_clock(const GpuConfig& gpu, const Silicon& silicon, const Kernel& kernel) {
  return highest_state(gpu, [&](Hertz clock) { return kernel_power(gpu, silicon, kernel, clock); });
}

}  // namespace presil::gpu
