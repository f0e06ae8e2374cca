// training_fit.cpp -- implementation of training_fit.h.
#include "sim/run/training_fit.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/base/error.h"

namespace presil::run {

namespace {

/// Parameters of a device, or its share of them when replicas share.
double held(const TrainingPlan& plan, const workload::Parameters& p, bool shared) {
  if (!shared) return p.total();
  return p.shared / static_cast<double>(parallel::replicas(plan.degrees()).ranks) +
         p.experts / static_cast<double>(parallel::expert_replicas(plan.degrees()).ranks);
}

/// Gradients that a device holds whole although replicas share them.
double gradients_beside(const TrainingPlan& plan, const TrainingModel& model, const std::vector<PieceOfModel>& pieces) {
  if (plan.cut.zero < 2 || plan.passes_per_scatter() == 1) return 0;
  double most = 0;
  for (const PieceOfModel& piece : pieces) most = std::max(most, model.parameters({piece}).total());
  return 2 * most;
}

double activations(const TrainingPlan& plan, const TrainingModel& model, std::uint32_t stage, const std::vector<PieceOfModel>& pieces) {
  std::vector<double> kept;
  double beside = 0;
  for (const PieceOfModel& piece : pieces) {
    double bytes = 0;
    for (const TrainingSegment* segment : model.segments(piece)) {
      bytes += segment->backward.kept_bytes;
      beside = std::max(beside, segment->workspace_bytes + segment->backward.working_bytes);
    }
    kept.push_back(bytes);
  }
  return parallel::most_held(parallel::pipeline_order(plan.pipeline(), stage), kept) + beside;
}

}  // namespace

TrainingFit training_fit(const Chip& chip, const TrainingPlan& plan, const TrainingModel& model) {
  const auto cut = cut_layers(*plan.model, plan.cut.pipeline, plan.cut.virtual_stages);
  TrainingFit most;
  for (std::uint32_t s = 0; s < cut.size(); ++s) {
    const workload::Parameters p = model.parameters(cut[s]);
    TrainingFit fit;
    fit.stage = s;
    fit.capacity_bytes = memory::capacity(chip->memory()).value;
    fit.reserved_bytes = chip->reserved_memory().value;
    fit.weights_bytes = held(plan, p, plan.cut.zero >= 3) * bytes_per_value(plan.formats.weights);
    fit.gradients_bytes = (held(plan, p, plan.cut.zero >= 2) + gradients_beside(plan, model, cut[s])) * bytes_per_value(plan.config.gradients);
    fit.optimizer_bytes = held(plan, p, plan.cut.zero >= 1) * workload::state_bytes(plan.config.optimizer);
    // Activations are gone when gradients are widened.
    fit.activations_bytes = std::max(activations(plan, model, s, cut[s]), held(plan, p, plan.cut.zero >= 1) * workload::widened_bytes(plan.config.gradients));
    if (s == 0 || fit.needed() > most.needed()) most = fit;
  }
  return most;
}

void check_fit(const Chip& chip, const TrainingPlan& plan, const TrainingFit& fit) {
  if (fit.free_bytes() >= 0) return;
  constexpr double kGiB = 1024.0 * 1024 * 1024;
  const auto row = [](const char* what, double bytes) { return fmt::format("  {:<12}{:10.3f} GiB\n", what, bytes / kGiB); };
  throw CapacityError(fmt::format("stage {} of {} does not fit in the memory of {}:\n{}{}{}{}{}{}{}{}", fit.stage + 1, plan.cut.pipeline,
                                  chip->board().name, row("weights", fit.weights_bytes), row("gradients", fit.gradients_bytes),
                                  row("optimiser", fit.optimizer_bytes), row("activations", fit.activations_bytes),
                                  fit.reserved_bytes > 0 ? row("reserved", fit.reserved_bytes) : "", row("needed", fit.needed()),
                                  fmt::format("  {:<12}{:10.3f} GiB, short of {:.3f} GiB\n", "capacity", fit.capacity_bytes / kGiB, -fit.free_bytes() / kGiB),
                                  "more tensor or pipeline stages, ZeRO (parallelism.zero), recomputation (workload.recompute) or a smaller "
                                  "workload.micro_batch would help"));
}

}  // namespace presil::run
