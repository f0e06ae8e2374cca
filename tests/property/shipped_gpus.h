// shipped_gpus.h -- the GPUs of configs/chips, for tests that hold on every one of them.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/config/loader.h"
#include "sim/config/reader.h"
#include "sim/run/chip.h"
#include "sim/run/experiment.h"
#include "sim/run/gpu_chip.h"

namespace presil::run {

inline Chip shipped_chip(const std::string& name) {
  const config::SearchPath search{home() / "configs"};
  Chip chip;
  config::read(config::load(home() / "configs" / "chips" / (name + ".yaml"), {}, reference_keys(), search), chip);
  return chip;
}

inline std::vector<std::string> shipped_gpus() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(home() / "configs" / "chips")) {
    const std::string name = entry.path().stem().string();
    if (entry.path().extension() == ".yaml" && shipped_chip(name)->kind() == "gpu") names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace presil::run
