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

}  // namespace

Silicon silicon(const GpuConfig& gpu) {
  const ppa::ChipArea area = gpu_area(gpu);
  const Watts memory{8 * memory::peak(gpu.memory).value * gpu.memory.energy.value};
  const auto at = [&](double celsius) {
    return ppa::static_power(gpu.technology, area, area.sram_bits,
                             {gpu.clock, gpu.power.supply, celsius, gpu.die.link_lanes, memory});
  };
  const ppa::StaticPower rest = at(ppa::kRestCelsius), load = at(gpu.power.temperature_c);
  return {wire_to_l2(area), rest.clock, rest.clock * kAwakeClock,
          std::max(load.leakage - rest.leakage, Watts{}), slowed_at_rest(gpu.memory) ? rest.memory : Watts{}};
}

}  // namespace presil::gpu
