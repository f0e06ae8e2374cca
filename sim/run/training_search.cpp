// training_search.cpp -- implementation of training_search.h.
#include "sim/run/training_search.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/base/error.h"

namespace presil::run {

namespace {

constexpr std::uint64_t kLongSequence = 32768;
constexpr std::uint32_t kMostVirtual = 16;

void keep_fastest(std::vector<TrainingCandidate>& found, std::size_t most) {
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.step.step_s < b.step.step_s; });
  if (found.size() > most) found.resize(most);
}

std::vector<std::uint32_t> divisors(std::uint64_t n, std::uint64_t most) {
  std::vector<std::uint32_t> all;
  for (std::uint64_t d = 1; d <= std::min(n, most); ++d)
    if (n % d == 0) all.push_back(static_cast<std::uint32_t>(d));
  return all;
}

/// All that graphs and costs of segments depend on, beside the chip and the model.
std::string key_of(const TrainingPlan& p) {
  return fmt::format("{} {} {} {} {} {} {} {} {}", p.cut.tensor, p.cut.context, p.cut.expert, p.cut.sequence_parallel, p.config.micro_batch,
                     static_cast<int>(p.config.recompute), p.cut.context * p.cut.data, p.config.overlap_backward, p.config.overlap_tensor);
}

bool can_be_cut(const TrainingPlan& plan) {
  try {
    check_plan(plan);
  } catch (const InputError&) {
    return false;
  }
  return true;
}

}  // namespace

std::vector<std::uint32_t> possible_virtual_stages(const workload::Architecture& model, std::uint32_t stages, std::uint32_t most) {
  std::vector<std::uint32_t> all{1};
  const std::size_t layers = model.decoder->layers.size();
  for (std::uint32_t v = 2; stages > 1 && v <= most; ++v)
    if (layers % (std::uint64_t{stages} * v) == 0 || (layers + 2) % (std::uint64_t{stages} * v) == 0) all.push_back(v);
  return all;
}

TrainingSearch::Known& TrainingSearch::known(const TrainingPlan& plan) {
  Known& k = known_[key_of(plan)];
  if (!k.model) {
    k.plan = std::make_unique<TrainingPlan>(plan);
    k.model = std::make_unique<TrainingModel>(plan);
  }
  return k;
}

const TrainingModel& TrainingSearch::model(const TrainingPlan& plan) { return *known(plan).model; }

const ModelCost& TrainingSearch::cost(const TrainingPlan& plan) {
  Known& k = known(plan);
  if (!k.cost) k.cost = std::make_unique<ModelCost>(model_cost(machine_, plan, *k.model));
  return *k.cost;
}

bool TrainingSearch::try_plan(const TrainingPlan& plan, std::vector<TrainingCandidate>& found) {
  if (!can_be_cut(plan)) return false;
  const TrainingFit fit = training_fit(machine_.chip(), plan, model(plan));
  if (fit.free_bytes() < 0) return false;
  found.push_back({plan, fit, training_step(machine_, plan, model(plan), cost(plan))});
  return true;
}

std::vector<TrainingCandidate> TrainingSearch::fastest(const TrainingPlan& plan, const Choices& choices) {
  std::vector<TrainingCandidate> found;
  for (const std::uint64_t micro_batch : choices.micro_batches)
    for (const std::uint32_t pieces : choices.virtual_stages)
      for (const workload::Recompute recompute : choices.recompute) {
        TrainingPlan one = plan;
        one.config.micro_batch = micro_batch;
        one.cut.virtual_stages = pieces;
        one.config.recompute = recompute;
        if (try_plan(one, found)) break;
      }
  keep_fastest(found, 1);
  return found;
}

std::vector<TrainingCandidate> TrainingSearch::cuts(const TrainingPlan& plan, std::uint64_t devices, std::size_t most) {
  std::vector<TrainingCandidate> found;
  const std::size_t layers = plan.model->decoder->layers.size();
  const std::uint64_t experts = plan.model->decoder->moe ? plan.model->decoder->moe->experts : 1;
  for (const std::uint32_t tensor : divisors(devices, plan.cluster.node()))
    for (const std::uint32_t pipeline : divisors(devices / tensor, layers))
      for (const std::uint32_t context : divisors(devices / tensor / pipeline, plan.config.sequence > kLongSequence ? 64 : 1))
        for (const std::uint32_t expert : divisors(experts, devices / tensor / pipeline)) {
          TrainingPlan one = plan;
          one.cut.search = false;
          one.cut.tensor = tensor;
          one.cut.pipeline = pipeline;
          one.cut.context = context;
          one.cut.expert = expert;
          one.cut.data = static_cast<std::uint32_t>(devices / tensor / pipeline / context);
          one.cut.sequence_parallel = tensor > 1;
          const Choices choices{{1, 2, 4, 8, 16}, possible_virtual_stages(*plan.model, pipeline, kMostVirtual),
                                {workload::Recompute::none, workload::Recompute::selective, workload::Recompute::full}};
          for (TrainingCandidate& best : fastest(one, choices)) found.push_back(std::move(best));
          keep_fastest(found, most);
        }
  return found;
}

}  // namespace presil::run
