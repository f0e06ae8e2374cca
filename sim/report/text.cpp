// text.cpp -- implementation of text.h.
#include "sim/report/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "sim/report/format.h"
#include "sim/report/table.h"

namespace presil::report {

namespace {

constexpr std::size_t kNameWidth = 22;
constexpr std::size_t kMostRows = 14;

std::string title(const Result& result, const Style& style) {
  const std::string left = result.title(), right = result.workload();
  if (right.empty()) return style.bold(left) + "\n";
  const bool one_line = display_width(left) + display_width(right) + 2 <= kPageWidth;
  return style.bold(left) + (one_line ? ": " : "\n") + right + "\n";
}

// "231.2 of 312 TFLOPS".
std::string of(double value, double peak, const std::string& unit) {
  return peak > 0 ? fmt::format("{} of {} {}", number(value), number(peak), unit)
                  : number(value) + " " + unit;
}

// "DGX H100: 3 kinds, +0.0% to +2.7% of closed form".
std::string simulated_on(const FabricModel& fabric) {
  double least = 0, most = 0;
  std::size_t simulated = 0;
  for (const ExchangeRow& row : fabric.exchanges) {
    if (!row.not_simulated.empty() || row.closed_form_s <= 0) continue;
    const double difference = row.time_s / row.closed_form_s - 1;
    least = simulated == 0 ? difference : std::min(least, difference);
    most = simulated == 0 ? difference : std::max(most, difference);
    ++simulated;
  }
  std::string text = fmt::format("{}: {} kinds", fabric.system, simulated);
  if (simulated > 0) text += fmt::format(", {:+.1f}% to {:+.1f}% of closed form", least * 100, most * 100);
  if (const std::size_t rest = fabric.exchanges.size() - simulated; rest > 0) text += fmt::format("; {} in closed form", rest);
  return text;
}

void add_speed(const Result& result, Table& table) {
  const std::string unit = result.rate_unit();
  if (const double* achieved = result.metric(unit == "TOPS" ? "achieved_tops" : "achieved_tflops")) {
    const double* mfu = result.metric("mfu");
    table.add({"compute", of(*achieved, result.peak_rate(), unit), mfu ? percent(*mfu) + " MFU" : ""});
  }
  if (const double* memory = result.metric("memory_gb_per_s")) {
    const double* share = result.metric("memory_utilisation");
    table.add({"memory", rate(*memory), share ? percent(*share) + " of peak" : ""});
  }
  const double* fabric = result.metric("fabric_gb_per_s");
  if (fabric && *fabric > 0) table.add({"fabric", rate(*fabric), "one way" + std::string(result.fabric.model == "closed form" ? ", exchanges in closed form" : "")});
  if (result.fabric.model == "simulated") table.add({"exchanges", "simulated", simulated_on(result.fabric)});
}

void add_energy(const Result& result, Table& table) {
  const double* joules = result.metric("energy_j");
  if (!joules) return;
  const double* token = result.metric("energy_per_token_j");
  const double* watts = result.metric("average_power_w");
  const double* peak = result.metric("peak_power_w");
  std::string note = watts ? power(*watts) + " average" : "";
  if (watts && peak) note += ", " + power(*peak) + " at most";
  if (token) note += (note.empty() ? "" : ", ") + energy(*token) + " per token";
  table.add({"energy", energy(*joules), note});
}

// Where a training step goes, and what a whole run takes.
void add_training(const Result& result, Table& table) {
  if (const double* hfu = result.metric("hfu")) table.add({"hardware", percent(*hfu) + " HFU", "with recomputation"});
  if (const double* bubble = result.metric("bubble_share")) table.add({"pipeline", percent(*bubble) + " idle", ""});
  if (const double* exposed = result.metric("exposed_exchange_s"))
    table.add({"exchanges", time(*exposed), "exposed, of gradients and parameters"});
  const double* days = result.metric("run_days");
  const double* joules = result.metric("run_energy_j");
  if (days && joules) table.add({"whole run", number(*days) + " days", energy(*joules)});
}

std::string headline(const Result& result, const Style& style) {
  Table table({{""}, {"", Align::right}, {""}});
  const auto add_time = [&](const char* metric, const char* label, const char* note) {
    if (const double* value = result.metric(metric)) table.add({label, style.bold(time(*value)), note});
  };
  add_time("ttft_s", "first token", "TTFT");
  add_time("tpot_s", "each further token", "TPOT");
  add_time("step_time_s", "step", "");
  add_time("latency_s", "whole batch", "latency");
  if (const double* tokens = result.metric("tokens_per_s"))
    table.add({result.metric("step_time_s") ? "throughput" : "output", style.bold(number(*tokens)), "tokens/s"});
  add_training(result, table);
  add_speed(result, table);
  add_energy(result, table);
  return table.render(style, 2);
}

std::string phases(const Result& result, const Style& style) {
  Table table({{"phase"},
               {"passes", Align::right},
               {"time", Align::right},
               {"share", Align::right},
               {result.rate_unit(), Align::right},
               {"MFU", Align::right},
               {"bound", Align::right},
               {"bound by"},
               {"of bound", Align::right}});
  double total = 0;
  for (const Phase& phase : result.phases) total += phase.time_s;
  for (const Phase& phase : result.phases) {
    const double devices = std::max(1.0, result.about.devices);
    const double achieved = phase.time_s > 0 ? phase.flops / phase.time_s / devices * 1e-12 : 0;
    table.add({shortened(phase.name, kNameWidth), count(phase.passes), time(phase.time_s),
               percent(total > 0 ? phase.time_s / total : 0), number(achieved), percent(phase.mfu),
               phase.bound_s > 0 ? time(phase.bound_s) : "-", phase.bound_s > 0 ? shortened(phase.bound, 9) : "-",
               phase.bound_s > 0 ? percent(phase.bound_s / phase.time_s) : "-"});
  }
  return table.empty() ? "" : table.render(style, 2);
}

std::string operators(const Result& result, const Style& style) {
  std::vector<Operator> ops = result.ops;
  std::stable_sort(ops.begin(), ops.end(), [](const auto& a, const auto& b) { return a.time_s > b.time_s; });
  Table table({{"operator"},
               {"phase"},
               {"count", Align::right},
               {"time", Align::right},
               {"share", Align::right},
               {""},
               {"bound", Align::right},
               {"bound by"},
               {"bottleneck"}});
  const std::size_t shown = ops.size() > kMostRows + 1 ? kMostRows : ops.size();
  for (std::size_t i = 0; i < shown; ++i) {
    const Operator& op = ops[i];
    table.add({shortened(op.name, kNameWidth), shortened(op.phase, 8), count(op.count), time(op.time_s),
               percent(op.share), style.bar(op.share, 10), op.bound_s > 0 ? time(op.bound_s) : "-",
               op.bound_s > 0 ? shortened(op.bound, 9) : "-", shortened(op.bottleneck, 12)});
  }
  if (shown < ops.size()) {
    const auto rest = [&](double Operator::*field) {
      return std::accumulate(ops.begin() + static_cast<std::ptrdiff_t>(shown), ops.end(), 0.0,
                             [&](double sum, const Operator& op) { return sum + op.*field; });
    };
    table.add({fmt::format("{} more", ops.size() - shown), "", "", time(rest(&Operator::time_s)),
               percent(rest(&Operator::share))});
  }
  return table.empty() ? "" : table.render(style, 2);
}

std::string moved(const std::optional<double>& bytes) { return bytes ? traffic(*bytes) : "-"; }

std::string levels(const Result& result, const Style& style) {
  Table table({{"level"},
               {"read", Align::right},
               {"written", Align::right},
               {"rate", Align::right},
               {"peak", Align::right},
               {"of peak", Align::right},
               {""}});
  for (const BandwidthLevel& level : result.levels)
    if (level.gb_per_s > 0)
      table.add({shortened(level.name, kNameWidth), moved(level.bytes_read), moved(level.bytes_written),
                 rate(level.gb_per_s), rate(level.peak_gb_per_s), percent(level.utilisation),
                 style.bar(level.utilisation, 10)});
  return table.empty() ? "" : table.render(style, 2);
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

// "63.0% HBM, 21.4% array": the largest first, what rounds to nothing left out.
std::string shares(std::vector<Part> parts, std::string (*spell)(std::string_view)) {
  double total = 0;
  for (const Part& part : parts) total += part.value;
  if (total <= 0 || parts.size() < 2) return "";
  std::stable_sort(parts.begin(), parts.end(),
                   [](const Part& a, const Part& b) { return a.value > b.value; });
  std::vector<std::string> words;
  for (const Part& part : parts)
    if (part.value / total >= 0.0005) words.push_back(percent(part.value / total) + " " + spell(part.name));
  return joined(words);
}

std::string memory_fit(const MemoryFit& memory) {
  if (memory.level.empty()) return "";
  std::vector<std::string> parts{binary_size(memory.weights_bytes) + " weights"};
  if (memory.gradients_bytes > 0) parts.push_back(binary_size(memory.gradients_bytes) + " gradients");
  if (memory.optimizer_bytes > 0) parts.push_back(binary_size(memory.optimizer_bytes) + " optimiser");
  if (memory.kv_bytes > 0) parts.push_back(binary_size(memory.kv_bytes) + " KV");
  if (memory.activations_bytes > 0) parts.push_back(binary_size(memory.activations_bytes) + " activations");
  return fmt::format("{}; {} of {} free", joined(parts), binary_size(memory.free_bytes),
                     binary_size(memory.capacity_bytes));
}

// As a word of a shell.
std::string quoted(const std::string& name) {
  return name.find(' ') == std::string::npos ? name : "'" + name + "'";
}

std::string assumptions(const Result& result) {
  if (result.assumptions.empty()) return "";
  const auto fitted = std::count_if(result.assumptions.begin(), result.assumptions.end(),
                                    [](const Assumption& a) { return a.source.starts_with("[fit]"); });
  const std::size_t all = result.assumptions.size();
  const std::string what = all == 1 ? "1 value is" : fmt::format("{} values are", all);
  const std::string chip = quoted(result.about.chip.empty() ? "CONFIG" : result.about.chip);
  return fmt::format("{} fitted or assumed ({} fitted): `presil describe {}`", what, fitted, chip);
}

// "2 act as one: 10 TB/s between them, 3.6 TB/s needed for it".
std::string dies(const Dies& dies) {
  if (dies.count < 2) return "";
  const bool one = dies.gb_per_s >= dies.as_one_from_gb_per_s;
  return fmt::format("{} {} as one: {} between them, {} needed for it", count(dies.count), one ? "act" : "do not act", rate(dies.gb_per_s),
                     rate(dies.as_one_from_gb_per_s));
}

std::string footer(const Result& result, const Style& style) {
  Table table({{""}, {""}});
  const auto add = [&](const char* label, const std::string& text) {
    if (!text.empty()) table.add({label, text});
  };
  const std::string unit_time = unit_word(result.unit) + " time";
  add(unit_time.c_str(), shares(result.unit_time, unit_activity));
  add(result.memory.level.empty() || result.memory.level == "memory" ? "memory" : result.memory.level.c_str(),
      memory_fit(result.memory));
  add("energy", shares(result.energy, label));
  add("area", shares(result.area, label));
  add("dies", dies(result.dies));
  add("assumptions", assumptions(result));
  return table.empty() ? "" : table.render(style, 2);
}

}  // namespace

std::string text_report(const Result& result, const Style& style) {
  std::string text = title(result, style);
  for (const auto part : {headline, phases, operators, levels, footer}) {
    const std::string block = part(result, style);
    if (!block.empty()) text += "\n" + block;
  }
  return text;
}

std::string mapping_table(const Result& result, const Style& style) {
  Table table({{"phase"}, {"segment"}, {"operator"}, {"mapping"}});
  for (const MappingRow& row : result.mapping)
    table.add({row.phase, shortened(row.segment, 16), shortened(row.name, kNameWidth),
               row.homes.empty() ? row.tiling : row.tiling + "; " + row.homes});
  return table.empty() ? "  This result holds no mapping.\n" : table.render(style, 2);
}

}  // namespace presil::report
