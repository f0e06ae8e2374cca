// silicon.cpp -- implementation of silicon.h.
#include "models/gpu/silicon.h"

#include <algorithm>

#include "models/gpu/gpu_area.h"
#include "sim/ppa/floorplan.h"
#include "sim/ppa/static_power.h"

namespace presil::gpu {

namespace {

Millimetres wire_to_l2(const ppa::ChipArea& area) {
  const Millimetres planned = ppa::distance(ppa::floorplan(area), "cores", "cache");
  return planned.value > 0 ? planned : ppa::side(area) * (2.0 / 3);
}

bool slowed_at_rest(const memory::MemoryConfig& memory) { return memory.standard.starts_with("GDDR"); }

struct Awake {
  Watts clock, memory;
};

/// Beside the idle power, before the die is warm. Of a measured total, memory keeps what is computed for it.
Awake awake_cool(const GpuConfig& gpu, const ppa::StaticPower& rest) {
  const Watts memory = slowed_at_rest(gpu.memory) ? rest.memory : Watts{};
  if (gpu.awake.value <= 0) return {rest.clock * kAwakeClock, memory};
  const Watts total = gpu.awake - gpu.power.idle, kept = std::min(memory, total);
  return {total - kept, kept};
}

}  // namespace

Silicon silicon(const GpuConfig& gpu) {
  const ppa::ChipArea area = gpu_area(gpu);
  const Watts memory{8 * memory::peak(gpu.memory).value * gpu.memory.energy.value};
  const auto at = [&](double celsius) {
    return ppa::static_power(gpu.technology, area, area.sram_bits,
                             {gpu.clock, gpu.power.supply, celsius, gpu.die.link_lanes, memory});
  };
  const ppa::StaticPower rest = at(ppa::kRestCelsius), load = at(gpu.power.temperature_c);
  const Awake awake = awake_cool(gpu, rest);
  return {wire_to_l2(area), rest.clock, awake.clock, std::max(load.leakage - rest.leakage, Watts{}),
          awake.memory};
}

}  // namespace presil::gpu
