// metrics.h -- the metrics of result.json: what each is called, which way is better, which are times.
#pragma once

#include <span>
#include <string_view>

namespace presil::report {

enum class Better { lower, higher, neither };

struct Metric {
  std::string_view name;   ///< in `metrics`; the unit is in it
  std::string_view label;  ///< for a person
  Better better;
  bool is_time{false};  ///< judged by `compare --fail-over`
};

/// Every metric of docs/result.md, in the order in which reports show them.
std::span<const Metric> metrics();

/// Null for a metric that this version does not know.
const Metric* find_metric(std::string_view name);

}  // namespace presil::report
