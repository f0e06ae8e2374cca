// sensitivity.cpp -- implementation of sensitivity.h.
#include "sim/sweep/sensitivity.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "sim/sweep/axis.h"

namespace presil::sweep {

namespace {

constexpr std::size_t kMostLevels = 12, kGroups = 8;

// The distinct values in order; whether all are numbers.
std::pair<std::vector<std::string>, bool> distinct(const std::vector<std::string>& values) {
  std::vector<std::string> found;
  std::map<std::string, bool> seen;
  bool numbers = true;
  for (const std::string& value : values) {
    if (!seen.try_emplace(value, true).second) continue;
    found.push_back(value);
    numbers = numbers && std::holds_alternative<double>(expression_value(value));
  }
  if (numbers)
    std::stable_sort(found.begin(), found.end(), [](const std::string& a, const std::string& b) {
      return std::get<double>(expression_value(a)) < std::get<double>(expression_value(b));
    });
  return {found, numbers};
}

}  // namespace

double Effect::factor() const {
  if (levels.empty()) return 0;
  const auto [low, high] = std::minmax_element(levels.begin(), levels.end(), [](const Level& a, const Level& b) { return a.mean < b.mean; });
  return low->mean > 0 ? high->mean / low->mean : 0;
}

Effect effect_of(const std::string& path, const std::vector<std::string>& values, const std::vector<double>& outcome) {
  const auto [order, numbers] = distinct(values);
  const bool grouped = numbers && order.size() > kMostLevels;
  const std::size_t groups = grouped ? kGroups : order.size();
  std::map<std::string, std::size_t> group_of;
  Effect effect{path, 0, std::vector<Level>(groups), {}};
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::size_t g = grouped ? i * groups / order.size() : i;
    group_of[order[i]] = g;
    std::string& name = effect.levels[g].value;
    if (name.empty())
      name = order[i];
    else
      name = name.substr(0, name.find(" .. ")) + " .. " + order[i];
  }
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    effect.level_of.push_back(group_of[values[i]]);
    Level& level = effect.levels[effect.level_of.back()];
    level.mean += outcome[i];
    ++level.count;
    sum += outcome[i];
  }
  const double mean = values.empty() ? 0 : sum / static_cast<double>(values.size());
  double between = 0, all = 0;
  for (Level& level : effect.levels) {
    level.mean /= static_cast<double>(std::max<std::size_t>(level.count, 1));
    between += static_cast<double>(level.count) * (level.mean - mean) * (level.mean - mean);
  }
  for (const double y : outcome) all += (y - mean) * (y - mean);
  effect.share = all > 0 ? between / all : 0;
  return effect;
}

}  // namespace presil::sweep
