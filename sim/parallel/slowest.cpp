// slowest.cpp -- implementation of slowest.h.
#include "sim/parallel/slowest.h"

#include <boost/math/distributions/normal.hpp>

namespace presil::parallel {

double expected_largest(std::uint64_t n) {
  if (n <= 1) return 0;
  const double count = static_cast<double>(n);
  return boost::math::quantile(boost::math::normal(), (count - 0.375) / (count + 0.25));
}

}  // namespace presil::parallel
