// experiment.cpp -- implementation of experiment.h.
#include "sim/run/experiment.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <system_error>

#include <fmt/format.h>

#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/config/loader.h"
#include "sim/config/tree_builder.h"
#include "sim/run/rules.h"

namespace presil::run {

namespace fs = std::filesystem;
using config::non_negative;
using config::optional;
using config::required;

namespace {

void describe_formats(config::Visitor& v, workload::Formats& f) {
  v.choice("weights", f.weights, optional, kFormatNames, "Format of weights in memory.");
  v.choice("activations", f.activations, optional, kFormatNames, "Format of activations.");
  v.choice("kv", f.kv, optional, kFormatNames, "Format of cached keys and values.");
  v.flag("quantised_products", f.quantised_products, optional,
         "Convert activations to the format of the weights they are multiplied by; false: multiply in the wider format.");
  v.choice("accumulate", f.accumulate, optional, kFormatNames, "Format of partial sums.");
  const bool wide = f.accumulate == Format::fp32 || f.accumulate == Format::int32;
  v.check(wide, "accumulate", "partial sums are 32 bits wide in every array; expected fp32 or int32");
}

struct FormatsConfig {
  workload::Formats& formats;
  void describe(config::Visitor& v) { describe_formats(v, formats); }
};

constexpr std::int64_t kMostSequences = 1 << 20;
constexpr std::int64_t kMostTokens = workload::kMaxLength;

}  // namespace

void WorkloadConfig::describe(config::Visitor& v) {
  v.integer("batch", batch, optional, 1, kMostSequences, "Sequences processed together.");
  v.integer("in_len", in_len, optional, 1, kMostTokens, "Tokens of each prompt (encoder tokens of encoder models).");
  v.integer("out_len", out_len, optional, 0, kMostTokens, "Tokens generated for each sequence; 0 for the prompt alone.");
  FormatsConfig nested{formats};
  v.object("formats", nested, optional, "Number formats.");
  v.choice("phase", phase, optional, kWorkPhaseNames, "inference: batch, in_len, out_len; training: the keys that follow.");
  v.object("spikes", spikes, optional, "How spikes carry numbers; chips of kind neuromorphic need it, others do not take it.");
  training.describe(v);
}

void TrainingConfig::describe(config::Visitor& v) {
  v.integer("sequence", sequence, optional, 1, kMostTokens, "Training: tokens of each sequence.");
  v.integer("global_batch", global_batch, optional, 1, 1 << 30, "Training: sequences of one step, all devices together.");
  v.integer("micro_batch", micro_batch, optional, 1, kMostSequences, "Training: sequences of one pass of one device.");
  v.choice("recompute", recompute, optional, workload::kRecomputeNames,
           "Training: activations computed again on the way back: none, selective (attention between its projections) or full (all but each layer's input).");
  v.choice("optimizer", optimizer, optional, workload::kOptimizerNames,
           "Training: adam (12 bytes of states a parameter: fp32 copy, two moments) or sgd (8: copy, momentum).");
  v.choice("gradients", gradients, optional, kFormatNames, "Training: format in which gradients are summed and exchanged.");
  v.real("tokens", tokens, optional, non_negative, "Training: tokens of the whole run, for its days and energy; 0: not asked.");
  v.flag("dropout", dropout, optional, "Training: dropout after embedding, attention and MLP, and of attention probabilities where these go through memory.");
  v.flag("overlap_gradients", overlap_gradients, optional, "Training: exchanges of gradients and parameters run beside passes, layer by layer.");
  v.flag("overlap_pipeline", overlap_pipeline, optional, "Training: sends between pipeline stages run beside passes; false: a stage waits for them.");
  v.real("device_spread", device_spread, optional, config::Range{0, 0.2, false},
         "Training: standard deviation of the speed of equal devices over its mean; all wait for the slowest.");
  v.flag("fused_accumulation", fused_accumulation, optional,
         "Training: products of weight gradients add to those of earlier micro-batches themselves; false: a kernel behind each does.");
  v.flag("overlap_backward", overlap_backward, optional,
         "Training: on the way back exchanges of operands and their gradients run beside the products that do not need them; false: nothing runs beside them.");
  v.flag("overlap_tensor", overlap_tensor, optional,
         "Training: exchanges inside a layer run beside the products next to them, piece by piece.");
  v.check(gradients == Format::fp32 || gradients == Format::bf16 || gradients == Format::fp16, "gradients",
          "gradients are summed in fp32, bf16 or fp16");
}

void ParallelismConfig::describe(config::Visitor& v) {
  v.integer("tensor", tensor, optional, 1, 4096, "Devices that share every layer: heads, widths and vocabulary are divided (tensor parallelism).");
  v.integer("pipeline", pipeline, optional, 1, 1 << 14, "Training: devices that hold the layers one after another (1F1B).");
  v.integer("data", data, optional, 1, 1 << 20, "Training: replicas of the model, each with a part of the batch.");
  v.integer("expert", expert, optional, 1, 4096, "Training: devices of the data and context groups that share the experts of a layer.");
  v.integer("context", context, optional, 1, 4096, "Training: devices that share every sequence.");
  v.integer("virtual_stages", virtual_stages, optional, 1, 1024, "Training: pieces of the model that each device of the pipeline holds (interleaved 1F1B).");
  v.flag("sequence_parallel", sequence_parallel, optional, "Training: the tensor group also shares the tokens between its products.");
  v.integer("zero", zero, optional, 0, 3, "Training: what replicas share instead of copying: 1 optimiser states, 2 gradients too, 3 parameters too (ZeRO).");
  v.flag("search", search, optional, "Training: find the degrees that fit and are fastest; `parallelism: auto` means this alone.");
}

void ServerConfig::describe(config::Visitor& v) {
  v.text("name", name, optional, "Name of the software.");
  v.quantity("request", request, optional, non_negative, "Host time of a batch before its first pass: set-up, tokens in and out.");
  v.quantity("sequence", sequence, optional, non_negative,
             "Host time of every sequence between two passes: tables of its cache, sampling, its token out.");
}

void DeviceGroup::describe(config::Visitor& v) {
  v.object("parallelism", parallelism, optional, "How the model is split over devices of the kind that `chip` names.");
  v.integer("devices", given_devices, optional, 0, 1 << 24, "Devices in all; must be what the degrees make. 0: not stated.");
  v.object("network", network, optional, "What joins nodes of as many devices as `link` joins: a file of configs/networks, or its fields.");
  v.object("link", link, optional, "What joins the devices: a file of configs/links, or its fields; more than one need it or a `system`.");
  v.object("system", system, optional, "The machine that the devices are part of: a file of configs/systems, or its fields. Its links and network are taken where none are given.");
  v.choice("fabric", fabric, optional, kFabricLevelNames,
           "Exchanges between devices: simulated on the links and switches of `system`, or in closed form of link and network. auto: simulated where there is a system.");
}

void DeviceGroup::complete() {
  if (!has_system()) return;
  if (link.bandwidth.value <= 0) link = system.scale_up.link;
  if (network.bandwidth.value <= 0 && system.nodes() > 1) network = parallel::network_of(system);
}

void SimulationConfig::describe(config::Visitor& v) {
  v.flag("exact", exact, optional, "Simulate every layer and every token instead of each distinct piece once.");
  v.integer("kv_samples", kv_samples, optional, 2, 1024,
            "Generated tokens that are simulated; those between are interpolated over the KV length.");
  v.flag("fuse", fuse, optional, "Apply element-wise operators to tiles of results while they are on chip.");
  v.flag("fused_attention", fused_attention, optional, "Attention as one kernel; false: scores go through memory.");
}

void NumbersConfig::describe(config::Visitor& v) {
  v.choice("unit", unit, optional, kNumberUnitNames,
           "What multiplies: the chip's macros (of other chips: the format of the weights), or a number format in their place.");
  v.text("weights", weights, optional, "A safetensors file with GPT-2's names; empty: initialised from the seed.");
  v.integer("tokens", tokens, optional, 1, 1 << 16, "Tokens to generate after a random prompt of 8.");
  v.integer("seed", seed, optional, 0, std::int64_t{1} << 62, "Of weights, prompt and noise.");
}

void Experiment::describe(config::Visitor& v) {
  v.text("name", name, optional, "Title of the report.");
  v.text("description", description, optional, "What the experiment is for.");
  v.object("chip", chip, required, "The machine: a file of configs/chips, or its fields.");
  group.describe(v);
  v.object("pim", pim, optional, "Units in the chip's memory, which is theirs: a file of configs/pim, or its fields; operators go where they are faster.");
  v.object("server", server, optional, "What serves the model: a file of configs/servers, or its fields; its time is 0 without.");
  v.text("model", model, required, "A config.json, or the name of a file in workloads/models.");
  v.object("workload", workload, optional, "What the machine is asked to do.");
  v.object("simulation", simulation, optional, "How to simulate it.");
  v.flag("functional", functional, optional,
         "Also compute the model's real numbers, of a GPT-2 of at most 50 million parameters, and their error against FP32.");
  v.object("numbers", numbers, optional, "How a functional run computes.");
  v.object("economics", economics, optional, "Yield, prices, electricity and carbon.");
}

const std::vector<std::string>& reference_keys() {
  static const std::vector<std::string> keys{"chip", "memory", "technology", "architecture", "link", "network", "system", "server", "die", "io_technology:technologies", "macro", "pim:pim"};
  return keys;
}

fs::path home() {
  if (const char* given = std::getenv("PRESIL_HOME"); given != nullptr && *given != '\0') return given;
  return PRESIL_SOURCE_DIR;
}

namespace {

/// The .json files of a folder by name, sorted; none when it cannot be read.
std::vector<std::string> json_files(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(folder.empty() ? "." : folder, error), end; !error && it != end; it.increment(error))
    if (it->path().extension() == ".json") names.push_back(it->path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// `parallelism: auto` as the mapping it stands for.
void expand_search(config::Node& document) {
  config::Node* given = document.find("parallelism");
  if (given == nullptr || given->kind != config::Node::Kind::scalar || given->scalar != "auto") return;
  config::Node yes = *given, mapping = *given;
  yes.scalar = "true";
  mapping.kind = config::Node::Kind::mapping;
  mapping.scalar.clear();
  mapping.set("search", yes, yes.mark);
  *given = mapping;
}

}  // namespace

fs::path find_model(const std::string& name, const fs::path& base) {
  const fs::path folder = home() / "workloads" / "models";
  std::error_code error;  // a name too long for the system is not there
  for (const fs::path& candidate : {base / name, fs::path(name), folder / (name + ".json")})
    if (fs::is_regular_file(candidate, error)) return candidate;
  const std::string expected = fmt::format("expected a config.json or a file of {}", folder.string());
  const std::string shown = config::detail::quote(name);
  if (name.empty()) throw InputError("an empty name; " + expected);
  if (fs::is_directory(base / name, error)) throw InputError(fmt::format("{} is a folder; {}", shown, expected));
  std::vector<std::string> known;
  for (const std::string& file : json_files(folder)) known.push_back(fs::path(file).stem().string());
  std::string nearest = did_you_mean(name, known);
  if (const fs::path path(name); nearest.empty()) nearest = did_you_mean(path.filename().string(), json_files((base / path).parent_path()));
  throw InputError(fmt::format("no model {}: {}{}", shown, expected, nearest));
}

LoadedExperiment load_experiment(const fs::path& file, const std::vector<std::string>& overrides) {
  LoadedExperiment loaded;
  config::Node document = config::load(file, overrides, reference_keys(), {home() / "configs"});
  expand_search(document);
  config::read(document, loaded.experiment, &loaded.provenance);
  fs::path model;
  try {
    model = find_model(loaded.experiment.model, file.parent_path());
  } catch (const InputError& error) {
    const config::Node* key = document.find("model");
    throw InputError(fmt::format("{}: {}", key ? key->mark.text() : file.string(), error.what()));
  }
  loaded.experiment.group.complete();
  loaded.architecture = workload::read_architecture(config::parse_file(model));
  std::ostringstream text;
  text << std::ifstream(model).rdbuf();
  loaded.model_text = text.str();
  apply_rules(loaded, file);
  return loaded;
}

}  // namespace presil::run
