// compare_cells.cpp -- implementation of compare_cells.h.
#include "sim/report/compare_cells.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/report/format.h"
#include "sim/report/metrics.h"

namespace presil::report {

namespace {

Better better_of(const std::string& name) {
  const Metric* metric = find_metric(name);
  return metric ? metric->better : Better::neither;
}

}  // namespace

std::vector<std::string> names_of(const std::vector<Named>& results) {
  std::vector<std::string> names;
  for (const Metric& metric : metrics())
    if (std::any_of(results.begin(), results.end(),
                    [&](const Named& r) { return r.result.metric(metric.name); }))
      names.emplace_back(metric.name);
  for (const Named& named : results)
    for (const auto& [name, value] : named.result.metrics)
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  return names;
}

std::optional<std::size_t> winner(const std::vector<Named>& results, const std::string& name) {
  const Better better = better_of(name);
  if (better == Better::neither) return std::nullopt;
  std::optional<std::size_t> best;
  bool tie = false;
  std::size_t values = 0;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const double* value = results[i].result.metric(name);
    if (!value) continue;
    ++values;
    const double* so_far = best ? results[*best].result.metric(name) : nullptr;
    if (so_far && *value == *so_far) tie = true;
    if (!so_far || (better == Better::lower ? *value < *so_far : *value > *so_far)) {
      best = i;
      tie = false;
    }
  }
  return tie || values < 2 ? std::nullopt : best;
}

std::string letter(std::size_t i) {
  return i < 26 ? std::string(1, static_cast<char>('A' + i)) : fmt::format("R{}", i + 1);
}

Cells cells(const Named& first, const Named& other, const std::string& name) {
  const double *a = first.result.metric(name), *b = other.result.metric(name);
  if (!b) return {"-", "", ""};
  Cells text{with_unit(name, *b), "", ""};
  if (!a) return text;
  const double difference = *b - *a;
  text.difference = difference == 0 ? "0" : (difference > 0 ? "+" : "") + with_unit(name, difference);
  text.ratio = *a == 0 ? "" : fmt::format("{:.3f}", *b / *a);
  return text;
}

std::string row_label(const std::string& name) {
  const Metric* metric = find_metric(name);
  return metric ? std::string(metric->label) : label(name);
}

}  // namespace presil::report
