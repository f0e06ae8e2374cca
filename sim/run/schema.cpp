// schema.cpp -- what the files of each kind may hold (see run.h).
#include <functional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "models/fabric/system_config.h"
#include "models/gpu/gpu_config.h"
#include "models/imc/macro_config.h"
#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/config/definitions.h"
#include "sim/config/schema.h"
#include "sim/run/experiment.h"
#include "sim/run/pim_device.h"
#include "sim/run/run.h"

namespace presil::run {

namespace {

template <class Struct>
std::function<void(config::Visitor&)> fields_of() {
  return [value = Struct{}](config::Visitor& v) mutable { value.describe(v); };
}

struct Kind {
  const char* name;
  std::function<void(config::Visitor&)> fields;
};

std::vector<Kind> declarations() {
  return {{"experiment", fields_of<Experiment>()},     {"chip", fields_of<Chip>()},
          {"memory", fields_of<memory::MemoryConfig>()}, {"technology", fields_of<ppa::Technology>()},
          {"architecture", fields_of<gpu::ArchitectureConfig>()}, {"link", fields_of<fabric::LinkConfig>()},
          {"server", fields_of<ServerConfig>()},        {"die", fields_of<ppa::DieConfig>()},
          {"pim", fields_of<PimDevice>()}, {"network", fields_of<parallel::NetworkConfig>()}, {"system", fields_of<fabric::SystemConfig>()},
          {"macro", fields_of<imc::MacroConfig>()}};
}

std::function<void(config::Visitor&)> declaration(const std::string& kind) {
  for (const Kind& k : declarations())
    if (kind == k.name) return k.fields;
  const std::vector<std::string> kinds = schema_kinds();
  throw UsageError(fmt::format("unknown kind '{}'; expected one of {}{}", kind, join(kinds), did_you_mean(kind, kinds)));
}

}  // namespace

std::vector<std::string> schema_kinds() {
  std::vector<std::string> names;
  for (const Kind& k : declarations()) names.emplace_back(k.name);
  return names;
}

nlohmann::ordered_json schema(const std::string& kind) { return config::with_definitions(config::schema_of(declaration(kind), reference_keys())); }

std::string field_table(const std::string& kind) { return config::document(declaration(kind)); }

}  // namespace presil::run
