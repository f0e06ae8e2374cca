// sample.cpp -- implementation of sample.h.
#include "sim/sweep/sample.h"

#include <boost/random/sobol.hpp>
#include <cmath>
#include <random>

namespace presil::sweep {

namespace {

// 53 bits; std::uniform_real_distribution differs between libraries.
double unit(std::mt19937_64& random) { return std::ldexp(static_cast<double>(random() >> 11), -53); }

}  // namespace

std::vector<std::vector<double>> sample(SampleMethod method, std::size_t count, std::size_t dimensions, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::vector<double>> points(count, std::vector<double>(dimensions));
  if (method == SampleMethod::random) {
    for (auto& point : points)
      for (double& x : point) x = unit(random);
    return points;
  }
  std::vector<double> shift(dimensions, 0);
  if (seed != 0)
    for (double& x : shift) x = unit(random);
  boost::random::sobol sequence(dimensions);
  for (auto& point : points) {
    for (std::size_t d = 0; d < dimensions; ++d) {
      const double x = std::ldexp(static_cast<double>(sequence() >> 11), -53) + shift[d];
      point[d] = x - std::floor(x);
    }
  }
  return points;
}

}  // namespace presil::sweep
