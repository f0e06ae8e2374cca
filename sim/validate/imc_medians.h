// imc_medians.h -- errors of in-memory-compute macros in which every macro counts once, however many rows it has.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sim/validate/registry.h"
#include "sim/validate/samples.h"

namespace presil::validate {

/// Of one group of metrics ("TOPS/W", "TOPS", "area", "parts").
struct MacroMedian {
  std::string group;
  std::size_t macros{};  ///< with a predicted row
  double median{};       ///< over macros of the median absolute error of a macro's rows, as a share
};

/// In order of first appearance; none when no row is of that kind.
std::vector<MacroMedian> macro_medians(const std::vector<Sample>& samples, const std::vector<Prediction>& predictions);

}  // namespace presil::validate
