// schema.cpp -- what the files of each kind may hold (see run.h).
#include <functional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "models/gpu/gpu_config.h"
#include "models/imc/macro_config.h"
#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/config/schema.h"
#include "sim/run/experiment.h"
#include "sim/run/run.h"

namespace presil::run {

namespace {

template <class Struct>
std::function<void(config::Visitor&)> fields_of() {
  return [value = Struct{}](config::Visitor& v) mutable { value.describe(v); };
}

std::function<void(config::Visitor&)> declaration(const std::string& kind) {
  if (kind == "experiment") return fields_of<Experiment>();
  if (kind == "chip") return fields_of<Chip>();
  if (kind == "memory") return fields_of<memory::MemoryConfig>();
  if (kind == "technology") return fields_of<ppa::Technology>();
  if (kind == "architecture") return fields_of<gpu::ArchitectureConfig>();
  if (kind == "link") return fields_of<fabric::LinkConfig>();
  if (kind == "server") return fields_of<ServerConfig>();
  if (kind == "macro") return fields_of<imc::MacroConfig>();
  const std::vector<std::string> kinds{"experiment", "chip", "memory", "technology", "architecture", "link", "server", "macro"};
  throw UsageError(fmt::format("unknown kind '{}'; expected one of {}{}", kind, join(kinds), did_you_mean(kind, kinds)));
}

}  // namespace

nlohmann::ordered_json schema(const std::string& kind) { return config::schema_of(declaration(kind), reference_keys()); }

std::string field_table(const std::string& kind) { return config::document(declaration(kind)); }

}  // namespace presil::run
