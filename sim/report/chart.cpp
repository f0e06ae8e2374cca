// chart.cpp -- implementation of chart.h.
#include "sim/report/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "sim/report/bars.h"
#include "sim/report/format.h"
#include "sim/report/svg.h"

namespace presil::report {

namespace {

constexpr std::size_t kMostBars = 16;

// A level of memory as a roof: TB/s, so that intensity x bandwidth is in TFLOPS.
struct Roof {
  std::string level;
  double bandwidth;
};

std::vector<Roof> roofs_of(const Result& result) {
  std::vector<Roof> roofs;
  for (const BandwidthLevel& level : result.levels)
    if (level.peak_gb_per_s > 0 && level.name != "host") roofs.push_back({level.name, level.peak_gb_per_s * 1e-3});
  return roofs;
}

struct Point {
  double intensity;
  const Operator* op;
  std::string level;
};

std::vector<Point> points_of(const Result& result, const std::vector<Roof>& roofs) {
  std::vector<Point> points;
  for (const Operator& op : result.ops) {
    if (op.flops <= 0 || op.achieved <= 0) continue;
    for (const auto& [level, bytes] : op.level_bytes)
      if (bytes > 0 && std::any_of(roofs.begin(), roofs.end(), [&](const Roof& r) { return r.level == level; }))
        points.push_back({op.flops / bytes, &op, level});
  }
  // The main ones on top of the hollow ones.
  std::stable_partition(points.begin(), points.end(), [](const Point& p) { return p.level != "memory"; });
  return points;
}

// The roofs under the common ceiling, the slowest level's in full.
std::string draw_roofs(const std::vector<Roof>& roofs, double peak, const Axis& x, const Axis& y) {
  std::string text;
  for (const Roof& roof : roofs) {
    const double first = std::max(x.low(), y.low() / roof.bandwidth), ridge = std::min(peak / roof.bandwidth, x.high());
    if (first >= ridge) continue;
    const bool main = roof.level == "memory";
    std::vector<std::pair<double, double>> line{{x.at(first), y.at(first * roof.bandwidth)}, {x.at(ridge), y.at(std::min(peak, ridge * roof.bandwidth))}};
    if (main) line.emplace_back(x.at(x.high()), y.at(peak));
    const std::string name = label(roof.level) + " " + rate(roof.bandwidth * 1e3);
    text += svg_polyline(line, main ? "class=\"roof\"" : "class=\"roof2\"", name);
    // Along the slope, above its lower half.
    const double at = std::exp(std::log(first) + (std::log(ridge) - std::log(first)) * (main ? 0.3 : 0.55));
    const double angle = std::atan2(line[1].second - line[0].second, line[1].first - line[0].first) * 180 / 3.14159265358979;
    text += fmt::format("<text x=\"{0:.1f}\" y=\"{1:.1f}\" transform=\"rotate({2:.1f} {0:.1f} {1:.1f}) translate(0 -5)\" class=\"{3}\">{4}</text>\n",
                        x.at(at), y.at(at * roof.bandwidth), angle, main ? "" : "soft", name);
  }
  return text;
}

std::string dots(const Result& result, const std::vector<Point>& points, const Axis& x, const Axis& y) {
  std::string text;
  for (const Point& p : points) {
    const std::string what = fmt::format("{} ({}): {} {} at {} operations per byte of {}, {} of the time", p.op->name, p.op->phase,
                                         number(p.op->achieved), result.rate_unit(), number(p.intensity), label(p.level), percent(p.op->share));
    const double radius = 4.5 + 9 * std::sqrt(std::clamp(p.op->share, 0.0, 1.0));
    const bool main = p.level == "memory";
    text += svg_circle(x.at(p.intensity), y.at(p.op->achieved), main ? radius : 3, main ? phase_colour(p.op->phase) : "hollow", what);
  }
  return text;
}

std::string phase_legend(const Result& result, double x, double y) {
  std::string text;
  for (const Phase& phase : result.phases) {
    text += svg_circle(x, y - 4, 5, phase_colour(phase.name), "") + svg_text(x + 10, y, phase.name, "start");
    x += 34 + 8 * static_cast<double>(display_width(phase.name));
  }
  return text;
}

std::string op_title(const Operator& op) { return op.phase.empty() ? op.name : op.name + " (" + op.phase + ")"; }

}  // namespace

std::string phase_colour(const std::string& phase) {
  if (phase == "prefill" || phase == "forward") return "var(--a)";
  if (phase == "decode" || phase == "backward") return "var(--b)";
  return phase == "encode" || phase == "update" ? "var(--c)" : "var(--h)";
}

std::string time_chart(const Result& result) {
  std::vector<Operator> ops = result.ops;
  std::stable_sort(ops.begin(), ops.end(), [](const auto& a, const auto& b) { return a.time_s > b.time_s; });
  if (ops.empty() || ops.front().time_s <= 0) return "";
  std::vector<Bar> bars;
  double rest = 0;
  for (std::size_t i = 0; i < ops.size(); ++i) {
    const Operator& op = ops[i];
    if (i >= kMostBars) {
      rest += op.time_s;
      continue;
    }
    const double inner = op.time_s > 0 ? std::min(1.0, op.bound_s / op.time_s) : 0;
    bars.push_back({op_title(op), time(op.time_s) + ", " + percent(op.share), op.time_s / ops.front().time_s, inner, phase_colour(op.phase),
                    fmt::format("{}: {} in {} runs; {} at best, by {}; its time went on: {}", op_title(op), time(op.time_s), count(op.count),
                                time(op.bound_s), op.bound, op.bottleneck)});
  }
  if (rest > 0)
    bars.push_back({fmt::format("{} more", ops.size() - kMostBars), time(rest), rest / ops.front().time_s, 0, "var(--h)", "the other operators"});
  return bar_rows(bars);
}

std::string roofline_chart(const Result& result) {
  const std::vector<Roof> roofs = roofs_of(result);
  const std::vector<Point> points = points_of(result, roofs);
  const double peak = result.peak_rate();
  if (roofs.empty() || points.empty() || peak <= 0) return "";
  double least = peak / roofs.front().bandwidth, most = least, lowest = peak;
  for (const Point& point : points) {
    least = std::min(least, point.intensity);
    most = std::max(most, point.intensity);
    lowest = std::min(lowest, point.op->achieved);
  }
  const Axis x = Axis::decades(least / 2, most * 2, 58, kChartWidth - 26), y = Axis::decades(lowest, peak * 1.3, 390, 46);
  const std::string unit = result.rate_unit();
  std::string content = svg_axes(x, y, "operations per byte moved", unit + " achieved") + draw_roofs(roofs, peak, x, y);
  content += svg_text(x.end() - 6, y.at(peak) - 8, number(peak) + " " + unit, "end");
  return svg_figure(440, "Roofline", content + dots(result, points, x, y) + phase_legend(result, x.start() + 150, 22));
}

std::string bandwidth_chart(const Result& result) {
  const auto memory = std::find_if(result.levels.begin(), result.levels.end(), [](const BandwidthLevel& level) { return level.name == "memory"; });
  double total = 0;
  for (const Operator& op : result.ops) total += op.time_s;
  if (memory == result.levels.end() || memory->peak_gb_per_s <= 0 || total <= 0) return "";
  const Axis x = Axis::linear(0, 100, 58, kChartWidth - 26), y = Axis::linear(0, memory->peak_gb_per_s, 240, 40);
  std::string content = svg_axes(x, y, "share of the time, %", "GB/s");
  double before = 0;
  for (const Operator& op : result.ops) {
    const double share = op.time_s / total * 100, top = y.at(std::min(op.memory_gb_per_s, y.high()));
    const std::string what = fmt::format("{}: {} at {}", op_title(op), time(op.time_s), rate(op.memory_gb_per_s));
    if (share > 0) content += svg_box(x.at(before), top, std::max(x.at(before + share) - x.at(before) - 0.4, 0.2), y.start() - top, phase_colour(op.phase), what);
    before += share;
  }
  content += svg_line(x.start(), y.at(memory->peak_gb_per_s), x.end(), y.at(memory->peak_gb_per_s), "roof");
  content += svg_text(x.end() - 4, y.at(memory->peak_gb_per_s) - 6, "peak " + rate(memory->peak_gb_per_s), "end");
  return svg_figure(288, "Memory bandwidth over the run", content + phase_legend(result, x.start() + 150, 22));
}

}  // namespace presil::report
