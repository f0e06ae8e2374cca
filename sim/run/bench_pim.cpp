// bench_pim.cpp -- implementation of bench_pim.h.
#include "sim/run/bench_pim.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "models/memory/dram_device.h"
#include "models/pim/aim.h"
#include "models/pim/dpu.h"
#include "models/pim/hbm_pim.h"
#include "sim/base/error.h"
#include "sim/config/loader.h"
#include "sim/config/reader.h"
#include "sim/run/experiment.h"
#include "sim/run/pim_device.h"
#include "sim/run/run.h"

namespace presil::run {

namespace {

using Json = nlohmann::ordered_json;
using pim::KernelTime;
using pim::PimKind;

pim::PimWork work_of(const PimQuery& q) {
  const auto op = std::find(pim::kPimOpNames.begin(), pim::kPimOpNames.end(), q.op) - pim::kPimOpNames.begin();
  return {static_cast<pim::PimOp>(op), q.out, q.op == "gemv" ? q.in : 1};
}

/// What both sides are timed with.
struct Setting {
  const PimDevice& device;
  pim::PimWork work;
  double tick_s;
  std::uint32_t channels, columns;
  std::uint64_t burst;
  std::uint32_t value_bytes;  ///< FP16 or BF16; processors: 32-bit integers

  KernelTime stream(std::uint64_t read, std::uint64_t written) const {
    return pim::host_time(channel_spec(device), channels, columns, read, written, burst);
  }
};

KernelTime units_time(const Setting& s) {
  const auto lanes = static_cast<std::uint32_t>(s.burst / s.value_bytes);
  const pim::ChannelSpec spec = channel_spec(s.device);
  if (s.device.units.kind == PimKind::bank_pairs)
    return pim::hbm_pim_time(spec, {s.channels, spec.geometry.all_banks() / 2, s.device.units.registers, lanes, s.columns}, s.work);
  const auto buffer = static_cast<std::uint32_t>(s.device.units.buffer.value / static_cast<double>(s.burst));
  return pim::aim_time(mac_spec(s.device), {s.channels, lanes, s.columns, buffer}, s.work);
}

/// Of a unit's columns no bit leaves the bank: neither PHY nor TSV. Arithmetic is not in it.
double units_energy(const Setting& s, const KernelTime& t) {
  const memory::MemoryConfig& m = s.device.memory;
  const double banks = s.device.units.kind == PimKind::bank_pairs ? channel_spec(s.device).geometry.all_banks() / 2 : channel_spec(s.device).geometry.all_banks();
  const double bits = static_cast<double>(t.reads + t.writes) * s.channels * banks * static_cast<double>(s.burst) * 8;
  return bits * (m.energy.value - m.phy.value - m.tsv.value);
}

void add_command_side(Json& record, const Setting& s, double host_s) {
  const KernelTime units = units_time(s);
  // HBM-PIM leaves a burst of partial sums for every output.
  const bool sums = s.device.units.kind == PimKind::bank_pairs && s.work.op == pim::PimOp::gemv;
  const KernelTime readback = sums ? s.stream(s.work.out * s.burst, 0) : KernelTime{};
  const double pim_s = static_cast<double>(units.ticks + readback.ticks) * s.tick_s;
  record["pim_us"] = static_cast<double>(units.ticks) * s.tick_s * 1e6;
  record["pim_cycles"] = units.ticks;
  if (sums) {
    record["readback_us"] = static_cast<double>(readback.ticks) * s.tick_s * 1e6;
    record["readback_cycles"] = readback.ticks;
  }
  record["speedup"] = host_s / pim_s;
  record["choice"] = pim_s < host_s ? "pim" : "host";
  record["activates"] = units.activates;
  record["column_commands"] = units.reads + units.writes;
  record["refreshes"] = units.refreshes;
  if (s.device.memory.phy.value > 0) record["pim_energy_j"] = units_energy(s, units);
}

}  // namespace

Json bench_pim(const PimQuery& q, const std::vector<std::string>& overrides) {
  const config::SearchPath search{home() / "configs"};
  PimDevice device;
  config::read(config::load(config::find_config(search, "pim", q.device), overrides, reference_keys(), search), device);
  const memory::DramSpec dram = memory::dram_spec(device.memory);
  const bool processors = device.units.kind == PimKind::processors;
  const Setting s{device, work_of(q), dram.tick_s, memory::channels(device.memory), device.memory.dram.columns,
                  static_cast<std::uint64_t>(device.memory.burst.value), processors ? 4u : 2u};
  const pim::HostBytes bytes = pim::host_bytes(s.work, s.value_bytes);
  const double total = static_cast<double>(bytes.read + bytes.written), room = memory::capacity(device.memory).value / dram.geometry.stack_ids;
  if (total > room)
    throw CapacityError(fmt::format("{} B of operands and results; {} has {} B where its units are", total, device.name, room));
  const KernelTime host = s.stream(bytes.read, bytes.written);
  const double host_s = static_cast<double>(host.ticks) * s.tick_s;
  Json record{{"device", device.name}, {"op", q.op}, {"out", s.work.out}};
  if (q.op == "gemv") record["in"] = s.work.in;
  record["host_us"] = host_s * 1e6;
  record["host_cycles"] = host.ticks;
  if (processors) {
    const double pim_s = pim::dpu_time(device.units, s.work).value;
    record["pim_us"] = pim_s * 1e6;
    record["speedup"] = host_s / pim_s;
    record["choice"] = pim_s < host_s ? "pim" : "host";
  } else {
    add_command_side(record, s, host_s);
  }
  record["host_bandwidth_gb_per_s"] = total / host_s / 1e9;
  record["host_energy_j"] = total * 8 * device.memory.energy.value;
  return record;
}

}  // namespace presil::run
