// random.h -- a small seeded generator: equal seeds give equal numbers on every machine.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

namespace presil::imc {

/// splitmix64 (Steele, Lea, Flood, OOPSLA 2014).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15ull;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }
  /// In (0, 1).
  double uniform() { return (static_cast<double>(next() >> 11) + 0.5) * 0x1p-53; }
  /// Mean 0, deviation 1, by Box and Muller.
  double normal() {
    if (kept_) {
      kept_ = false;
      return spare_;
    }
    const double radius = std::sqrt(-2 * std::log(uniform())), angle = 6.283185307179586 * uniform();
    kept_ = true;
    spare_ = radius * std::sin(angle);
    return radius * std::cos(angle);
  }

  /// The same from a table of 4096 equally likely values, whose mean square is 1: within 3.6, for noise in quantity.
  double quick_normal() { return table()[next() >> 52]; }

 private:
  static const double* table() {
    static const std::vector<double> values = [] {
      std::vector<double> v(4096);
      double square = 0;
      for (std::size_t i = 0; i < v.size(); ++i) {
        v[i] = quantile((static_cast<double>(i) + 0.5) / static_cast<double>(v.size()));
        square += v[i] * v[i];
      }
      for (double& x : v) x /= std::sqrt(square / static_cast<double>(v.size()));
      return v;
    }();
    return values.data();
  }
  /// Of the normal distribution, by bisection.
  static double quantile(double p) {
    double low = -6, high = 6;
    for (int i = 0; i < 60; ++i) {
      const double middle = (low + high) / 2;
      (0.5 * std::erfc(-middle * 0.7071067811865476) < p ? low : high) = middle;
    }
    return low;
  }

  std::uint64_t state_;
  double spare_{};
  bool kept_{false};
};

}  // namespace presil::imc
