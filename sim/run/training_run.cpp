// training_run.cpp -- implementation of training_run.h.
#include "sim/run/training_run.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "models/fabric/exchange_times.h"
#include "sim/base/error.h"
#include "sim/run/gpu_chip.h"
#include "sim/run/training_result.h"
#include "sim/run/training_search.h"
#include "sim/run/training_trace.h"

namespace presil::run {

namespace {

/// The place of the first value under `prefix` that was given, else of the file.
std::string place(const LoadedExperiment& loaded, const std::filesystem::path& file, const char* prefix) {
  for (const auto& p : loaded.provenance)
    if (p.path.starts_with(prefix) && !p.where.empty()) return p.where;
  return file.string() + ":1:1";
}

void check(const LoadedExperiment& loaded, const std::filesystem::path& file, const TrainingPlan& plan) {
  const Experiment& e = loaded.experiment;
  const ParallelismConfig& cut = plan.cut;
  if (e.chip->kind() != "gpu" && e.chip->kind() != "npu")
    throw InputError(fmt::format("{}: training is modelled on chips of kind gpu and npu; {} is of kind {}", place(loaded, file, "chip"), e.chip->board().name, e.chip->kind()));
  if (cut.search) {
    if (e.group.given_devices == 0) throw InputError(place(loaded, file, "parallelism") + ": a search needs the number of devices: `devices`");
    return;
  }
  if (e.group.given_devices != 0 && e.group.given_devices != cut.devices())
    throw InputError(fmt::format("{}: tensor {} x context {} x data {} x pipeline {} make {} devices, but there are {}", place(loaded, file, "devices"),
                                 cut.tensor, cut.context, cut.data, cut.pipeline, cut.devices(), e.group.given_devices));
  try {
    check_plan(plan);
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", place(loaded, file, "parallelism"), error.what()));
  }
}

}  // namespace

RunOutcome run_training(LoadedExperiment& loaded, const std::filesystem::path& file, const TraceOptions& trace) {
  Experiment& e = loaded.experiment;
  TrainingPlan plan = plan_of(loaded.architecture, e);
  check(loaded, file, plan);
  const auto begin = std::chrono::steady_clock::now();
  Machine machine(e.chip, e.group.simulates_fabric());
  TrainingSearch search(machine);
  std::vector<TrainingCandidate> found;
  if (plan.cut.search) {
    found = search.cuts(plan, e.group.given_devices);
    if (found.empty())
      throw CapacityError(fmt::format("{}: no cut over {} devices fits in the memory of {} and divides the model and the batch of {} sequences",
                                      place(loaded, file, "parallelism"), e.group.given_devices, e.chip->board().name, plan.config.global_batch));
    plan = found.front().plan;
    e.group.parallelism = plan.cut;
    e.workload.training = plan.config;
  }
  // A search compares its cuts in closed form; what it finds runs on the fabric.
  if (machine.exchanges() != nullptr) machine.exchanges()->place(e.group.system, e.group.devices());
  plan.cluster.fabric = machine.exchanges();
  TrainingSearch chosen(machine);
  const TrainingModel& model = chosen.model(plan);
  const TrainingFit fit = training_fit(e.chip, plan, model);
  check_fit(e.chip, plan, fit);
  TrainingStory story;
  const TrainingStep step = training_step(machine, plan, model, chosen.cost(plan), trace.wanted() ? &story : nullptr);
  if (trace.sink) trace_step(trace, story);
  RunOutcome outcome;
  outcome.host_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  outcome.simulated_s = step.step_s;
  outcome.commands = machine.commands_simulated();
  const Units units = e.chip->units();
  outcome.unit = units.name;
  outcome.unit_cycles = machine.seconds_simulated() * e.chip->clock().value * static_cast<double>(units.count);
  outcome.result = make_training_result(loaded, machine, plan, step, fit, found);
  if (trace.curves) outcome.result["timeline"] = {{"pipeline", pipeline_rows(story)}};
  return outcome;
}

}  // namespace presil::run
