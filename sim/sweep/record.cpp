// record.cpp -- implementation of record.h.
#include "sim/sweep/record.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/report/csv.h"
#include "sim/sweep/axis.h"

namespace presil::sweep {

const double* Record::metric(std::string_view name) const {
  const auto found = std::find_if(metrics.begin(), metrics.end(), [&](const auto& m) { return m.first == name; });
  return found == metrics.end() ? nullptr : &found->second;
}

std::optional<double> value_of(const Expression& what, const Record& record, const std::vector<std::string>& paths) {
  if (!record.ok()) return std::nullopt;
  const NameLookup lookup = [&](std::string_view name) -> std::optional<ExpressionValue> {
    if (const double* metric = record.metric(name)) return *metric;
    const auto path = std::find(paths.begin(), paths.end(), name);
    if (path == paths.end()) return std::nullopt;
    return expression_value(record.cells[static_cast<std::size_t>(path - paths.begin())]);
  };
  for (const std::string& name : what.names())
    if (!lookup(name)) return std::nullopt;
  return what.value(lookup);
}

std::vector<std::string> columns(const std::vector<std::string>& paths, const std::vector<std::string>& metrics) {
  std::vector<std::string> names = paths;
  names.insert(names.end(), {"status", "error", "config_hash"});
  names.insert(names.end(), metrics.begin(), metrics.end());
  return names;
}

std::string row(const Record& record, const std::vector<std::string>& metrics) {
  std::vector<std::string> fields = record.cells;
  fields.insert(fields.end(), {std::to_string(static_cast<int>(record.status)), record.error, record.config_hash});
  for (const std::string& name : metrics) {
    const double* value = record.metric(name);
    fields.push_back(value ? report::csv_value(*value) : "");
  }
  return report::csv_record(fields);
}

}  // namespace presil::sweep
