// models.h -- the shipped models, for tests.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/files.h"
#include "workloads/transformer/transformer.h"

namespace presil::workload::test {

inline std::filesystem::path models_directory() { return presil::test::source_directory() / "workloads" / "models"; }

inline Architecture shipped(const std::string& name) {
  return read_architecture(config::parse_file(models_directory() / (name + ".json")));
}

inline Architecture inline_model(const std::string& json) {
  return read_architecture(config::parse_json(json, "config.json"));
}

inline std::vector<std::string> shipped_names() {
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(models_directory()))
    if (file.path().extension() == ".json") names.push_back(file.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace presil::workload::test
