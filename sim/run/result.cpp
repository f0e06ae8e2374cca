// result.cpp -- implementation of result.h.
#include "sim/run/result.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "sim/config/schema.h"
#include "sim/ppa/energy.h"

namespace presil::run {

using nlohmann::ordered_json;

namespace {

constexpr double kGiga = 1e9, kTera = 1e12;

/// The format in which most of the matrix work is done: what `peak` and `mfu` refer to.
Format main_format(const Totals& totals) {
  std::array<double, kFormatNames.size()> work{};
  for (const OpTotals& op : totals.ops) work[static_cast<std::size_t>(op.format)] += op.flops;
  return static_cast<Format>(std::max_element(work.begin(), work.end()) - work.begin());
}

double phase_flops(const Totals& totals, const std::string& phase) {
  double sum = 0;
  for (const OpTotals& op : totals.ops) sum += op.phase == phase ? op.flops : 0;
  return sum;
}

ppa::Activity activity_of(const Totals& totals) {
  ppa::Activity activity;
  for (const OpTotals& op : totals.ops) {
    activity.macs[static_cast<std::size_t>(op.format)] += op.macs;
    activity.vector_ops += op.vector_ops;
  }
  const auto shared = static_cast<std::size_t>(api::Level::shared);
  activity.scratchpad_bytes = totals.scratchpad_bytes;
  activity.shared_bytes = totals.read[shared] + totals.written[shared];
  activity.network_byte_hops = totals.network_byte_hops;
  activity.memory_bytes = totals.memory.bytes_moved;
  activity.time = {totals.time_s()};
  return activity;
}

ordered_json op_row(const OpTotals& op, const npu::ChipConfig& chip, double total_s) {
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
  row["memory_bytes"] = bytes(api::Level::memory);
  row["shared_bytes"] = bytes(api::Level::shared);
  row["scratchpad_bytes"] = op.scratchpad_bytes;
  row["host_bytes"] = bytes(api::Level::host);
  row[is_integer(op.format) ? "achieved_tops" : "achieved_tflops"] = op.span_s > 0 ? op.flops / op.span_s / kTera : 0;
  row["achieved_gb_per_s"] = op.span_s > 0 ? bytes(api::Level::memory) / op.span_s / kGiga : 0;
  row["bound_s"] = op.bounds.least();
  row["bound"] = op.bounds.which();
  row["bottleneck"] = bottleneck_of(op, chip);
  return row;
}

ordered_json metrics_of(const LoadedExperiment& loaded, const Machine& machine, const GenerationTotals& g, double joules) {
  const Totals& t = g.totals;
  const npu::ChipConfig& chip = machine.chip();
  const WorkloadConfig& workload = loaded.experiment.workload;
  const Format format = main_format(t);
  const double peak = chip.peak_ops_per_s(format);
  const double flops = t.flops();
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
  m["memory_utilisation"] = bytes / g.latency_s / memory::peak(chip.memory).value;
  m["fabric_gb_per_s"] = 0;
  m["energy_j"] = joules;
  if (tokens) m["energy_per_token_j"] = joules / out_tokens;
  m["average_power_w"] = joules / g.latency_s;
  if (chip.die_area.value > 0) m["die_area_mm2"] = chip.die_area.value;
  m[is_integer(format) ? "tops_per_w" : "tflops_per_w"] = flops / joules / kTera;
  if (chip.die_area.value > 0)
    m[is_integer(format) ? "tops_per_mm2" : "tflops_per_mm2"] = flops / g.latency_s / kTera / chip.die_area.value;
  return m;
}

ordered_json levels_of(const Totals& t, const npu::ChipConfig& chip, double latency) {
  ordered_json levels = ordered_json::array();
  const auto add = [&](const char* name, double read, double written, double peak) {
    levels.push_back({{"name", name}, {"bytes_read", read}, {"bytes_written", written},
                      {"gb_per_s", (read + written) / latency / kGiga}, {"peak_gb_per_s", peak / kGiga},
                      {"utilisation", (read + written) / latency / peak}});
  };
  const auto at = [](api::Level level) { return static_cast<std::size_t>(level); };
  add("memory", t.read[at(api::Level::memory)], t.written[at(api::Level::memory)], memory::peak(chip.memory).value);
  if (chip.shared.present())
    add("shared", t.read[at(api::Level::shared)], t.written[at(api::Level::shared)], chip.shared.bandwidth.value);
  const double port = chip.scratchpad_bytes_per_s();  // its counter does not tell reads from writes
  levels.push_back({{"name", "scratchpad"}, {"gb_per_s", t.scratchpad_bytes / latency / kGiga}, {"peak_gb_per_s", port / kGiga},
                    {"utilisation", t.scratchpad_bytes / latency / port}});
  add("host", t.read[at(api::Level::host)], t.written[at(api::Level::host)], 2 * chip.host.bandwidth.value);
  return levels;
}

ordered_json mapping_rows(const LoadedExperiment& loaded, const npu::ChipConfig& chip) {
  ordered_json rows = ordered_json::array();
  for (const auto& graph : graphs_of(loaded.architecture, loaded.experiment.workload, loaded.experiment.simulation))
    for (const auto& segment : graph.segments) {
      const mapping::SegmentMapping mapping(graph, segment, chip, {loaded.experiment.simulation.fuse});
      for (const auto& line : mapping.explain())
        rows.push_back({{"phase", graph.phase}, {"segment", segment.name}, {"name", line.operators}, {"mapping", line.plan}, {"homes", line.homes}});
    }
  return rows;
}

ordered_json assumptions_of(const LoadedExperiment& loaded) {
  ordered_json list = ordered_json::array();
  const bool banked = loaded.experiment.chip.memory.model == memory::MemoryModel::banked;
  for (const auto& p : loaded.provenance) {
    if (!banked && p.path.starts_with("chip.memory.dram")) continue;  // timings that this run did not use
    if (p.source.starts_with("[fit]") || p.source.starts_with("[assumed]"))
      list.push_back({{"path", p.path}, {"value", p.value}, {"source", p.source}});
  }
  list.push_back({{"path", "energy"}, {"value", "events plus idle power"},
                  {"source", "[assumed] bare arithmetic at the node, clock tree and control only as idle power; at the board, without PUE"}});
  list.push_back({{"path", "memory layout"}, {"value", "contiguous tiles"},
                  {"source", "[assumed] tensors lie in memory in the order in which tiles are read"}});
  return list;
}

}  // namespace

const char* bottleneck_of(const OpTotals& op, const npu::ChipConfig& chip) {
  if (op.time_s <= 0) return "hidden";
  const auto bytes = [&](api::Level level) { return op.bytes[static_cast<std::size_t>(level)]; };
  const double array = (op.array_busy_s + op.array_preload_s) / chip.arrays();
  const bool shifting = op.array_preload_s > op.array_busy_s;
  const std::array<std::pair<const char*, double>, 5> busy{{
      {shifting ? "preload" : "array", array},
      {"memory", bytes(api::Level::memory) / memory::sustained(chip.memory).value},
      {"vector", op.vector_busy_s / chip.cores},
      {"shared", chip.shared.present() ? bytes(api::Level::shared) / chip.shared.bandwidth.value : 0},
      {"host", bytes(api::Level::host) / chip.host.bandwidth.value},
  }};
  const auto most = std::max_element(busy.begin(), busy.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most->second < 0.5 * op.time_s ? "latency" : most->first;
}

ordered_json make_result(LoadedExperiment& loaded, const Machine& machine, const GenerationTotals& g, const Fit& fit) {
  const Totals& t = g.totals;
  const npu::ChipConfig& chip = machine.chip();
  const auto energy = ppa::energy(activity_of(t), chip.technology, {chip.memory.energy, chip.network.hop_length, chip.power.idle, chip.memory.phy, chip.memory.tsv});
  const double joules = ppa::total(energy).value;
  ordered_json r;
  r["schema_version"] = 1;
  r["presil_version"] = PRESIL_VERSION;
  r["experiment"] = config::dump([&](config::Visitor& v) { loaded.experiment.describe(v); });
  r["config_hash"] = config::hash_hex(r["experiment"].dump() + loaded.model_text);
  r["metrics"] = metrics_of(loaded, machine, g, joules);
  r["ops"] = ordered_json::array();
  for (const OpTotals& op : t.ops) r["ops"].push_back(op_row(op, chip, g.latency_s));
  r["phases"] = ordered_json::array();
  const double peak = chip.peak_ops_per_s(main_format(t));
  for (const PhaseTotals& phase : t.phases) {
    const double flops = phase_flops(t, phase.name);
    r["phases"].push_back({{"name", phase.name}, {"time_s", phase.time_s}, {"flops", flops}, {"mfu", flops / phase.time_s / peak}, {"passes", phase.passes},
                           {"bound_s", phase.bounds.least()}, {"bound", phase.bounds.which()}});
  }
  r["memory"] = {{"level", "memory"}, {"capacity_bytes", fit.capacity_bytes}, {"weights_bytes", fit.weights_bytes},
                 {"kv_bytes", fit.kv_bytes}, {"activations_bytes", fit.activations_bytes}, {"free_bytes", fit.free_bytes()}};
  r["levels"] = levels_of(t, chip, g.latency_s);
  r["fabric"] = {{"devices", 1}, {"bytes", 0}};
  r["mapping"] = mapping_rows(loaded, chip);
  r["energy"] = ordered_json::array();
  for (const auto& part : energy)
    r["energy"].push_back({{"name", part.name}, {"joules", part.energy.value}, {"share", part.energy.value / joules}});
  r["area"] = ordered_json::array();
  if (chip.die_area.value > 0) r["area"].push_back({{"name", "die"}, {"mm2", chip.die_area.value}, {"source", "published, not computed"}});
  const auto& a = t.array_time;
  const double arrays_s = g.latency_s * chip.arrays();
  r["array_time"] = {{"active", a.active / arrays_s}, {"preload", a.preload / arrays_s}, {"wait_memory", a.wait_memory / arrays_s},
                     {"wait_transfer", a.wait_transfer / arrays_s}, {"wait_other", a.wait_other / arrays_s}};
  r["assumptions"] = assumptions_of(loaded);
  return r;
}

}  // namespace presil::run
