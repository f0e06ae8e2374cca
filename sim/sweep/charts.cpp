// charts.cpp -- implementation of charts.h.
#include "sim/sweep/charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sim/report/format.h"
#include "sim/report/svg.h"
#include "sim/sweep/axis.h"

namespace presil::sweep {

namespace {

using report::Axis;
using report::kChartWidth;
using report::svg_text;

std::string name_of(const Outcome& outcome) { return outcome.name + (outcome.largest ? " (more is better)" : " (less is better)"); }

std::pair<double, double> range_of(const std::vector<double>& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return {*low, *high};
}

// Where the values of a path stand on a vertical axis, 0 to 1, and what is written there.
struct Rail {
  std::string name;
  std::vector<double> at;  ///< of every point
  std::vector<std::pair<double, std::string>> ticks;
};

Rail rail_of(const std::string& path, const std::vector<std::string>& values) {
  const Effect order = effect_of(path, values, std::vector<double>(values.size(), 0));
  Rail rail{path, {}, {}};
  const std::size_t n = order.levels.size();
  if (std::any_of(order.levels.begin(), order.levels.end(), [](const Level& l) { return l.value.find(" .. ") != std::string::npos; })) {
    std::vector<double> numbers;
    for (const std::string& value : values) numbers.push_back(std::get<double>(expression_value(value)));
    const auto [low, high] = range_of(numbers);
    const Axis axis = Axis::fitting(low, high, 0, 1);
    for (const double x : numbers) rail.at.push_back(axis.at(x));
    rail.ticks = {{0, report::number(axis.low())}, {1, report::number(axis.high())}};
    return rail;
  }
  const auto place = [&](std::size_t level) { return n > 1 ? static_cast<double>(level) / static_cast<double>(n - 1) : 0.5; };
  for (std::size_t i = 0; i < n; ++i) rail.ticks.emplace_back(place(i), order.levels[i].value);
  for (const std::size_t level : order.level_of) rail.at.push_back(place(level));
  return rail;
}

Rail rail_of(const Outcome& outcome) {
  const auto [low, high] = range_of(outcome.values);
  const Axis axis = Axis::fitting(low, high, 0, 1);
  Rail rail{outcome.name, {}, {{0, report::number(axis.low())}, {1, report::number(axis.high())}}};
  for (const double value : outcome.values) rail.at.push_back(axis.at(value));
  return rail;
}

// From pale to full.
std::string shade(double share) { return fmt::format("style=\"fill:color-mix(in srgb, var(--a) {:.0f}%, var(--card))\"", 10 + 80 * share); }

}  // namespace

std::string pareto_plot(const Outcome& x, const Outcome& y, const std::vector<bool>& front, const std::vector<std::string>& labels) {
  const auto [x_low, x_high] = range_of(x.values);
  const auto [y_low, y_high] = range_of(y.values);
  const Axis across = Axis::fitting(x_low, x_high, 74, kChartWidth - 34), up = Axis::fitting(y_low, y_high, 380, 40);
  std::string text = report::svg_axes(across, up, name_of(x), name_of(y));
  std::vector<std::pair<double, double>> line;
  for (std::size_t i = 0; i < front.size(); ++i) {
    if (front[i]) line.emplace_back(across.at(x.values[i]), up.at(y.values[i]));
    else text += report::svg_circle(across.at(x.values[i]), up.at(y.values[i]), 3.5, "pale", labels[i]);
  }
  std::sort(line.begin(), line.end());
  text += report::svg_polyline(line, "class=\"front\"");
  for (std::size_t i = 0; i < front.size(); ++i)
    if (front[i]) text += report::svg_circle(across.at(x.values[i]), up.at(y.values[i]), 5.5, "var(--b)", labels[i]);
  return report::svg_figure(430, "Pareto plot", text);
}

std::string parallel_plot(const std::vector<std::string>& paths, const std::vector<std::vector<std::string>>& values,
                          const std::vector<Outcome>& outcomes, const std::vector<bool>& front, const std::vector<std::string>& labels) {
  std::vector<Rail> rails;
  for (std::size_t p = 0; p < paths.size(); ++p) rails.push_back(rail_of(paths[p], values[p]));
  for (const Outcome& outcome : outcomes) rails.push_back(rail_of(outcome));
  const double step = (kChartWidth - 150) / std::max<double>(1, static_cast<double>(rails.size()) - 1), top = 44, bottom = 330;
  const auto height = [&](double share) { return bottom + share * (top - bottom); };
  std::string text;
  for (const bool best : {false, true})
    for (std::size_t i = 0; i < front.size(); ++i) {
      if (front[i] != best) continue;
      std::vector<std::pair<double, double>> line;
      for (std::size_t r = 0; r < rails.size(); ++r) line.emplace_back(70 + step * static_cast<double>(r), height(rails[r].at[i]));
      text += report::svg_polyline(line, best ? "fill=\"none\" style=\"stroke:var(--b)\" stroke-width=\"1.8\"" : "fill=\"none\" style=\"stroke:var(--h)\" stroke-opacity=\"0.3\"", labels[i]);
    }
  for (std::size_t r = 0; r < rails.size(); ++r) {
    const double x = 70 + step * static_cast<double>(r);
    text += report::svg_line(x, top, x, bottom, "roof");
    text += svg_text(r == 0 ? 4 : x, r % 2 == 0 ? 16 : 32, report::shortened(rails[r].name, 30), r == 0 ? "start" : "middle", r < paths.size() ? "" : "soft");
    for (const auto& [at, what] : rails[r].ticks) text += svg_text(x + 5, height(at) + 4, report::shortened(what, 16), "start", "soft");
  }
  return report::svg_figure(350, "Parallel coordinates", text);
}

std::string heat_map(const Effect& rows, const Effect& columns, const Outcome& outcome) {
  std::map<std::pair<std::size_t, std::size_t>, std::pair<double, int>> cells;
  for (std::size_t i = 0; i < outcome.values.size(); ++i) {
    auto& [sum, count] = cells[{rows.level_of[i], columns.level_of[i]}];
    sum += outcome.values[i];
    ++count;
  }
  double low = outcome.values.front(), high = low;
  bool first = true;
  for (const auto& [place, cell] : cells) {
    const double mean = cell.first / cell.second;
    low = first ? mean : std::min(low, mean);
    high = first ? mean : std::max(high, mean);
    first = false;
  }
  const Axis scale = Axis::fitting(low, high, 0, 1);
  const double left = 130, width = (kChartWidth - left - 10) / static_cast<double>(columns.levels.size()), height = 30;
  std::string text = svg_text(4, 16, rows.path, "start", "soft") + svg_text(kChartWidth - 10, 16, columns.path, "end", "soft");
  for (std::size_t c = 0; c < columns.levels.size(); ++c)
    text += svg_text(left + (static_cast<double>(c) + 0.5) * width, 38, report::shortened(columns.levels[c].value, static_cast<std::size_t>(width / 7)), "middle");
  for (std::size_t r = 0; r < rows.levels.size(); ++r) {
    const double y = 46 + static_cast<double>(r) * height;
    text += svg_text(left - 8, y + 20, report::shortened(rows.levels[r].value, 17), "end");
    for (std::size_t c = 0; c < columns.levels.size(); ++c) {
      const auto cell = cells.find({r, c});
      if (cell == cells.end()) continue;
      const double mean = cell->second.first / cell->second.second, x = left + static_cast<double>(c) * width;
      text += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" {}/>\n", x + 1, y + 1, width - 2, height - 2, shade(scale.at(mean)));
      if (width > 34) text += svg_text(x + width / 2, y + 20, report::number(mean), "middle", scale.at(mean) > 0.55 ? "inside" : "");
    }
  }
  return report::svg_figure(56 + height * static_cast<double>(rows.levels.size()), "Heat map", text);
}

}  // namespace presil::sweep
