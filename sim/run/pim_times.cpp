// pim_times.cpp -- implementation of pim_times.h.
#include "sim/run/pim_times.h"

#include "models/memory/dram_device.h"
#include "models/pim/aim.h"
#include "models/pim/dpu.h"
#include "models/pim/hbm_pim.h"

namespace presil::run {

using pim::KernelTime;
using pim::PimKind;

PimTimes::PimTimes(const PimDevice& device)
    : device_(device),
      tick_s_(memory::dram_spec(device.memory).tick_s),
      channels_(memory::channels(device.memory)),
      value_bytes_(device.units.kind == PimKind::processors ? 4 : 2),
      burst_(static_cast<std::uint64_t>(device.memory.burst.value)),
      room_(memory::capacity(device.memory) / memory::dram_spec(device.memory).geometry.stack_ids) {}

KernelTime PimTimes::host(std::uint64_t read, std::uint64_t written) const {
  return pim::host_time(channel_spec(device_), channels_, device_.memory.dram.columns, read, written, burst_);
}

KernelTime PimTimes::commands(const pim::PimWork& work) const {
  const auto lanes = static_cast<std::uint32_t>(burst_ / value_bytes_);
  const std::uint32_t columns = device_.memory.dram.columns;
  if (device_.units.kind == PimKind::bank_pairs) {
    const pim::ChannelSpec spec = channel_spec(device_);
    return pim::hbm_pim_time(
        spec, {channels_, spec.geometry.all_banks() / 2, device_.units.registers, lanes, columns}, work);
  }
  const auto buffer = static_cast<std::uint32_t>(device_.units.buffer.value / static_cast<double>(burst_));
  return pim::aim_time(mac_spec(device_), {channels_, lanes, columns, buffer}, work);
}

PimTimes::Units PimTimes::simulate(const pim::PimWork& work) const {
  Units units;
  if (processors()) {
    units.time = pim::dpu_time(device_.units, work);
    return units;
  }
  units.commands = commands(work);
  units.time = {static_cast<double>(units.commands.ticks) * tick_s_};
  // HBM-PIM leaves a burst of partial sums for every output.
  const bool pairs = device_.units.kind == PimKind::bank_pairs;
  if (pairs && work.op == pim::PimOp::gemv) {
    units.readback_commands = host(work.out * burst_, 0);
    units.readback = {static_cast<double>(units.readback_commands.ticks) * tick_s_};
  }
  // Of a unit's columns no bit leaves the bank: neither PHY nor TSV. Arithmetic is not in it.
  const memory::MemoryConfig& m = device_.memory;
  const double banks = channel_spec(device_).geometry.all_banks() / (pairs ? 2.0 : 1.0);
  const double bits = static_cast<double>(units.commands.reads + units.commands.writes) * channels_ * banks *
                      static_cast<double>(burst_) * 8;
  units.energy = {bits * (m.energy.value - m.phy.value - m.tsv.value)};
  return units;
}

const PimTimes::Units& PimTimes::units(const pim::PimWork& work) {
  const auto key = std::tuple(work.op, work.out, work.in);
  const auto found = known_.find(key);
  return found != known_.end() ? found->second : known_.emplace(key, simulate(work)).first->second;
}

}  // namespace presil::run
