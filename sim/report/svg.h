// svg.h -- drawings as inline SVG: they need no script, follow the reader's colours, print, and have tooltips.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace presil::report {

inline constexpr double kChartWidth = 720;

/// The class decides the colour of the text: "soft", "tick".
std::string svg_text(double x, double y, std::string_view text, const char* anchor, const char* style = "");
std::string svg_line(double x1, double y1, double x2, double y2, const char* style);
std::string svg_polyline(const std::vector<std::pair<double, double>>& points, std::string_view style, std::string_view title = {});
/// `paint` is a class, or a colour when it starts with "var(" or '#'.
std::string svg_circle(double x, double y, double radius, std::string_view paint, std::string_view title);
std::string svg_box(double x, double y, double width, double height, std::string_view paint, std::string_view title,
                    double opacity = 1);
/// The drawing around its content, kChartWidth wide; `label` is for readers who cannot see it.
std::string svg_figure(double height, std::string_view label, const std::string& content);

/// An axis of a plot, in pixels from `start` to `end`.
class Axis {
 public:
  /// Whole decades around low..high; both above 0.
  static Axis decades(double low, double high, double start, double end);
  /// Round steps around low..high.
  static Axis linear(double low, double high, double start, double end);
  /// Decades when the values span more than a factor of 20 and are above 0, else linear.
  static Axis fitting(double low, double high, double start, double end);

  double at(double value) const;
  double low() const { return low_; }
  double high() const { return high_; }
  double start() const { return start_; }
  double end() const { return end_; }
  const std::vector<double>& ticks() const { return ticks_; }

 private:
  double low_{}, high_{}, start_{}, end_{};
  bool logarithmic_{false};
  std::vector<double> ticks_;
};

/// Grid, numbers and names of both axes.
std::string svg_axes(const Axis& x, const Axis& y, std::string_view x_name, std::string_view y_name);

}  // namespace presil::report
