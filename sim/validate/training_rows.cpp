// training_rows.cpp -- implementation of training_rows.h.
#include "sim/validate/training_rows.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <span>

#include <fmt/format.h>

#include "sim/base/error.h"
#include "sim/config/loader.h"
#include "sim/config/reader.h"
#include "sim/config/tree_builder.h"
#include "sim/run/training_search.h"

namespace presil::validate {

namespace {

using workload::Recompute;

/// The parameters that Megatron-LM's table of 2024 counts are those of models with a head of its own.
constexpr double kOldVocabulary = 51200, kNewVocabulary = 131072;

/// A GPT of Megatron-LM.
struct Gpt {
  std::uint64_t layers{}, hidden{}, heads{}, sequence{}, vocabulary{};
  bool tied{true};  ///< the head has the embedding's weights

  workload::Architecture architecture() const {
    workload::Architecture model;
    model.model_type = "gpt2";
    model.hidden = hidden;
    model.vocab = vocabulary;
    model.tied_embeddings = tied;
    workload::Stack stack;
    stack.layers.assign(layers, {});
    stack.attention.heads = stack.attention.kv_heads = heads;
    stack.attention.head_dim = hidden / heads;
    stack.attention.q_bias = stack.attention.k_bias = stack.attention.v_bias = stack.attention.out_bias = true;
    stack.mlp = {4 * hidden, false, workload::Activation::gelu_tanh, true};
    stack.norm = workload::NormKind::layer_norm;
    stack.norm_bias = true;
    stack.position = workload::PositionKind::learned;
    stack.positions = sequence;
    model.decoder = stack;
    return model;
  }

  /// Of one step: 24 b s l h^2 (1 + s/6h) a pass forward, twice that back, and 6 b s h V of the head (arXiv:2104.04473, appendix).
  double flops(double batch, double passes) const {
    const double b = batch, s = static_cast<double>(sequence), l = static_cast<double>(layers), h = static_cast<double>(hidden);
    return passes * 24 * b * s * l * h * h * (1 + s / (6 * h)) + 6 * b * s * h * static_cast<double>(vocabulary);
  }
};

/// How a published model was run.
struct Published {
  const char* name;
  std::uint64_t layers, hidden, heads, micro_batch;
  std::uint32_t virtual_stages;
  bool overlaps_gradients{false};
};

/// arXiv:2205.05198, tables 3 and 5.
constexpr std::array kRecomputing{Published{"22B", 48, 6144, 64, 4, 1}, Published{"175B", 96, 12288, 96, 1, 3},
                                Published{"530B", 105, 20480, 128, 1, 3}, Published{"1T", 128, 25600, 160, 1, 1}};

/// arXiv:2104.04473, table 1: Megatron-LM, examples/sc21/run_table_1.sh. DDP=torch exchanges gradients beside the way back.
constexpr std::array kScaling{Published{"1.7B", 24, 2304, 24, 16, 1, true}, Published{"3.6B", 30, 3072, 32, 16, 1, true},
                              Published{"7.5B", 36, 4096, 32, 16, 1, true}, Published{"18B", 40, 6144, 48, 8, 1, true},
                              Published{"39B", 48, 8192, 64, 4, 1},         Published{"76B", 60, 10240, 80, 2, 3},
                              Published{"145B", 80, 12288, 96, 2, 2},       Published{"310B", 96, 16384, 128, 1, 2},
                              Published{"530B", 105, 20480, 128, 1, 3},     Published{"1T", 128, 25600, 160, 1, 1}};

parallel::NetworkConfig network(const char* name) {
  const config::SearchPath search{run::home() / "configs"};
  parallel::NetworkConfig network;
  config::read(config::load(config::find_config(search, "networks", name), {}, run::reference_keys(), search), network);
  return network;
}

/// The machine and habits of a generation.
struct Setup {
  fabric::LinkConfig link;
  parallel::NetworkConfig network;
  bool recent;

  explicit Setup(const gpu::GpuConfig& gpu)
      : link(link_of(gpu)), recent(gpu.architecture.name != "ampere" && gpu.architecture.name != "volta") {
    network = validate::network(recent ? "infiniband_ndr" : "infiniband_hdr");
  }
  Setup(const Setup&) = delete;
  Setup& operator=(const Setup&) = delete;

  run::TrainingPlan plan(const workload::Architecture& model) const {
    run::TrainingPlan p;
    p.model = &model;
    p.formats.weights = p.formats.activations = p.formats.kv = recent ? Format::bf16 : Format::fp16;
    p.fused_attention = recent;
    p.config.dropout = !recent;
    p.config.overlap_pipeline = p.config.overlap_gradients = recent;
    p.cut.sequence_parallel = recent;
    p.cut.zero = recent ? 1 : 0;
    p.cluster = {&link, &network};
    return p;
  }
};

/// The number behind a word of "gpt3-175B pp8 dp1 mbs1 il3 recompute=full"; 0: not said.
std::uint64_t number_behind(const std::string& text, const std::string& word) {
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const std::size_t digits = at + word.size();
    if ((at == 0 || text[at - 1] == ' ') && digits < text.size() && std::isdigit(static_cast<unsigned char>(text[digits])) != 0)
      return std::strtoull(text.c_str() + digits, nullptr, 10);
  }
  return 0;
}

run::TrainingSearch::Choices choices_of(const run::TrainingPlan& plan, std::uint64_t micro_batch, std::uint64_t pieces, std::vector<Recompute> recompute) {
  run::TrainingSearch::Choices c;
  if (micro_batch != 0) c.micro_batches = {micro_batch};
  else c.micro_batches = {1, 2, 4, 8, 16};
  if (pieces != 0) c.virtual_stages = {static_cast<std::uint32_t>(pieces)};
  else c.virtual_stages = run::possible_virtual_stages(*plan.model, plan.cut.pipeline, 8);
  c.recompute = std::move(recompute);
  return c;
}

/// Seconds of a step, at its fastest; throws when no choice fits or divides.
double step_s(GpuDevice& device, const run::TrainingPlan& plan, const run::TrainingSearch::Choices& choices, double* model_flops = nullptr) {
  run::TrainingSearch search(device.machine());
  const auto best = search.fastest(plan, choices);
  if (best.empty()) {
    run::TrainingPlan one = plan;
    one.config.micro_batch = choices.micro_batches.front();
    one.cut.virtual_stages = choices.virtual_stages.front();
    one.config.recompute = choices.recompute.back();
    check_plan(one);
    check_fit(device.machine().chip(), one, run::training_fit(device.machine().chip(), one, search.model(one)));
    throw InputError("no micro-batch divides the batch");
  }
  if (model_flops != nullptr) *model_flops = best.front().step.model_flops * static_cast<double>(plan.cut.devices());
  return best.front().step.step_s;
}

Recompute recompute_of(const std::string& text) {
  if (contains(text, "recompute=none")) return Recompute::none;
  return contains(text, "selective") ? Recompute::selective : Recompute::full;
}

std::uint32_t degree(std::uint64_t n) { return static_cast<std::uint32_t>(std::max<std::uint64_t>(1, n)); }

const Published* of_shape(std::span<const Published> models, std::uint64_t layers, std::uint64_t hidden) {
  for (const Published& p : models)
    if (p.layers == layers && p.hidden == hidden) return &p;
  return nullptr;
}

/// "gpt3-175B pp8 ...".
const Published* of_name(const std::string& model) {
  for (const Published& p : kRecomputing)
    if (contains(model, (std::string("-") + p.name).c_str())) return &p;
  return nullptr;
}

/// Megatron-LM of 2021 sums gradients in fp16, by kernels of their own (megatron/model/distributed.py).
const Published* of_early_2021(run::TrainingPlan& plan, const TrainingPaperRow& row) {
  const Published* known = of_shape(kScaling, row.layers, row.hidden);
  plan.config.gradients = Format::fp16;
  plan.config.fused_accumulation = false;
  plan.config.overlap_backward = false;
  plan.config.overlap_gradients = known != nullptr && known->overlaps_gradients;
  return known;
}

Prediction predict_gpt(GpuDevice& device, const TrainingPaperRow& row, const Setup& setup) {
  const Gpt gpt{row.layers, row.hidden, row.heads, row.seq, static_cast<std::uint64_t>(setup.recent ? kNewVocabulary : kOldVocabulary), !setup.recent};
  if (gpt.heads == 0 || gpt.hidden % gpt.heads != 0) return {0, "the shape of its layers is not given"};
  const workload::Architecture model = gpt.architecture();
  run::TrainingPlan plan = setup.plan(model);
  const bool selective = contains(row.model, "selective");
  if (contains(row.model, "seq-par")) plan.cut.sequence_parallel = true;
  plan.config.sequence = row.seq;
  plan.config.global_batch = row.global_batch;
  plan.cut.tensor = degree(row.tp);
  plan.cut.pipeline = degree(row.pp);
  plan.cut.context = degree(row.cp);
  plan.cut.data = degree(row.dp);
  const Published* known = selective ? of_shape(kRecomputing, row.layers, row.hidden) : setup.recent ? nullptr : of_early_2021(plan, row);
  std::vector<Recompute> recompute{selective ? Recompute::selective : Recompute::full};
  plan.config.overlap_tensor = setup.recent;  // --tp-comm-overlap [Megatron-LM's README]
  if (setup.recent) recompute = {Recompute::none, Recompute::selective, Recompute::full};
  const double seconds = step_s(device, plan, choices_of(plan, known != nullptr ? known->micro_batch : 0, known != nullptr ? known->virtual_stages : 0, recompute));
  const double passes = row.mfu.empty() ? 4 : 3;
  return {gpt.flops(static_cast<double>(row.global_batch), passes) / seconds / static_cast<double>(row.gpus) / 1e12};
}

/// A model of workloads/models whose name the row gives: "Llama-3 405B" is llama3_1_405b.
Prediction predict_named(GpuDevice& device, const TrainingPaperRow& row, const Setup& setup) {
  if (!contains(row.model, "Llama-3 405B")) return {0, fmt::format("presil does not know the layers of '{}'", row.model)};
  const workload::Architecture model =
      workload::read_architecture(config::parse_file(run::find_model("llama3_1_405b", run::home() / "workloads" / "models")));
  run::TrainingPlan plan = setup.plan(model);
  plan.config.sequence = row.seq;
  plan.config.global_batch = row.global_batch;
  plan.cut.tensor = degree(row.tp);
  plan.cut.pipeline = degree(row.pp);
  plan.cut.context = degree(row.cp);
  plan.cut.data = degree(row.dp);
  plan.cut.zero = 2;
  double flops = 0;
  const double seconds = step_s(device, plan, choices_of(plan, 1, 0, {Recompute::none}), &flops);
  return {flops / seconds / static_cast<double>(row.gpus) / 1e12};
}

Prediction predict_paper(GpuDevice& device, const TrainingPaperRow& row) {
  if (row.tp == 0 || row.pp == 0 || row.dp == 0) return {0, "its parallelism is not given"};
  if (row.seq == 0 || row.global_batch == 0) return {0, "its batch is not given"};
  if (degree(row.tp) * degree(row.pp) * degree(row.cp) * degree(row.dp) != row.gpus)
    return {0, fmt::format("tp {} x pp {} x cp {} x dp {} make no {} devices", row.tp, row.pp, degree(row.cp), row.dp, row.gpus)};
  const Setup setup(device.config());
  return row.model.starts_with("GPT") ? predict_gpt(device, row, setup) : predict_named(device, row, setup);
}

}  // namespace

Prediction predict_step(GpuDevice& device, const LayerRow& row) {
  const Published* known = of_name(row.model);
  if (known == nullptr) return {0, fmt::format("presil does not know the layers of '{}'", row.model)};
  const Setup setup(device.config());
  const Gpt gpt{known->layers, known->hidden, known->heads, row.in_len, static_cast<std::uint64_t>(kOldVocabulary)};
  const workload::Architecture model = gpt.architecture();
  run::TrainingPlan plan = setup.plan(model);
  plan.config.sequence = row.in_len;
  plan.config.global_batch = row.batch;
  plan.cut.sequence_parallel = contains(row.model, "seq");
  plan.cut.tensor = degree(row.tp);
  plan.cut.pipeline = degree(number_behind(row.model, "pp"));
  plan.cut.data = degree(number_behind(row.model, "dp"));
  const auto choices = choices_of(plan, number_behind(row.model, "mbs"), number_behind(row.model, "il"), {recompute_of(row.model)});
  return {step_s(device, plan, choices) * 1e3};
}

void add_training(Registry& registry) { registry.add("gpu", predict_paper); }

}  // namespace presil::validate
