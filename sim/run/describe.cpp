// describe.cpp -- what a configuration or a model says, and where each value comes from (see run.h).
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/config/loader.h"
#include "sim/run/config_kinds.h"
#include "sim/run/describe_sections.h"
#include "sim/run/experiment.h"
#include "sim/run/run.h"

namespace presil::run {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

namespace {

ordered_json provenance_json(const std::vector<config::Provenance>& list) {
  ordered_json rows = ordered_json::array();
  for (const auto& p : list) rows.push_back({{"path", p.path}, {"value", p.value}, {"source", p.source}, {"where", p.where}});
  return rows;
}

/// 8030261248 as "8,030,261,248".
std::string grouped(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

ordered_json describe_model(const fs::path& file) {
  const workload::Architecture a = workload::read_architecture(config::parse_file(file));
  const bool shipped = fs::equivalent(fs::absolute(file).parent_path(), home() / "workloads" / "models");
  ordered_json rows = ordered_json::array();
  rows.push_back({"family", a.model_type});
  rows.push_back({"parameters", grouped(workload::parameter_count(a))});
  rows.push_back({"used by one token", grouped(workload::active_parameter_count(a))});
  rows.push_back({"hidden size", std::to_string(a.hidden)});
  if (a.encoder) rows.push_back({"encoder layers", std::to_string(a.encoder->layers.size())});
  if (a.decoder) rows.push_back({"decoder layers", std::to_string(a.decoder->layers.size())});
  return {{"kind", "model"}, {"name", file.stem().string()}, {"sections", {section("Model", {"what", "value"}, rows)}},
          {"provenance", ordered_json::array({{{"path", "config.json"}, {"value", file.filename().string()}, {"source", shipped ? "[paper] as published by its authors" : "[assumed] a file of the user"}, {"where", file.string()}}})}};
}

ordered_json describe_experiment(const fs::path& file) {
  const LoadedExperiment loaded = load_experiment(file, {});
  const Experiment& e = loaded.experiment;
  ordered_json rows = ordered_json::array();
  const std::string chips = e.group.devices() > 1 ? fmt::format("{} x {} over {}", e.group.devices(), e.chip->board().name, e.group.link.name) : e.chip->board().name;
  rows.push_back({"chip", chips});
  rows.push_back({"model", e.model});
  rows.push_back({"batch", std::to_string(e.workload.batch)});
  rows.push_back({"prompt", std::to_string(e.workload.in_len)});
  rows.push_back({"generate", std::to_string(e.workload.out_len)});
  ordered_json sections = {section("Experiment", {"what", "value"}, rows)};
  for (auto& s : chip_sections(e.chip)) sections.push_back(s);
  return {{"kind", "experiment"}, {"name", e.name.empty() ? file.stem().string() : e.name}, {"sections", sections},
          {"provenance", provenance_json(loaded.provenance)}};
}

ordered_json describe_sweep(const fs::path& file, const config::Node& document) {
  ordered_json rows = ordered_json::array();
  if (const config::Node* e = document.find("experiment")) rows.push_back({"experiment", e->scalar});
  if (const config::Node* b = document.find("bench")) rows.push_back({"bench", b->scalar});
  for (const char* part : {"grid", "zip"})
    if (const config::Node* space = document.find(part))
      for (const auto& [key, values] : space->members)
        rows.push_back({key, values.items.empty() ? std::string(part) + " of a range" : fmt::format("{} values", values.items.size())});
  if (const config::Node* sample = document.find("sample"))
    if (const config::Node* of = sample->find("of"))
      for (const auto& [key, values] : of->members) rows.push_back({key, "sampled"});
  return {{"kind", "sweep"}, {"name", file.stem().string()}, {"sections", {section("Sweep", {"what", "value"}, rows)}}, {"provenance", ordered_json::array()}};
}

ordered_json describe_claim(const fs::path& file, const config::Node& document) {
  ordered_json rows = ordered_json::array();
  for (const char* key : {"claim", "document", "simulated", "open"})
    if (const config::Node* text = document.find(key)) rows.push_back({key, text->scalar});
  if (const config::Node* runs = document.find("runs"))
    for (const auto& [name, run] : runs->members) rows.push_back({"run " + name, run.find("experiment") ? run.find("experiment")->scalar : "a bench"});
  return {{"kind", "claim"}, {"name", file.stem().string()}, {"sections", {section("Claim", {"what", "value"}, rows)}}, {"provenance", ordered_json::array()}};
}

/// The file a name means: a path, or a name in configs or among the models.
fs::path resolve(const std::string& name) {
  if (fs::is_regular_file(name)) return name;
  const config::SearchPath search{home() / "configs"};
  std::vector<std::string> names, folders;
  for (const ConfigKind& kind : config_kinds()) folders.emplace_back(kind.folder);
  folders.insert(folders.end(), {"experiments", "sweeps"});
  for (const std::string& folder : folders) {
    for (const auto& [stem, path] : config::catalogue(search, folder)) names.push_back(stem);
    try {
      return config::find_config(search, folder, name);
    } catch (const InputError&) {
      continue;  // another kind may have it
    }
  }
  for (const auto& entry : fs::directory_iterator(home() / "workloads" / "models")) {
    if (entry.path().stem() == name) return entry.path();
    names.push_back(entry.path().stem().string());
  }
  throw InputError(fmt::format("no configuration or model '{}'{}; 'presil list {}' shows them", name,
                               did_you_mean(name, names), join(catalogue_kinds(), "|")));
}

}  // namespace

ordered_json describe(const std::string& file_or_name) {
  const fs::path file = resolve(file_or_name);
  if (file.extension() == ".json") return describe_model(file);
  const config::SearchPath search{home() / "configs"};
  const config::Node document = config::load(file, {}, reference_keys(), search);
  if (document.find("claim")) return describe_claim(file, document);
  if (document.find("grid") || document.find("zip") || document.find("sample")) return describe_sweep(file, document);
  if (document.find("chip")) return describe_experiment(file);
  const ConfigKind& kind = kind_of(document);
  Described all = kind.describe(document);
  return {{"kind", kind.name}, {"name", all.name.empty() ? file.stem().string() : all.name}, {"sections", std::move(all.sections)},
          {"provenance", provenance_json(all.provenance)}};
}

}  // namespace presil::run
