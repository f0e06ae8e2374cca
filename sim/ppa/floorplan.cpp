// floorplan.cpp -- implementation of floorplan.h.
#include "sim/ppa/floorplan.h"

#include <algorithm>
#include <cmath>

namespace presil::ppa {

namespace {

struct Share { const char* group; double part; };  ///< of the group's area

/// Mean |p - q| of p even over [a, a + u], q even over [b, b + v]: integral of |p - q| over both, by its third antiderivative.
double mean_distance(double a, double u, double b, double v) {
  const auto cube = [](double t) { return std::abs(t) * t * t / 6; };
  return (cube(a + u - b) + cube(b + v - a) - cube(a - b) - cube(a + u - b - v)) / (u * v);
}

}  // namespace

std::vector<Rectangle> floorplan(const ChipArea& area) {
  if (area.dies.size() > 1) return {};
  const double side = ppa::side(area).value;
  const std::vector<std::vector<Share>> strips{{{"links", 1}, {"other", 1}}, {{"memory", 0.5}}, {{"cores", 0.5}}, {{"cache", 1}, {"network", 1}},
                                               {{"cores", 0.5}}, {{"memory", 0.5}}};
  std::vector<Rectangle> plan;
  double y = 0;
  for (const auto& strip : strips) {
    double sum = 0;
    for (const Share& share : strip) sum += share.part * area.group(share.group).value;
    if (sum <= 0) continue;
    double x = 0;
    for (const Share& share : strip) {
      const double width = side * share.part * area.group(share.group).value / sum;
      if (width > 0) plan.push_back({share.group, x, y, width, sum / side});
      x += width;
    }
    y += sum / side;
  }
  return plan;
}

Millimetres side(const ChipArea& area) { return {std::sqrt((area.dies.empty() ? area.total() : area.dies.front()).value)}; }

Millimetres crossing(const ChipArea& area) {
  const Millimetres planned = distance(floorplan(area), "cores", "memory");
  return planned.value > 0 ? planned : side(area) * (2.0 / 3);
}

Millimetres spacing(const ChipArea& area, std::uint32_t nodes) { return side(area) / std::sqrt(std::max(1u, nodes)); }

Millimetres distance(const std::vector<Rectangle>& plan, const std::string& from, const std::string& to) {
  double sum = 0, weight = 0;
  for (const Rectangle& a : plan)
    for (const Rectangle& b : plan) {
      if (a.group != from || b.group != to) continue;
      const double pairs = a.width * a.height * b.width * b.height;
      sum += pairs * (mean_distance(a.x, a.width, b.x, b.width) + mean_distance(a.y, a.height, b.y, b.height));
      weight += pairs;
    }
  return {weight > 0 ? sum / weight : 0};
}

}  // namespace presil::ppa
