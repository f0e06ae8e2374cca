// summary.h -- errors by kind of table and device, for all rows, those fitted on and those held out.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sim/validate/baseline.h"
#include "sim/validate/devices.h"
#include "sim/validate/samples.h"
#include "sim/validate/statistics.h"

namespace presil::validate {

/// Odd data lines of a table are fitted on, even ones held out.
enum class Split { all, fitted, held_out };
inline constexpr Split kSplits[] = {Split::all, Split::fitted, Split::held_out};
/// "all", "fitted", "held out"
const char* name(Split split);

struct Line {
  std::size_t rows{};          ///< of the tables, faulty ones included
  Errors errors;               ///< of the predicted rows
  std::size_t worst_sample{};  ///< index into the samples; meaningful when a row was predicted
  /// On the predicted rows; nothing when one of them has no work of its own (work.h). `all` and `fitted` are
  /// fitted on the same rows, `held_out` has the constants of `fitted`, as the model has.
  std::optional<double> baseline_error;
  Baseline baseline;
};

/// Rows of one device and kind; or, of those, rows of one group (fused or eager kernels, ...).
struct Group {
  std::string kind, device, group;  ///< `group` is empty for the whole
  std::string unit;                 ///< of the measured column; "mixed" when rows differ
  std::vector<std::size_t> samples;
  Line lines[3];  ///< by Split
  /// Mean absolute error of the rows that --max-mape judges, and how many they are. Only of the whole.
  double gated_error{};
  std::size_t gated_rows{};

  const Line& line(Split split) const { return lines[static_cast<std::size_t>(split)]; }
};

/// Rows without a prediction for one reason.
struct Unpredicted {
  std::string reason;
  std::size_t rows{};
  std::string first;  ///< where the first of them stands
  bool defect{};      ///< presil's own fault
};

/// All predicted rows of a kind that measures shares of the peak, where they are of several devices.
struct Together {
  std::string kind;
  std::size_t rows{};
  double error{};  ///< mean absolute percentage error of the predictions, as a share
  BestConstant constant;
};

struct Summary {
  std::vector<Group>
      groups;  ///< by kind, then device, in order of first appearance; the whole before its groups
  std::vector<Together> together;
  std::vector<Unpredicted> unpredicted;
  std::size_t rows{}, predicted{};
  std::size_t defects{};
};

Summary summarise(const std::vector<Sample>& samples, const std::vector<Prediction>& predictions,
                  Devices& devices);

/// What is outside `limit` percent: a sentence for each kind and device whose mean absolute error is above,
/// and one when no row was predicted at all.
std::vector<std::string> above(const Summary& summary, double limit);

}  // namespace presil::validate
