// pareto.cpp -- implementation of pareto.h.
#include "sim/sweep/pareto.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace presil::sweep {

bool dominates(const Fitness& a, const Fitness& b) {
  if (a.empty() || b.empty()) return !a.empty() && b.empty();
  bool better = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) return false;
    better = better || a[i] < b[i];
  }
  return better;
}

std::vector<std::size_t> fronts(const std::vector<Fitness>& points) {
  // In lexicographic order (failures last) a point is dominated by earlier ones only, and it belongs to the first front in
  // which nothing dominates it.
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (points[a].empty() || points[b].empty()) return !points[a].empty() && points[b].empty();
    return points[a] < points[b];
  });
  std::vector<std::vector<std::size_t>> found;
  std::vector<std::size_t> rank(points.size());
  for (const std::size_t i : order) {
    const auto beaten = [&](const std::vector<std::size_t>& front) {
      // With two objectives the last one in has the smallest second value: it alone decides.
      if (points[i].size() == 2 && points[front.back()].size() == 2) return dominates(points[front.back()], points[i]);
      return std::any_of(front.rbegin(), front.rend(), [&](std::size_t other) { return dominates(points[other], points[i]); });
    };
    std::size_t f = 0;
    while (f < found.size() && beaten(found[f])) ++f;
    if (f == found.size()) found.emplace_back();
    found[f].push_back(i);
    rank[i] = f;
  }
  return rank;
}

std::vector<double> crowding(const std::vector<Fitness>& front) {
  std::vector<double> distance(front.size(), 0);
  const std::size_t objectives = front.empty() ? 0 : front.front().size();
  std::vector<std::size_t> order(front.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t o = 0; o < objectives; ++o) {
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return front[a][o] < front[b][o]; });
    const double range = front[order.back()][o] - front[order.front()][o];
    distance[order.front()] = distance[order.back()] = std::numeric_limits<double>::infinity();
    for (std::size_t i = 1; range > 0 && i + 1 < order.size(); ++i)
      distance[order[i]] += (front[order[i + 1]][o] - front[order[i - 1]][o]) / range;
  }
  return distance;
}

}  // namespace presil::sweep
