// scatter.h -- predicted against measured, as an SVG that stands alone.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace presil::validate {

struct Dot {
  double measured{}, predicted{};  ///< both above 0
  bool held_out{};
};

struct Series {
  std::string name;
  std::vector<Dot> dots;
};

struct Scatter {
  std::string title;
  std::string quantity;  ///< "latency"
  std::string unit;      ///< "us"
  std::vector<Series> series;
};

/// Most dots drawn of one series; of more, every second, third, ... is left out, and the legend says so.
inline constexpr std::size_t kMostDots = 1000;

/// Both axes logarithmic and alike, the diagonal in full, +-10% beside it; a colour for each series, filled
/// dots for rows that were held out and rings for those fitted on. Follows prefers-color-scheme. Below 60 kB:
/// of many series the dots are thinned further.
std::string scatter_svg(const Scatter& scatter);

}  // namespace presil::validate
