// catalogue.cpp -- what comes with presil, kind by kind (see run.h).
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/config/loader.h"
#include "sim/run/config_kinds.h"
#include "sim/run/experiment.h"
#include "sim/run/run.h"

namespace presil::run {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

namespace {

ordered_json models() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(home() / "workloads" / "models"))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  ordered_json rows = ordered_json::array();
  for (const auto& file : files) {
    const workload::Architecture a = workload::read_architecture(config::parse_file(file));
    rows.push_back({{"name", file.stem().string()}, {"file", fs::relative(file, home()).string()}, {"aliases", ordered_json::array()},
                    {"summary", fmt::format("{}, {:.3g} B parameters", a.model_type, static_cast<double>(workload::parameter_count(a)) / 1e9)}});
  }
  return rows;
}

ordered_json files_of(const ConfigKind& kind) {
  const config::SearchPath search{home() / "configs"};
  ordered_json rows = ordered_json::array();
  for (const auto& [stem, path] : config::catalogue(search, kind.folder)) {
    const config::Node document = config::load(path, {}, reference_keys(), search);
    ordered_json aliases = ordered_json::array();
    if (const config::Node* list = document.find("aliases"))
      for (const auto& item : list->items) aliases.push_back(item.scalar);
    const config::Node* title = document.find("name");
    const std::string summary = kind.summary != nullptr ? kind.summary(document) : title != nullptr ? title->scalar : "";
    rows.push_back({{"name", stem}, {"file", fs::relative(path, home()).string()}, {"aliases", aliases}, {"summary", summary}});
  }
  return rows;
}

}  // namespace

std::vector<std::string> catalogue_kinds() {
  std::vector<std::string> kinds;
  for (const ConfigKind& kind : config_kinds()) kinds.emplace_back(kind.folder);
  kinds.insert(kinds.begin() + 2, "models");
  return kinds;
}

ordered_json catalogue(const std::string& kind) {
  if (kind == "models") return models();
  for (const ConfigKind& k : config_kinds())
    if (kind == k.folder) return files_of(k);
  const std::vector<std::string> kinds = catalogue_kinds();
  throw UsageError(fmt::format("unknown kind '{}'; expected one of {}{}", kind, join(kinds), did_you_mean(kind, kinds)));
}

}  // namespace presil::run
