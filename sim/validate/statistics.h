// statistics.h -- how far predictions are off.
//
//   error e = predicted / measured - 1;   MAPE = mean |e|;   bias = mean e;   worst = the e of greatest |e|
#pragma once

#include <cstddef>
#include <vector>

namespace presil::validate {

struct Errors {
  std::size_t count{};
  double mean{}, median{}, bias{};  ///< as shares: 0.05 is 5%
  double worst{};                   ///< signed
  std::size_t worst_at{};           ///< index of the first row with that error
};

/// Of rows in order; the median of an even count is the mean of the middle two.
Errors errors_of(const std::vector<double>& relative_errors);

}  // namespace presil::validate
