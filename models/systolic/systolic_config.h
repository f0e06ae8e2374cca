// systolic_config.h -- one systolic array as a user describes it.
#pragma once

#include <array>

#include "models/systolic/fold_timing.h"
#include "sim/base/formats.h"
#include "sim/config/visitor.h"

namespace presil::systolic {

inline constexpr std::array<std::string_view, 3> kDataflowNames{"ws", "os", "is"};
inline constexpr std::array<std::string_view, 2> kTimingNames{"overlapped", "serialised"};

struct SystolicConfig {
  ArrayShape shape{128, 128};
  Dataflow dataflow{Dataflow::ws};
  Timing timing{Timing::overlapped};
  std::array<double, kFormatNames.size()> rate{};  ///< multiply-adds per PE and cycle, by format; 0: not supported

  double macs_per_cycle(Format f) const {
    return rate[static_cast<std::size_t>(f)] * static_cast<double>(shape.rows) * static_cast<double>(shape.columns);
  }
  bool supports(Format f) const { return rate[static_cast<std::size_t>(f)] > 0; }

  void describe(config::Visitor& v) {
    v.integer("rows", shape.rows, config::required, 1, 4096, "Rows of processing elements.");
    v.integer("columns", shape.columns, config::required, 1, 4096, "Columns of processing elements.");
    v.choice("dataflow", dataflow, config::optional, kDataflowNames,
             "What stays in the array: weights (ws), outputs (os) or inputs (is).");
    v.choice("timing", timing, config::optional, kTimingNames,
             "overlapped: the next stationary operand loads behind the current one. serialised: folds one after "
             "another, as SCALE-Sim 3.0 counts them.");
    v.table("rate", rate, config::required, kFormatNames, config::Range{0, 64},
            "Multiply-adds per processing element and cycle for each number format; formats left out are not "
            "supported. Below 1: several passes; above 1: packed operands.");
    bool any = false;
    for (double r : rate) any = any || r > 0;
    v.check(any, "rate", "the array supports no number format: give at least one a rate above 0");
  }
};

}  // namespace presil::systolic
