// result.cpp -- implementation of result.h.
#include "sim/run/result.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "sim/config/schema.h"
#include "sim/run/bill.h"
#include "sim/run/exchange_report.h"
#include "sim/run/power_report.h"

namespace presil::run {

using nlohmann::ordered_json;

namespace {

constexpr double kGiga = 1e9, kTera = 1e12;

}  // namespace

Format main_format(const Totals& totals) {
  std::array<double, kFormatNames.size()> work{};
  for (const OpTotals& op : totals.ops) work[static_cast<std::size_t>(op.format)] += op.flops;
  return static_cast<Format>(std::max_element(work.begin(), work.end()) - work.begin());
}

ordered_json op_row(const OpTotals& op, const Chip& chip, double total_s) {
  const auto bytes = [&](api::Level level) { return op.bytes[static_cast<std::size_t>(level)]; };
  ordered_json row;
  row["name"] = op.name;
  row["phase"] = op.phase;
  row["count"] = op.count;
  row["time_s"] = op.time_s;
  row["share"] = op.time_s / total_s;
  row["span_s"] = op.span_s;
  row["flops"] = op.flops;
  row["vector_ops"] = op.vector_ops;
  if (op.offload.units_s > 0)
    row["offload"] = {{"host_s", op.offload.host_s}, {"pim_s", op.offload.units_s}, {"offloaded", op.offload.offloaded}};
  if (op.macro.macs > 0) row["in_memory_flops"] = 2 * op.macro.macs;
  row["memory_bytes"] = bytes(api::Level::memory);
  for (const OnChipLevel& level : chip->on_chip())
    row[std::string(level.name) + "_bytes"] = level.counter ? bytes(*level.counter) : op.scratchpad_bytes;
  row["host_bytes"] = bytes(api::Level::host);
  if (op.fabric_bytes > 0) row["fabric_bytes"] = op.fabric_bytes;
  row[is_integer(op.format) ? "achieved_tops" : "achieved_tflops"] = op.span_s > 0 ? op.flops / op.span_s / kTera : 0;
  row["achieved_gb_per_s"] = op.span_s > 0 ? bytes(api::Level::memory) / op.span_s / kGiga : 0;
  row["bound_s"] = op.bounds.least();
  row["bound"] = op.bounds.which();
  row["bottleneck"] = bottleneck_of(op, chip);
  return row;
}

ordered_json levels_of(const Totals& t, const Chip& chip, double latency) {
  ordered_json levels = ordered_json::array();
  const auto add = [&](const char* name, api::Level level, double peak) {
    const double read = t.read[static_cast<std::size_t>(level)], written = t.written[static_cast<std::size_t>(level)];
    levels.push_back({{"name", name}, {"bytes_read", read}, {"bytes_written", written},
                      {"gb_per_s", (read + written) / latency / kGiga}, {"peak_gb_per_s", peak / kGiga},
                      {"utilisation", (read + written) / latency / peak}});
  };
  add("memory", api::Level::memory, memory::peak(chip->memory()).value);
  for (const OnChipLevel& level : chip->on_chip()) {
    const double peak = level.bandwidth.value;
    if (level.capacity.value <= 0) continue;
    if (!level.counter && t.scratchpad_bytes <= 0) continue;  // not counted on this chip
    if (level.counter)
      add(level.name, *level.counter, peak);
    else  // its counter does not tell reads from writes
      levels.push_back({{"name", level.name}, {"gb_per_s", t.scratchpad_bytes / latency / kGiga}, {"peak_gb_per_s", peak / kGiga},
                        {"utilisation", t.scratchpad_bytes / latency / peak}});
  }
  add("host", api::Level::host, 2 * chip->board().host.bandwidth.value);
  return levels;
}

ordered_json assumptions_of(const LoadedExperiment& loaded) {
  ordered_json list = ordered_json::array();
  const bool banked = loaded.experiment.chip->memory().model != memory::MemoryModel::channels;
  for (const auto& p : loaded.provenance) {
    if (!banked && p.path.starts_with("chip.memory.dram")) continue;  // timings that this run did not use
    if (p.source.starts_with("[fit]") || p.source.starts_with("[assumed]"))
      list.push_back({{"path", p.path}, {"value", p.value}, {"source", p.source}});
  }
  list.push_back({{"path", "energy"}, {"value", "events plus power at rest"},
                  {"source", "[assumed] control, clock tree and leakage by the constants of docs/models/ppa.md; at the board, without PUE"}});
  list.push_back({{"path", "area"}, {"value", "computed"}, {"source", "[fit] constants of sim/ppa/area.h, fitted on GA100 and TPU v3"}});
  list.push_back({{"path", "cost_usd, co2_g"}, {"value", "electricity of the run and its share of the chips' life"},
                  {"source", "[assumed] prices and carbon of `economics`; chips at manufacturing cost times markup, without server and network"}});
  list.push_back({{"path", "memory layout"}, {"value", "contiguous tiles"},
                  {"source", "[assumed] tensors lie in memory in the order in which tiles are read"}});
  return list;
}

namespace {

double phase_flops(const Totals& totals, const std::string& phase) {
  double sum = 0;
  for (const OpTotals& op : totals.ops) sum += op.phase == phase ? op.flops : 0;
  return sum;
}

/// One row for each segment of a phase, whatever lengths it ran with.
ordered_json segment_rows(const std::vector<SegmentTotals>& segments) {
  std::vector<SegmentTotals> joined;
  for (const SegmentTotals& segment : segments) {
    const auto same = std::find_if(joined.begin(), joined.end(), [&](const SegmentTotals& s) { return s.name == segment.name && s.phase == segment.phase; });
    if (same == joined.end()) {
      joined.push_back(segment);
      continue;
    }
    same->count += segment.count;
    same->activity.time += segment.activity.time;
  }
  ordered_json rows = ordered_json::array();
  for (const SegmentTotals& s : joined)
    rows.push_back({{"phase", s.phase}, {"name", s.name}, {"count", s.count}, {"time_s", s.activity.time.value}});
  return rows;
}

ordered_json metrics_of(const LoadedExperiment& loaded, const Machine& machine, const GenerationTotals& g, const PowerReport& power,
                        const Bill& bill) {
  const Totals& t = g.totals;
  const Chip& chip = machine.chip();
  const double joules = bill.joules();
  const WorkloadConfig& workload = loaded.experiment.workload;
  const Format format = main_format(t);
  const double peak = chip->peak_ops_per_s(format);
  const double flops = t.flops();
  const double devices = loaded.experiment.group.devices();
  const bool tokens = generates(loaded.architecture) && workload.out_len > 0;
  const double out_tokens = static_cast<double>(workload.batch) * static_cast<double>(workload.out_len);
  ordered_json m;
  m["latency_s"] = g.latency_s;
  if (generates(loaded.architecture)) m["ttft_s"] = g.first_token_s;
  if (tokens && workload.out_len > 1)
    m["tpot_s"] = (g.latency_s - g.first_token_s) / static_cast<double>(workload.out_len - 1);
  if (tokens) m["tokens_per_s"] = out_tokens / g.latency_s;
  const std::string unit = is_integer(format) ? "tops" : "tflops";
  m["achieved_" + unit] = flops / g.latency_s / kTera;
  m["peak_" + unit] = peak / kTera;
  m["mfu"] = flops / g.latency_s / peak;
  for (const PhaseTotals& phase : t.phases) m[phase.name + ".mfu"] = phase_flops(t, phase.name) / phase.time_s / peak;
  const auto memory = static_cast<std::size_t>(api::Level::memory);
  const double bytes = t.read[memory] + t.written[memory];
  m["memory_gb_per_s"] = bytes / g.latency_s / kGiga;
  m["memory_utilisation"] = bytes / g.latency_s / memory::peak(chip->memory()).value;
  m["fabric_gb_per_s"] = t.fabric_bytes() / g.latency_s / kGiga;
  m["energy_j"] = joules;
  if (tokens) m["energy_per_token_j"] = joules / out_tokens;
  m["average_power_w"] = joules / g.latency_s;
  add_power_metrics(m, power, {g.latency_s}, devices);
  add_bill_metrics(m, chip, bill);
  m[is_integer(format) ? "tops_per_w" : "tflops_per_w"] = flops * devices / joules / kTera;
  m[is_integer(format) ? "tops_per_mm2" : "tflops_per_mm2"] = flops / g.latency_s / kTera / m["die_area_mm2"].get<double>();
  if (tokens) m["usd_per_million_tokens"] = bill.run.cost().value / out_tokens * 1e6;
  m["co2_g_per_query"] = bill.run.co2_g() / static_cast<double>(workload.batch);
  return m;
}

ordered_json mapping_rows(const LoadedExperiment& loaded, const Machine& machine) {
  const Chip& chip = machine.chip();
  ordered_json rows = ordered_json::array();
  for (const auto& graph : graphs_of(loaded.architecture, loaded.experiment.workload, loaded.experiment.simulation, loaded.experiment.group))
    for (const auto& segment : graph.segments)
      for (const MappingLine& line : chip->explain(graph, segment, {loaded.experiment.simulation.fuse, loaded.experiment.group.link_between(), machine.exchanges()}))
        rows.push_back({{"phase", graph.phase}, {"segment", segment.name}, {"name", line.operators}, {"mapping", line.plan}, {"homes", line.homes}});
  return rows;
}

}  // namespace

const char* bottleneck_of(const OpTotals& op, const Chip& chip) {
  if (op.time_s <= 0) return "hidden";
  std::vector<Busy> busy = chip->busy(op);
  busy.push_back({"link", op.fabric_s});
  if (op.offload.offloaded > 0) busy.push_back({"pim", op.offload.units_s});
  const auto most = std::max_element(busy.begin(), busy.end(), [](const Busy& a, const Busy& b) { return a.seconds < b.seconds; });
  return most->seconds < 0.5 * op.time_s ? "latency" : most->name;
}

ordered_json make_result(LoadedExperiment& loaded, const Machine& machine, const GenerationTotals& g, const Fit& fit) {
  const Totals& t = g.totals;
  const Chip& chip = machine.chip();
  const DeviceGroup& group = loaded.experiment.group;
  const double units_s = g.latency_s * static_cast<double>(chip->units().count);
  const PowerReport power = power_report(chip, t.segments, {g.latency_s});
  const Bill bill = bill_of(chip, loaded.experiment.economics, power.energy, {g.latency_s}, group.devices());
  ordered_json r;
  r["schema_version"] = 1;
  r["presil_version"] = PRESIL_VERSION;
  r["experiment"] = config::dump([&](config::Visitor& v) { loaded.experiment.describe(v); });
  r["config_hash"] = config::hash_hex(r["experiment"].dump() + loaded.model_text);
  r["metrics"] = metrics_of(loaded, machine, g, power, bill);
  r["ops"] = ordered_json::array();
  for (const OpTotals& op : t.ops) r["ops"].push_back(op_row(op, chip, g.latency_s));
  r["phases"] = ordered_json::array();
  const double peak = chip->peak_ops_per_s(main_format(t));
  for (const PhaseTotals& phase : t.phases) {
    const double flops = phase_flops(t, phase.name);
    r["phases"].push_back({{"name", phase.name}, {"time_s", phase.time_s}, {"flops", flops * group.devices()}, {"mfu", flops / phase.time_s / peak}, {"passes", phase.passes},
                           {"bound_s", phase.bounds.least()}, {"bound", phase.bounds.which()}});
  }
  r["segments"] = segment_rows(t.segments);
  r["memory"] = {{"level", "memory"}, {"capacity_bytes", fit.capacity_bytes}, {"weights_bytes", fit.weights_bytes},
                 {"kv_bytes", fit.kv_bytes}, {"activations_bytes", fit.activations_bytes}, {"free_bytes", fit.free_bytes()}};
  if (fit.reserved_bytes > 0) r["memory"]["reserved_bytes"] = fit.reserved_bytes;
  r["levels"] = levels_of(t, chip, g.latency_s);
  r["fabric"] = {{"devices", group.devices()}, {"bytes", t.fabric_bytes()}};
  if (group.devices() > 1) r["fabric"]["link"] = group.link.name;
  add_exchanges(r["fabric"], machine, group);
  r["mapping"] = mapping_rows(loaded, machine);
  add_bill(r, chip, bill);
  add_power(r, chip, power);
  const auto& a = t.array_time;
  const Units units = chip->units();
  r[std::string(units.name) + "_time"] = {{"active", a.active / units_s}, {"preload", a.preload / units_s}, {"wait_memory", a.wait_memory / units_s},
                                          {"wait_transfer", a.wait_transfer / units_s}, {"wait_other", a.wait_other / units_s}};
  if (ordered_json macros = chip->macros(graphs_of(loaded.architecture, loaded.experiment.workload, loaded.experiment.simulation, group), t);
      !macros.is_null())
    r["macros"] = std::move(macros);
  r["assumptions"] = assumptions_of(loaded);
  return r;
}

}  // namespace presil::run
