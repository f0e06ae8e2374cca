// run.cpp -- run_experiment (see run.h).
#include "sim/run/run.h"

#include <chrono>
#include <optional>

#include <nlohmann/json.hpp>

#include "models/fabric/exchange_times.h"
#include "sim/base/error.h"
#include "sim/run/functional_part.h"
#include "sim/run/result.h"
#include "sim/run/rules.h"
#include "sim/run/tracer.h"
#include "sim/run/training_run.h"

namespace presil::run {

RunOutcome run_experiment(const std::filesystem::path& file, const RunOptions& options) {
  LoadedExperiment loaded = load_experiment(file, options.overrides);
  if (options.exact) loaded.experiment.simulation.exact = true;
  const Experiment& e = loaded.experiment;
  if (e.workload.phase == WorkPhase::training) return run_training(loaded, file, options.trace);
  check_tokens(loaded, file);
  const workload::PassOptions pass = pass_options(e.workload, e.simulation, e.group);
  const Fit fit = fit_of(e.chip, workload::footprint(loaded.architecture, pass, e.workload.in_len, e.workload.out_len));
  check_fit(e.chip, fit);

  ppa::check_reticle(e.chip->area(), e.chip->board().die_area, e.chip->board().name);
  ppa::check_stack(e.chip->area(), e.chip->board().die, e.chip->board().name);

  const FunctionalPart functional = e.functional ? run_functional(loaded) : FunctionalPart{};
  if (functional.operands) loaded.experiment.chip.model().use_operands(*functional.operands);

  const auto begin = std::chrono::steady_clock::now();
  Machine machine(e.chip, e.group.simulates_fabric());
  if (machine.exchanges() != nullptr) machine.exchanges()->place(e.group.system, e.group.devices());
  std::optional<PimOffload> offload;
  if (!e.pim.name.empty()) offload.emplace(e.pim, e.chip);
  if (offload && options.trace.sink) throw InputError("a run with units in memory (`pim`) cannot be traced: expected neither --trace nor --vcd");
  Tracer tracer(machine, options.trace);
  PassObserver* const observer = options.trace.wanted() && !offload ? &tracer : nullptr;
  const GenerationTotals generation =
      run_generation(machine, loaded.architecture, e.workload, e.simulation, e.group, e.server, observer, offload ? &*offload : nullptr);
  RunOutcome outcome;
  outcome.host_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  outcome.simulated_s = generation.latency_s;
  outcome.commands = machine.commands_simulated();
  const Units units = e.chip->units();
  outcome.unit = units.name;
  outcome.unit_cycles = machine.seconds_simulated() * e.chip->clock().value * static_cast<double>(units.count);
  outcome.result = make_result(loaded, machine, generation, fit);
  if (observer != nullptr && options.trace.curves) outcome.result["timeline"] = tracer.timeline();
  if (e.functional) outcome.result["functional"] = functional.record;
  return outcome;
}

}  // namespace presil::run
