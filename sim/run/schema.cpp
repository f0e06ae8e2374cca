// schema.cpp -- what the files of each kind may hold (see run.h).
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/config/definitions.h"
#include "sim/config/schema.h"
#include "sim/run/config_kinds.h"
#include "sim/run/experiment.h"
#include "sim/run/run.h"

namespace presil::run {

namespace {

std::function<void(config::Visitor&)> declaration(const std::string& kind) {
  if (kind == "experiment") return fields_of<Experiment>();
  for (const ConfigKind& k : config_kinds())
    if (kind == k.name) return k.fields();
  const std::vector<std::string> kinds = schema_kinds();
  throw UsageError(fmt::format("unknown kind '{}'; expected one of {}{}", kind, join(kinds), did_you_mean(kind, kinds)));
}

}  // namespace

std::vector<std::string> schema_kinds() {
  std::vector<std::string> names{"experiment"};
  for (const ConfigKind& kind : config_kinds()) names.emplace_back(kind.name);
  return names;
}

nlohmann::ordered_json schema(const std::string& kind) { return config::with_definitions(config::schema_of(declaration(kind), reference_keys())); }

std::string field_table(const std::string& kind) { return config::document(declaration(kind)); }

}  // namespace presil::run
