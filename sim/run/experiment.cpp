// experiment.cpp -- implementation of experiment.h.
#include "sim/run/experiment.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/config/loader.h"

namespace presil::run {

namespace fs = std::filesystem;
using config::optional;
using config::required;

namespace {

void describe_formats(config::Visitor& v, workload::Formats& f) {
  v.choice("weights", f.weights, optional, kFormatNames, "Format of weights in memory.");
  v.choice("activations", f.activations, optional, kFormatNames, "Format of activations.");
  v.choice("kv", f.kv, optional, kFormatNames, "Format of cached keys and values.");
  v.choice("accumulate", f.accumulate, optional, kFormatNames, "Format of partial sums.");
  const bool wide = f.accumulate == Format::fp32 || f.accumulate == Format::int32;
  v.check(wide, "accumulate", "partial sums are 32 bits wide in every array; expected fp32 or int32");
}

struct FormatsConfig {
  workload::Formats& formats;
  void describe(config::Visitor& v) { describe_formats(v, formats); }
};

constexpr std::int64_t kMost = 1 << 20;

}  // namespace

void WorkloadConfig::describe(config::Visitor& v) {
  v.integer("batch", batch, optional, 1, kMost, "Sequences processed together.");
  v.integer("in_len", in_len, optional, 1, 16 * kMost, "Tokens of each prompt (encoder tokens of encoder models).");
  v.integer("out_len", out_len, optional, 0, 16 * kMost, "Tokens generated for each sequence; 0 for the prompt alone.");
  FormatsConfig nested{formats};
  v.object("formats", nested, optional, "Number formats.");
}

void SimulationConfig::describe(config::Visitor& v) {
  v.flag("exact", exact, optional, "Simulate every layer and every token instead of each distinct piece once.");
  v.integer("kv_samples", kv_samples, optional, 2, 1024,
            "Generated tokens that are simulated; those between are interpolated over the KV length.");
  v.flag("fuse", fuse, optional, "Apply element-wise operators to tiles of results while they are on chip.");
  v.flag("fused_attention", fused_attention, optional, "Attention as one kernel; false: scores go through memory.");
}

void Experiment::describe(config::Visitor& v) {
  v.text("name", name, optional, "Title of the report.");
  v.text("description", description, optional, "What the experiment is for.");
  v.object("chip", chip, required, "The machine: a file of configs/chips, or its fields.");
  v.text("model", model, required, "A config.json, or the name of a file in workloads/models.");
  v.object("workload", workload, optional, "What the machine is asked to do.");
  v.object("simulation", simulation, optional, "How to simulate it.");
}

const std::vector<std::string>& reference_keys() {
  static const std::vector<std::string> keys{"chip", "memory", "technology"};
  return keys;
}

fs::path home() {
  if (const char* given = std::getenv("PRESIL_HOME"); given != nullptr && *given != '\0') return given;
  return PRESIL_SOURCE_DIR;
}

fs::path find_model(const std::string& name, const fs::path& base) {
  for (const fs::path& candidate : {base / name, fs::path(name)})
    if (fs::is_regular_file(candidate)) return candidate;
  const fs::path folder = home() / "workloads" / "models";
  if (fs::is_regular_file(folder / (name + ".json"))) return folder / (name + ".json");
  std::vector<std::string> stems;
  if (fs::is_directory(folder))
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.path().extension() == ".json") stems.push_back(entry.path().stem().string());
  throw InputError(fmt::format("no model '{}': expected a config.json or a file of {}{}", name, folder.string(), did_you_mean(name, stems)));
}

LoadedExperiment load_experiment(const fs::path& file, const std::vector<std::string>& overrides) {
  LoadedExperiment loaded;
  const config::Node document = config::load(file, overrides, reference_keys(), {home() / "configs"});
  config::read(document, loaded.experiment, &loaded.provenance);
  fs::path model;
  try {
    model = find_model(loaded.experiment.model, file.parent_path());
  } catch (const InputError& error) {
    const config::Node* key = document.find("model");
    throw InputError(fmt::format("{}: {}", key ? key->mark.text() : file.string(), error.what()));
  }
  loaded.architecture = workload::read_architecture(config::parse_file(model));
  std::ostringstream text;
  text << std::ifstream(model).rdbuf();
  loaded.model_text = text.str();
  return loaded;
}

}  // namespace presil::run
