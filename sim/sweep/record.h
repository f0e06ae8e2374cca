// record.h -- what a sweep knows of a point once it has been run.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/base/error.h"
#include "sim/base/expression.h"

namespace presil::sweep {

struct Record {
  std::size_t point{};             ///< from 0, in the order of the space, or of a search's proposals
  std::vector<std::string> cells;  ///< of the paths that vary
  ExitStatus status{ExitStatus::ok};
  std::string error;  ///< one line; empty when the status is ok
  std::string config_hash;
  std::vector<std::pair<std::string, double>> metrics;

  bool ok() const { return status == ExitStatus::ok; }
  const double* metric(std::string_view name) const;
};

/// The value of an expression over a record's metrics and the cells of `paths`; nothing when the point failed or lacks one
/// of the metrics.
std::optional<double> value_of(const Expression& what, const Record& record, const std::vector<std::string>& paths);

/// CSV: the paths, then status, error, config_hash and `metrics`; a cell is empty where the point has none.
std::vector<std::string> columns(const std::vector<std::string>& paths, const std::vector<std::string>& metrics);
std::string row(const Record& record, const std::vector<std::string>& metrics);

}  // namespace presil::sweep
