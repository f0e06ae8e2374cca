// bench_pim.cpp -- implementation of bench_pim.h.
#include "sim/run/bench_pim.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/error.h"
#include "sim/config/loader.h"
#include "sim/config/reader.h"
#include "sim/run/experiment.h"
#include "sim/run/pim_times.h"
#include "sim/run/run.h"

namespace presil::run {

namespace {

using Json = nlohmann::ordered_json;
using pim::KernelTime;

pim::PimWork work_of(const PimQuery& q) {
  const auto op = std::find(pim::kPimOpNames.begin(), pim::kPimOpNames.end(), q.op) - pim::kPimOpNames.begin();
  return {static_cast<pim::PimOp>(op), q.out, q.op == "gemv" ? q.in : 1};
}

void add_command_side(Json& record, PimTimes& times, const pim::PimWork& work, double host_s) {
  const PimTimes::Units& units = times.units(work);
  const KernelTime& commands = units.commands;
  record["pim_us"] = units.time.value * 1e6;
  record["pim_cycles"] = commands.ticks;
  if (units.readback.value > 0) {
    record["readback_us"] = units.readback.value * 1e6;
    record["readback_cycles"] = units.readback_commands.ticks;
  }
  record["speedup"] = host_s / units.total().value;
  record["choice"] = units.total().value < host_s ? "pim" : "host";
  record["activates"] = commands.activates;
  record["column_commands"] = commands.reads + commands.writes;
  record["refreshes"] = commands.refreshes;
  if (times.device().memory.phy.value > 0) record["pim_energy_j"] = units.energy.value;
}

}  // namespace

Json bench_pim(const PimQuery& q, const std::vector<std::string>& overrides) {
  const config::SearchPath search{home() / "configs"};
  PimDevice device;
  config::read(config::load(config::find_config(search, "pim", q.device), overrides, reference_keys(), search), device);
  PimTimes times(device);
  const pim::PimWork work = work_of(q);
  const pim::HostBytes bytes = pim::host_bytes(work, times.value_bytes());
  const double total = static_cast<double>(bytes.read + bytes.written), room = times.room().value;
  if (total > room)
    throw CapacityError(fmt::format("{} B of operands and results; {} has {} B where its units are", total, device.name, room));
  const KernelTime host = times.host(bytes.read, bytes.written);
  const double host_s = static_cast<double>(host.ticks) * times.tick_s();
  Json record{{"device", device.name}, {"op", q.op}, {"out", work.out}};
  if (q.op == "gemv") record["in"] = work.in;
  record["host_us"] = host_s * 1e6;
  record["host_cycles"] = host.ticks;
  if (times.processors()) {
    const double pim_s = times.units(work).time.value;
    record["pim_us"] = pim_s * 1e6;
    record["speedup"] = host_s / pim_s;
    record["choice"] = pim_s < host_s ? "pim" : "host";
  } else {
    add_command_side(record, times, work, host_s);
  }
  record["host_bandwidth_gb_per_s"] = total / host_s / 1e9;
  record["host_energy_j"] = total * 8 * device.memory.energy.value;
  return record;
}

}  // namespace presil::run
