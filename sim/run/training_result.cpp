// training_result.cpp -- implementation of training_result.h.
#include "sim/run/training_result.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/config/schema.h"
#include "sim/run/bill.h"
#include "sim/run/exchange_report.h"
#include "sim/run/power_report.h"

namespace presil::run {

using nlohmann::ordered_json;

namespace {

constexpr double kGiga = 1e9, kTera = 1e12, kDay = 86400;

double layer_exchange_s(const Totals& totals) {
  double sum = 0;
  for (const OpTotals& op : totals.ops)
    if (op.fabric_bytes > 0 && op.name != "gradient_exchange") sum += op.time_s;
  return sum;
}

ordered_json metrics_of(const Machine& machine, const TrainingPlan& plan, const TrainingStep& step, const PowerReport& power,
                        const Bill& bill) {
  const Chip& chip = machine.chip();
  const double devices = static_cast<double>(plan.cut.devices());
  const double tokens = static_cast<double>(plan.config.global_batch) * static_cast<double>(plan.config.sequence);
  const double peak = chip->peak_ops_per_s(main_format(step.totals));
  ordered_json m;
  m["step_time_s"] = step.step_s;
  m["tokens_per_s"] = tokens / step.step_s;
  m["achieved_tflops"] = step.model_flops / step.step_s / kTera;
  m["peak_tflops"] = peak / kTera;
  m["mfu"] = step.model_flops / step.step_s / peak;
  m["hfu"] = step.hardware_flops / step.step_s / peak;
  if (plan.cut.pipeline > 1) m["bubble_share"] = step.bubble_s / step.step_s;
  m["exposed_exchange_s"] = step.exchange_s;
  m["exposed_layer_exchange_s"] = layer_exchange_s(step.totals);
  m["update_s"] = step.update_s;
  const auto memory = static_cast<std::size_t>(api::Level::memory);
  const double bytes = step.totals.read[memory] + step.totals.written[memory];
  m["memory_gb_per_s"] = bytes / step.step_s / kGiga;
  m["memory_utilisation"] = bytes / step.step_s / memory::peak(chip->memory()).value;
  m["fabric_gb_per_s"] = step.totals.fabric_bytes() / step.step_s / kGiga;
  const double joules = bill.joules();
  m["energy_j"] = joules;
  m["energy_per_token_j"] = joules / tokens;
  m["average_power_w"] = joules / step.step_s;
  add_power_metrics(m, power, {step.step_s}, devices);
  add_bill_metrics(m, chip, bill);
  m["tflops_per_w"] = step.model_flops * devices / joules / kTera;
  if (plan.config.tokens > 0) {
    m["run_days"] = plan.config.tokens / tokens * step.step_s / kDay;
    m["run_energy_j"] = plan.config.tokens / tokens * joules;
  }
  return m;
}

std::string cut_text(const TrainingPlan& plan) {
  const ParallelismConfig& c = plan.cut;
  std::string text = fmt::format("tensor {}, pipeline {}", c.tensor, c.pipeline);
  if (c.virtual_stages > 1) text += fmt::format(" x {}", c.virtual_stages);
  text += fmt::format(", data {}", c.data);
  if (c.context > 1) text += fmt::format(", context {}", c.context);
  if (c.expert > 1) text += fmt::format(", expert {}", c.expert);
  return text + fmt::format(", micro-batch {}, recompute {}", plan.config.micro_batch, workload::kRecomputeNames[static_cast<std::size_t>(plan.config.recompute)]);
}

/// What a cut loses, the largest first: idle stages, exchanges of gradients, exchanges in layers, what is computed again.
std::string why(const TrainingCandidate& c) {
  const double again = 1 - c.step.model_flops / c.step.hardware_flops;
  return fmt::format("{:.1f}% of the step idle in the pipeline, {:.1f}% in exchanges of gradients, {:.1f}% in exchanges of layers; {:.1f}% of the work twice",
                     100 * c.step.bubble_s / c.step.step_s, 100 * c.step.exchange_s / c.step.step_s, 100 * layer_exchange_s(c.step.totals) / c.step.step_s,
                     100 * again);
}

ordered_json candidates_of(const std::vector<TrainingCandidate>& found) {
  ordered_json rows = ordered_json::array();
  for (const TrainingCandidate& c : found)
    rows.push_back({{"name", cut_text(c.plan)}, {"step_time_s", c.step.step_s}, {"free_bytes", c.fit.free_bytes()}, {"why", why(c)}});
  return rows;
}

ordered_json fit_of(const TrainingFit& fit) {
  ordered_json memory{{"level", "memory"}, {"stage", fit.stage}, {"capacity_bytes", fit.capacity_bytes}, {"weights_bytes", fit.weights_bytes},
                      {"gradients_bytes", fit.gradients_bytes}, {"optimizer_bytes", fit.optimizer_bytes}, {"kv_bytes", 0},
                      {"activations_bytes", fit.activations_bytes}, {"free_bytes", fit.free_bytes()}};
  if (fit.reserved_bytes > 0) memory["reserved_bytes"] = fit.reserved_bytes;
  return memory;
}

double phase_flops(const Totals& totals, const std::string& phase) {
  double sum = 0;
  for (const OpTotals& op : totals.ops) sum += op.phase == phase ? op.flops : 0;
  return sum;
}

ordered_json phases_of(const TrainingStep& step, double devices, double peak) {
  ordered_json rows = ordered_json::array();
  for (const PhaseTotals& phase : step.totals.phases) {
    if (phase.time_s < 1e-9 * step.step_s) continue;  // rounding of stages that never wait
    const double flops = phase_flops(step.totals, phase.name);
    rows.push_back({{"name", phase.name}, {"time_s", phase.time_s}, {"flops", flops * devices}, {"mfu", phase.time_s > 0 ? flops / phase.time_s / peak : 0},
                    {"passes", phase.passes}, {"bound_s", phase.bounds.least()}, {"bound", phase.bounds.which()}});
  }
  return rows;
}

ordered_json training_assumptions(const LoadedExperiment& loaded) {
  ordered_json list = assumptions_of(loaded);
  list.push_back({{"path", "overlap"}, {"value", "16 SMs of a GPU"},
                  {"source", "[assumed] held by exchanges of gradients that run beside passes; exchanges inside layers and memory traffic slow nothing down"}});
  list.push_back({{"path", "host"}, {"value", "0 s"}, {"source", "[assumed] the host keeps ahead of the device between passes"}});
  return list;
}

}  // namespace

ordered_json make_training_result(LoadedExperiment& loaded, const Machine& machine, const TrainingPlan& plan, const TrainingStep& step,
                                  const TrainingFit& fit, const std::vector<TrainingCandidate>& found) {
  const Chip& chip = machine.chip();
  const double devices = static_cast<double>(plan.cut.devices());
  const PowerReport power = power_report(chip, step.totals.segments, {step.step_s});
  const Bill bill = bill_of(chip, loaded.experiment.economics, power.energy, {step.step_s}, devices);
  ordered_json r;
  r["schema_version"] = 1;
  r["presil_version"] = PRESIL_VERSION;
  r["experiment"] = config::dump([&](config::Visitor& v) { loaded.experiment.describe(v); });
  r["config_hash"] = config::hash_hex(r["experiment"].dump() + loaded.model_text);
  r["metrics"] = metrics_of(machine, plan, step, power, bill);
  r["ops"] = ordered_json::array();
  for (const OpTotals& op : step.totals.ops) r["ops"].push_back(op_row(op, chip, step.step_s));
  r["phases"] = phases_of(step, devices, chip->peak_ops_per_s(main_format(step.totals)));
  r["memory"] = fit_of(fit);
  r["levels"] = levels_of(step.totals, chip, step.step_s);
  r["fabric"] = {{"devices", devices}, {"bytes", step.totals.fabric_bytes()}};
  if (plan.cluster.link != nullptr) r["fabric"]["link"] = plan.cluster.link->name;
  if (plan.cluster.network != nullptr) r["fabric"]["network"] = plan.cluster.network->name;
  add_exchanges(r["fabric"], machine, loaded.experiment.group);
  if (!found.empty()) r["candidates"] = candidates_of(found);
  add_bill(r, chip, bill);
  add_power(r, chip, power);
  r["assumptions"] = training_assumptions(loaded);
  return r;
}

}  // namespace presil::run
