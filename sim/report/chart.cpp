// chart.cpp -- implementation of chart.h.
#include "sim/report/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "sim/report/format.h"
#include "sim/report/page.h"

namespace presil::report {

namespace {

constexpr double kWidth = 920;

const char* colour_of(const std::string& phase) {
  return phase == "prefill"  ? "var(--a)"
         : phase == "decode" ? "var(--b)"
         : phase == "encode" ? "var(--c)"
                             : "var(--e)";
}

std::string text_at(double x, double y, const std::string& text, const char* anchor, const char* style = "") {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}>{}</text>\n", x, y, anchor, style,
                     escaped(text));
}

std::string line(double x1, double y1, double x2, double y2, const char* style) {
  return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" class=\"{}\"/>\n", x1, y1,
                     x2, y2, style);
}

std::string svg(double height, const std::string& label, const std::string& content) {
  return fmt::format(
      "<svg viewBox=\"0 0 {:.0f} {:.0f}\" width=\"{:.0f}\" role=\"img\" aria-label=\"{}\">\n{}</svg>\n",
      kWidth, height, kWidth, escaped(label), content);
}

// A logarithmic axis over whole decades.
struct LogAxis {
  int low{}, high{};  // powers of ten
  double start{}, end{};
  double at(double value) const { return start + (std::log10(value) - low) / (high - low) * (end - start); }
};

struct Point {
  double intensity, achieved;
  const Operator* op;
};

struct Roof {
  double peak;       // TFLOPS or TOPS
  double bandwidth;  // TB/s
  double ridge() const { return peak / bandwidth; }
  double at(double intensity) const { return std::min(peak, bandwidth * intensity); }
};

std::optional<Roof> roof_of(const Result& result) {
  const auto memory = std::find_if(result.levels.begin(), result.levels.end(),
                                   [](const BandwidthLevel& level) { return level.name == "memory"; });
  if (memory == result.levels.end() || memory->peak_gb_per_s <= 0 || result.peak_rate() <= 0)
    return std::nullopt;
  return Roof{result.peak_rate(), memory->peak_gb_per_s * 1e-3};
}

std::vector<Point> points_of(const Result& result) {
  std::vector<Point> points;
  for (const Operator& op : result.ops)
    if (op.flops > 0 && op.memory_bytes > 0 && op.achieved > 0)
      points.push_back({op.flops / op.memory_bytes, op.achieved, &op});
  return points;
}

LogAxis axis(double low, double high, double start, double end) {
  LogAxis result{static_cast<int>(std::floor(std::log10(low))), static_cast<int>(std::ceil(std::log10(high))),
                 start, end};
  if (result.high <= result.low) result.high = result.low + 1;
  return result;
}

std::string decade(int power) {
  return power < 0 || power > 6 ? fmt::format("{:g}", std::pow(10, power)) : number(std::pow(10, power));
}

std::string axes(const LogAxis& x, const LogAxis& y, const std::string& unit) {
  std::string text;
  for (int p = x.low; p <= x.high; ++p) {
    const double at = x.at(std::pow(10, p));
    text += line(at, y.start, at, y.end, "axis") +
            text_at(at, y.start + 16, decade(p), "middle", " class=\"soft\"");
  }
  for (int p = y.low; p <= y.high; ++p) {
    const double at = y.at(std::pow(10, p));
    text += line(x.start, at, x.end, at, "axis") +
            text_at(x.start - 8, at + 4, decade(p), "end", " class=\"soft\"");
  }
  text += text_at((x.start + x.end) / 2, y.start + 36, "operations per byte of memory traffic", "middle");
  return text + text_at(x.start, y.end - 10, unit + " achieved", "middle");
}

std::string dots(const std::vector<Point>& points, const LogAxis& x, const LogAxis& y,
                 const std::string& unit) {
  std::string text;
  for (const Point& point : points) {
    const std::string what =
        fmt::format("{} ({}): {} {} at {} per byte, {} of the time", point.op->name, point.op->phase,
                    number(point.achieved), unit, number(point.intensity), percent(point.op->share));
    text += fmt::format(
        "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" fill=\"{}\" "
        "fill-opacity=\"0.75\"><title>{}</title></circle>\n",
        x.at(point.intensity), y.at(point.achieved),
        4 + 10 * std::sqrt(std::clamp(point.op->share, 0.0, 1.0)), colour_of(point.op->phase), escaped(what));
  }
  return text;
}

std::string phase_legend(const Result& result, double x, double y) {
  std::string text;
  for (const Phase& phase : result.phases) {
    text += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"5\" fill=\"{}\"/>\n", x, y - 4,
                        colour_of(phase.name));
    text += text_at(x + 10, y, phase.name, "start");
    x += 30 + 8 * static_cast<double>(display_width(phase.name));
  }
  return text;
}

std::string bar(const Operator& op, double y, double scale) {
  const double full = op.time_s * scale, least = std::min(op.bound_s, op.time_s) * scale, left = 250;
  const char* colour = colour_of(op.phase);
  std::string text = text_at(left - 8, y + 13,
                             shortened(op.name, 24) + (op.phase.empty() ? "" : " (" + op.phase + ")"), "end");
  text += fmt::format(
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"16\" fill=\"{}\" fill-opacity=\"0.35\"/>\n",
      left, y, full, colour);
  text += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"16\" fill=\"{}\"/>\n", left,
                      y, least, colour);
  return text + text_at(left + full + 6, y + 13, time(op.time_s) + ", " + percent(op.share), "start");
}

}  // namespace

std::string time_chart(const Result& result) {
  std::vector<Operator> ops = result.ops;
  std::stable_sort(ops.begin(), ops.end(), [](const auto& a, const auto& b) { return a.time_s > b.time_s; });
  if (ops.empty() || ops.front().time_s <= 0) return "";
  if (ops.size() > 24) ops.resize(24);
  const double scale = (kWidth - 250 - 140) / ops.front().time_s;
  std::string content;
  double y = 4;
  for (const Operator& op : ops) {
    content += bar(op, y, scale);
    y += 22;
  }
  return svg(y + 4, "Time by operator", content);
}

std::string roofline_chart(const Result& result) {
  const std::optional<Roof> roof = roof_of(result);
  const std::vector<Point> points = points_of(result);
  if (!roof || points.empty()) return "";
  double least = roof->ridge(), most = roof->ridge(), lowest = roof->peak;
  for (const Point& point : points) {
    least = std::min(least, point.intensity);
    most = std::max(most, point.intensity);
    lowest = std::min(lowest, point.achieved);
  }
  const LogAxis x = axis(least / 2, most * 4, 70, kWidth - 40), y = axis(lowest, roof->peak * 1.5, 380, 40);
  const std::string unit = result.rate_unit();
  const double first = std::max(std::pow(10, x.low), std::pow(10, y.low) / roof->bandwidth),
               last = std::pow(10, x.high);
  std::string content = axes(x, y, unit);
  content += fmt::format("<polyline class=\"roof\" points=\"{:.1f},{:.1f} {:.1f},{:.1f} {:.1f},{:.1f}\"/>\n",
                         x.at(first), y.at(roof->at(first)), x.at(roof->ridge()), y.at(roof->peak),
                         x.at(last), y.at(roof->peak));
  content += text_at(x.end - 6, y.at(roof->peak) - 8, number(roof->peak) + " " + unit, "end");
  const double middle = std::sqrt(first * roof->ridge());  // on a logarithmic axis
  content += text_at(x.at(middle) + 12, y.at(roof->at(middle)) + 12, rate(roof->bandwidth * 1e3), "start");
  content += dots(points, x, y, unit) + phase_legend(result, x.start + 90, 26);
  return svg(430, "Roofline", content);
}

}  // namespace presil::report
