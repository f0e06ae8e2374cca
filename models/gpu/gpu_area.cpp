// gpu_area.cpp -- implementation of gpu_area.h.
#include "models/gpu/gpu_area.h"

#include <algorithm>

#include "models/memory/memory_area.h"

namespace presil::gpu {

namespace {

double datapath_mtr(const GpuConfig& gpu) {
  const ppa::DieConfig& die = gpu.die;
  double tensor = die.fp64_tensor * ppa::fp64_multiply_add_mtr();
  for (std::size_t f = 0; f < kFormatNames.size(); ++f)
    tensor = std::max(tensor, gpu.tensor[f] * ppa::multiply_add_mtr(static_cast<Format>(f), true));
  const double lane = ppa::multiply_add_mtr(Format::fp32, false);
  return tensor + die.fp64_lanes * ppa::fp64_multiply_add_mtr() + gpu.lanes * lane +
         std::min(gpu.lanes, ppa::kIntegerLanes) * ppa::multiply_add_mtr(Format::int32, false) +
         gpu.architecture.special_lanes * ppa::kSpecialMultiplyAdds * lane;
}

}  // namespace

ppa::ChipArea gpu_area(const GpuConfig& gpu) {
  const ppa::DieConfig& die = gpu.die;
  ppa::Inventory has;
  has.unit.datapath_mtr = datapath_mtr(gpu);
  has.unit.front_end_mtr = ppa::kFrontEnd;
  has.unit.registers = gpu.architecture.registers;
  has.unit.l1 = die.l1.value > 0 ? die.l1 : gpu.architecture.shared_memory;
  has.units = die.units > 0 ? die.units : gpu.sms;
  has.used = gpu.sms;
  has.cache = die.cache.value > 0 ? die.cache : gpu.l2.capacity;
  has.network_bytes_per_clock =
      die.network_per_clock.value > 0 ? die.network_per_clock.value : gpu.l2.bytes_per_clock.value;
  memory::add_interfaces(has, die, gpu.memory);
  return ppa::chip_area(gpu.technology, die, has);
}

}  // namespace presil::gpu
