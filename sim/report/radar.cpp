// radar.cpp -- implementation of radar.h.
#include "sim/report/radar.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "sim/report/compare_cells.h"
#include "sim/report/format.h"
#include "sim/report/metrics.h"
#include "sim/report/page.h"
#include "sim/report/svg.h"

namespace presil::report {

namespace {

/// In this order around the circle: times, rates, energy, silicon and money; not everything that is measured.
constexpr const char* kSpokes[] = {"latency_s", "ttft_s", "tpot_s", "step_time_s", "tokens_per_s", "mfu", "energy_per_token_j",
                                   "average_power_w", "die_area_mm2", "cost_usd", "co2_g"};
constexpr double kX = kChartWidth / 2, kY = 210, kRadius = 150;
constexpr const char* kPaints[] = {"var(--a)", "var(--b)", "var(--c)", "var(--d)", "var(--e)", "var(--f)", "var(--g)", "var(--h)"};

struct Spoke {
  const Metric* metric;
  std::vector<double> values;  ///< by result, 1 the best
};

/// Empty when a result lacks the metric or has nothing of it.
std::vector<double> shares(const std::vector<Named>& results, const Metric& metric) {
  std::vector<double> values;
  for (const Named& named : results) {
    const double* value = named.result.metric(metric.name);
    if (!value || *value <= 0) return {};
    values.push_back(*value);
  }
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const double low = *least, high = *most;
  if (high - low <= 1e-9 * high) return {};
  for (double& value : values) value = metric.better == Better::higher ? value / high : low / value;
  return values;
}

std::vector<Spoke> spokes_of(const std::vector<Named>& results) {
  std::vector<Spoke> spokes;
  for (const char* name : kSpokes)
    if (auto values = shares(results, *find_metric(name)); !values.empty()) spokes.push_back({find_metric(name), std::move(values)});
  return spokes;
}

std::pair<double, double> at(std::size_t spoke, std::size_t spokes, double radius) {
  const double angle = 2 * std::numbers::pi * static_cast<double>(spoke) / static_cast<double>(spokes) - std::numbers::pi / 2;
  return {kX + radius * std::cos(angle), kY + radius * std::sin(angle)};
}

std::string ring(std::size_t spokes, double share) {
  std::vector<std::pair<double, double>> points;
  for (std::size_t i = 0; i <= spokes; ++i) points.push_back(at(i % spokes, spokes, kRadius * share));
  return svg_polyline(points, "class=\"axis\" fill=\"none\"");
}

std::string frame(const std::vector<Spoke>& spokes) {
  std::string text = ring(spokes.size(), 0.5) + ring(spokes.size(), 1);
  for (std::size_t i = 0; i < spokes.size(); ++i) {
    const auto [x, y] = at(i, spokes.size(), kRadius);
    const auto [tx, ty] = at(i, spokes.size(), kRadius + 16);
    text += svg_line(kX, kY, x, y, "axis");
    text += svg_text(tx, ty + 4, spokes[i].metric->label, std::abs(tx - kX) < 20 ? "middle" : tx > kX ? "start" : "end", "soft");
  }
  return text;
}

}  // namespace

std::string radar_chart(const std::vector<Named>& results) {
  const std::vector<Spoke> spokes = spokes_of(results);
  if (spokes.size() < 3 || results.size() < 2) return "";
  std::string text = frame(spokes);
  double y = 400;
  for (std::size_t r = 0; r < results.size(); ++r) {
    std::vector<std::pair<double, double>> points;
    for (std::size_t i = 0; i <= spokes.size(); ++i) points.push_back(at(i % spokes.size(), spokes.size(), kRadius * spokes[i % spokes.size()].values[r]));
    const char* paint = kPaints[r % std::size(kPaints)];
    const std::string name = letter(r) + "  " + results[r].result.title();
    text += svg_polyline(points, fmt::format("fill=\"{0}\" fill-opacity=\"0.08\" stroke=\"{0}\" stroke-width=\"2\"", paint), name);
    text += svg_box(20 + 350 * static_cast<double>(r % 2), y - 10, 11, 11, paint, name) + svg_text(38 + 350 * static_cast<double>(r % 2), y, shortened(name, 46), "start");
    if (r % 2 == 1) y += 20;
  }
  return svg_figure(y + 20, "Radar", text);
}

std::string winners_table(const std::vector<Named>& results) {
  Rows rows;
  std::vector<std::size_t> won(results.size());
  for (const Metric& metric : metrics()) {
    const auto best = winner(results, std::string(metric.name));
    if (!best) continue;
    ++won[*best];
    const double value = *results[*best].result.metric(metric.name);
    double next = 0;  // the nearest of the others
    bool any = false;
    for (std::size_t i = 0; i < results.size(); ++i) {
      const double* other = results[i].result.metric(metric.name);
      if (i == *best || !other) continue;
      if (!any || (metric.better == Better::higher ? *other > next : *other < next)) next = *other;
      any = true;
    }
    const double ahead = metric.better == Better::higher ? value / next : next / value;
    rows.push_back({std::string(metric.label), letter(*best) + "  " + results[*best].result.title(), {with_unit(metric.name, value), value},
                    any && std::isfinite(ahead) ? Cell(fmt::format("{:.3g} x", ahead), ahead) : Cell("-")});
  }
  if (rows.empty()) return "";
  std::string tally;
  for (std::size_t i = 0; i < results.size(); ++i) tally += fmt::format("{}{} wins {}", i > 0 ? ", " : "", letter(i), won[i]);
  return "<p>" + escaped(tally) + ".</p>\n" + html_table({"metric", "best", "its value", "ahead of the next by"}, rows, 2);
}

}  // namespace presil::report
