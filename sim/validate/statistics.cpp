// statistics.cpp -- implementation of statistics.h.
#include "sim/validate/statistics.h"

#include <algorithm>
#include <cmath>

namespace presil::validate {

Errors errors_of(const std::vector<double>& relative_errors) {
  Errors result;
  result.count = relative_errors.size();
  if (relative_errors.empty()) return result;
  std::vector<double> sizes;
  for (std::size_t i = 0; i < relative_errors.size(); ++i) {
    const double error = relative_errors[i];
    sizes.push_back(std::abs(error));
    result.mean += std::abs(error);
    result.bias += error;
    if (std::abs(error) > std::abs(result.worst)) {
      result.worst = error;
      result.worst_at = i;
    }
  }
  const double n = static_cast<double>(sizes.size());
  result.mean /= n;
  result.bias /= n;
  std::sort(sizes.begin(), sizes.end());
  const std::size_t middle = sizes.size() / 2;
  result.median = sizes.size() % 2 == 1 ? sizes[middle] : (sizes[middle - 1] + sizes[middle]) / 2;
  return result;
}

}  // namespace presil::validate
