// links.h -- the shipped links, for tests.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/fabric/link_config.h"
#include "sim/config/loader.h"
#include "sim/config/reader.h"

namespace presil::fabric::test {

#ifndef PRESIL_SOURCE_DIR
#define PRESIL_SOURCE_DIR "."
#endif
inline const std::filesystem::path kConfigs = std::filesystem::path(PRESIL_SOURCE_DIR) / "configs";

inline LinkConfig shipped(const std::string& stem, std::vector<config::Provenance>* provenance = nullptr,
                          const std::vector<std::string>& overrides = {}) {
  LinkConfig link;
  config::read(config::load(kConfigs / "links" / (stem + ".yaml"), overrides, {}, {kConfigs}), link, provenance);
  return link;
}

inline std::vector<std::string> shipped_names() {
  std::vector<std::string> names;
  for (const auto& [stem, path] : config::catalogue({kConfigs}, "links")) names.push_back(stem);
  return names;
}

}  // namespace presil::fabric::test
