// config_kinds.h -- the kinds of configuration files: how one is told, read, described, listed. A new kind is one row.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "sim/config/reader.h"
#include "sim/config/visitor.h"

namespace presil::run {

/// A file as `presil describe` shows it.
struct Described {
  std::string name;
  nlohmann::ordered_json sections;
  std::vector<config::Provenance> provenance;
};

struct ConfigKind {
  const char* name;    ///< "technology"
  const char* folder;  ///< "technologies": where configs has them, and what `presil list` calls them
  bool (*is)(const config::Node& document);
  Described (*describe)(const config::Node& document);
  std::string (*summary)(const config::Node& document);  ///< for `presil list`; null: the file's `name`
  std::function<void(config::Visitor&)> (*fields)();
};

/// In the order in which they are listed. A document is of the first kind that says so; of none: a chip with something missing.
std::span<const ConfigKind> config_kinds();
const ConfigKind& kind_of(const config::Node& document);

template <class Struct>
std::function<void(config::Visitor&)> fields_of() {
  return [value = Struct{}](config::Visitor& v) mutable { value.describe(v); };
}

}  // namespace presil::run
