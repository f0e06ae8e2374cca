// scatter.cpp -- implementation of scatter.h.
#include "sim/validate/scatter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "sim/report/format.h"
#include "sim/report/page.h"

namespace presil::validate {

namespace {

constexpr double kLeft = 84, kTop = 52, kSide = 520, kWidth = 640;
constexpr std::size_t kDotsInAll = 2400;  // at most 22 bytes each

// Okabe and Ito, "Color Universal Design": told apart with every kind of colour vision. Light page, dark
// page.
struct Colour {
  const char *light, *dark;
};
constexpr std::array kColours{Colour{"#0072b2", "#56b4e9"}, Colour{"#d55e00", "#ff8c42"},
                              Colour{"#009e73", "#2fd3a5"}, Colour{"#a0508a", "#e39ac8"},
                              Colour{"#b07d00", "#f0c040"}, Colour{"#555555", "#bbbbbb"},
                              Colour{"#7a4fd0", "#b79bff"}, Colour{"#8c3b1f", "#d99b7f"}};

class Drawing {
 public:
  explicit Drawing(const Scatter& scatter);
  std::string svg() const;

 private:
  double place(double value) const { return (std::log10(value) - low_) / (high_ - low_) * kSide; }
  double x(double value) const { return kLeft + place(value); }
  double y(double value) const { return kTop + kSide - place(value); }
  std::string style() const;
  std::string axes() const;
  std::string guides() const;
  std::string dots() const;
  std::string legend() const;
  std::string guide(double ratio, const char* name) const;
  std::size_t stride(const Series& series) const;
  double height() const { return kTop + kSide + 66 + 20 * static_cast<double>(scatter_.series.size()); }

  const Scatter& scatter_;
  double low_{}, high_{};  // log10
};

std::string text(double x, double y, const char* anchor, const std::string& words,
                 const std::string& more = "") {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}>{}</text>\n", x, y, anchor, more,
                     report::escaped(words));
}

// Half a tenth of a decade around the values, at least half a decade in all.
Drawing::Drawing(const Scatter& scatter) : scatter_(scatter) {
  double least = std::numeric_limits<double>::infinity(), most = 0;
  for (const Series& series : scatter.series)
    for (const Dot& dot : series.dots) {
      least = std::min({least, dot.measured, dot.predicted});
      most = std::max({most, dot.measured, dot.predicted});
    }
  low_ = std::log10(least) - 0.08;
  high_ = std::log10(most) + 0.08;
  if (high_ - low_ < 0.5) {
    const double middle = (high_ + low_) / 2;
    low_ = middle - 0.25;
    high_ = middle + 0.25;
  }
}

std::string Drawing::style() const {
  std::string light, dark;
  for (std::size_t c = 0; c < kColours.size(); ++c) {
    light += fmt::format("--c{}:{};", c, kColours[c].light);
    dark += fmt::format("--c{}:{};", c, kColours[c].dark);
  }
  return fmt::format(
      "<style>\n"
      "svg{{--page:#fff;--ink:#222;--soft:#666;--grid:#e3e3e3;{}font:13px system-ui,sans-serif}}\n"
      "@media "
      "(prefers-color-scheme:dark){{svg{{--page:#15181c;--ink:#e8e8e8;--soft:#a0a0a0;--grid:#2d3238;{}}}}}\n"
      "text{{fill:var(--ink)}} .soft{{fill:var(--soft)}} .grid{{stroke:var(--grid);fill:none}}\n"
      ".frame{{stroke:var(--soft);fill:none}} .one{{stroke:var(--ink)}} "
      ".ten{{stroke:var(--soft);stroke-dasharray:4 4}}\n"
      ".dot{{fill:none;stroke-width:7;stroke-linecap:round}} "
      ".hole{{fill:none;stroke:var(--page);stroke-width:3.6;"
      "stroke-linecap:round}}\n"
      "</style>\n",
      light, dark);
}

std::string Drawing::axes() const {
  std::string lines, labels;
  const bool fine = high_ - low_ < 1.6;
  for (int decade = static_cast<int>(std::floor(low_)); decade <= high_; ++decade)
    for (int digit = 1; digit < 10; ++digit) {
      const double at = std::pow(10.0, decade) * digit, log = std::log10(at);
      if (log < low_ || log > high_) continue;
      const bool labelled = digit == 1 || (fine && (digit == 2 || digit == 5));
      if (!labelled && high_ - low_ > 4) continue;
      lines +=
          fmt::format("M{:.1f} {:.1f}v{:.1f}M{:.1f} {:.1f}h{:.1f}", x(at), kTop, kSide, kLeft, y(at), kSide);
      if (!labelled) continue;
      const std::string label = at >= 1e6 || at < 1e-3 ? fmt::format("{:.0e}", at) : fmt::format("{:g}", at);
      labels += text(x(at), kTop + kSide + 18, "middle", label, " class=\"soft\"");
      labels += text(kLeft - 8, y(at) + 4, "end", label, " class=\"soft\"");
    }
  const std::string axis = scatter_.quantity + (scatter_.unit.empty() ? "" : " (" + scatter_.unit + ")");
  const double middle = kTop + kSide / 2;
  return fmt::format("<path class=\"grid\" d=\"{}\"/>\n", lines) + labels +
         text(kLeft + kSide / 2, kTop + kSide + 40, "middle", "measured " + axis) +
         text(20, middle, "middle", "predicted " + axis,
              fmt::format(" transform=\"rotate(-90 20 {:.1f})\"", middle)) +
         fmt::format("<rect class=\"frame\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n", kLeft, kTop,
                     kSide, kSide);
}

// predicted = ratio x measured, inside the frame.
std::string Drawing::guide(double ratio, const char* name) const {
  const double shift = std::log10(ratio);
  const double from = std::max(low_, low_ - shift), to = std::min(high_, high_ - shift);
  return fmt::format("<line class=\"{}\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>\n", name,
                     x(std::pow(10, from)), y(std::pow(10, from + shift)), x(std::pow(10, to)),
                     y(std::pow(10, to + shift)));
}

std::string Drawing::guides() const {
  return guide(1, "one") + guide(1.1, "ten") + guide(0.9, "ten") +
         text(kLeft + kSide - 10, kTop + kSide - 12, "end", "solid: equal; dashed: +10% and -10%",
              " class=\"soft\"");
}

std::size_t Drawing::stride(const Series& series) const {
  const std::size_t most = std::min(kMostDots, std::max<std::size_t>(1, kDotsInAll / scatter_.series.size()));
  return (series.dots.size() + most - 1) / most;
}

// All dots of a series are one path of points with round ends: twelve bytes each.
std::string Drawing::dots() const {
  std::string result;
  for (std::size_t s = 0; s < scatter_.series.size(); ++s) {
    const Series& series = scatter_.series[s];
    const std::size_t step = std::max<std::size_t>(1, stride(series));
    std::string all, holes;
    for (std::size_t i = 0; i < series.dots.size(); i += step) {
      const Dot& dot = series.dots[i];
      const std::string point = fmt::format("M{:.0f} {:.0f}h0", x(dot.measured), y(dot.predicted));
      all += point;
      if (!dot.held_out) holes += point;
    }
    result +=
        fmt::format("<path class=\"dot\" style=\"stroke:var(--c{})\" d=\"{}\"/>\n", s % kColours.size(), all);
    if (!holes.empty()) result += fmt::format("<path class=\"hole\" d=\"{}\"/>\n", holes);
  }
  return result;
}

std::string Drawing::legend() const {
  std::string result;
  double line = kTop + kSide + 66;
  for (std::size_t s = 0; s < scatter_.series.size(); ++s, line += 20) {
    const Series& series = scatter_.series[s];
    const std::size_t step = stride(series);
    const std::string note = step > 1 ? fmt::format(", one in {} shown", step) : "";
    result += fmt::format("<path class=\"dot\" style=\"stroke:var(--c{})\" d=\"M{:.0f} {:.0f}h0\"/>\n",
                          s % kColours.size(), kLeft + 6, line - 4);
    result += text(kLeft + 18, line, "start",
                   fmt::format("{} ({} row{}{})", report::shortened(series.name, 60), series.dots.size(),
                               series.dots.size() == 1 ? "" : "s", note));
  }
  return result;
}

std::string Drawing::svg() const {
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" "
             "height=\"{1:.0f}\" role=\"img\" aria-label=\"{2}\">\n",
             kWidth, height(), report::escaped(scatter_.title)) +
         style() +
         fmt::format("<rect width=\"{:.0f}\" height=\"{:.0f}\" fill=\"var(--page)\"/>\n", kWidth, height()) +
         text(kLeft, 24, "start", scatter_.title, " font-weight=\"600\" font-size=\"16\"") +
         text(kLeft, 42, "start", "dots: held out; rings: rows that constants may be fitted on",
              " class=\"soft\"") +
         axes() + guides() + dots() + legend() + "</svg>\n";
}

}  // namespace

std::string scatter_svg(const Scatter& scatter) {
  Scatter filled = scatter;
  filled.series.clear();
  for (const Series& series : scatter.series)
    if (!series.dots.empty()) filled.series.push_back(series);
  if (filled.series.empty()) return "";
  return Drawing(filled).svg();
}

}  // namespace presil::validate
