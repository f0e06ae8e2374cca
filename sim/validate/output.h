// output.h -- a validation as text, CSV and JSON, and the tables with predictions beside the measurements.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "sim/report/style.h"
#include "sim/validate/validation.h"

namespace presil::validate {

/// A table for every kind, the rows that were not predicted with their reasons, and what was fitted.
std::string text_of(const Validation& validation, const report::Style& style);

/// Keys: rows, predicted, groups (one for each kind, device, group and split), not_predicted.
nlohmann::ordered_json json_of(const Validation& validation);

/// The groups of json_of, one row each.
std::string csv_of(const Validation& validation);

/// The table as it was read, with the columns `predicted` and `error_pct` at the end of every row, empty
/// where there is no prediction; all other cells keep their bytes. Columns of these names that it had are
/// replaced.
std::string with_predictions(const Validation& validation, std::size_t table);

/// "+3.1%", "-0.5%"
std::string signed_percent(double share);

}  // namespace presil::validate
