// svg.cpp -- implementation of svg.h.
#include "sim/report/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/report/format.h"
#include "sim/report/page.h"

namespace presil::report {

namespace {

std::string tooltip(std::string_view title) { return title.empty() ? "" : "<title>" + escaped(title) + "</title>"; }

std::string painted(std::string_view paint) {
  const bool colour = paint.starts_with("var(") || paint.starts_with('#');
  return fmt::format("{}=\"{}\"", colour ? "fill" : "class", paint);
}

std::string tick(double value) {
  if (value == 0) return "0";
  const double size = std::abs(value);
  return size < 1e-3 || size >= 1e7 ? fmt::format("{:.3g}", value) : fmt::format("{:.6g}", value);
}

}  // namespace

std::string svg_text(double x, double y, std::string_view text, const char* anchor, const char* style) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}{}>{}</text>\n", x, y, anchor,
                     *style ? " class=" : "", *style ? fmt::format("\"{}\"", style) : "", escaped(text));
}

std::string svg_line(double x1, double y1, double x2, double y2, const char* style) {
  return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" class=\"{}\"/>\n", x1, y1, x2, y2, style);
}

std::string svg_polyline(const std::vector<std::pair<double, double>>& points, std::string_view style, std::string_view title) {
  std::string path;
  for (const auto& [x, y] : points) path += fmt::format("{:.1f},{:.1f} ", x, y);
  return fmt::format("<polyline points=\"{}\" {}>{}</polyline>\n", path, style, tooltip(title));
}

std::string svg_circle(double x, double y, double radius, std::string_view paint, std::string_view title) {
  return fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" {}>{}</circle>\n", x, y, radius, painted(paint),
                     tooltip(title));
}

std::string svg_box(double x, double y, double width, double height, std::string_view paint, std::string_view title, double opacity) {
  return fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" {}{}>{}</rect>\n", x, y, width, height,
                     painted(paint), opacity < 1 ? fmt::format(" fill-opacity=\"{:.2f}\"", opacity) : "", tooltip(title));
}

std::string svg_figure(double height, std::string_view label, const std::string& content) {
  return fmt::format("<div class=\"figure\"><svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"{}\">\n{}</svg></div>\n",
                     kChartWidth, height, escaped(label), content);
}

Axis Axis::decades(double low, double high, double start, double end) {
  Axis axis;
  int first = static_cast<int>(std::floor(std::log10(low) + 1e-9)), last = static_cast<int>(std::ceil(std::log10(high) - 1e-9));
  if (last <= first) last = first + 1;
  axis.logarithmic_ = true;
  axis.low_ = std::pow(10, first);
  axis.high_ = std::pow(10, last);
  axis.start_ = start;
  axis.end_ = end;
  for (int power = first; power <= last; ++power) axis.ticks_.push_back(std::pow(10, power));
  return axis;
}

Axis Axis::linear(double low, double high, double start, double end) {
  Axis axis;
  if (!(high > low)) high = low + (low == 0 ? 1 : std::abs(low) * 0.1);
  const double rough = (high - low) / 5, decade = std::pow(10, std::floor(std::log10(rough)));
  const double step = decade * (rough / decade > 5 ? 10 : rough / decade > 2 ? 5 : rough / decade > 1 ? 2 : 1);
  axis.low_ = std::floor(low / step) * step;
  axis.high_ = std::ceil(high / step) * step;
  axis.start_ = start;
  axis.end_ = end;
  for (int i = 0; axis.low_ + i * step <= axis.high_ + step / 2; ++i) axis.ticks_.push_back(axis.low_ + i * step);
  return axis;
}

Axis Axis::fitting(double low, double high, double start, double end) {
  return low > 0 && high > 20 * low ? decades(low, high, start, end) : linear(low, high, start, end);
}

double Axis::at(double value) const {
  const double share = logarithmic_ ? std::log(value / low_) / std::log(high_ / low_) : (value - low_) / (high_ - low_);
  return start_ + share * (end_ - start_);
}

std::string svg_axes(const Axis& x, const Axis& y, std::string_view x_name, std::string_view y_name) {
  std::string text;
  for (const double value : x.ticks())
    text += svg_line(x.at(value), y.start(), x.at(value), y.end(), "axis") +
            svg_text(x.at(value), y.start() + 18, tick(value), "middle", "soft");
  for (const double value : y.ticks())
    text += svg_line(x.start(), y.at(value), x.end(), y.at(value), "axis") +
            svg_text(x.start() - 8, y.at(value) + 4, tick(value), "end", "soft");
  text += svg_text((x.start() + x.end()) / 2, y.start() + 40, x_name, "middle");
  return text + svg_text(4, y.end() - 12, y_name, "start");
}

}  // namespace presil::report
