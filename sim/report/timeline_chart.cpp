// timeline_chart.cpp -- implementation of timeline_chart.h.
#include "sim/report/timeline_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "sim/report/chart.h"
#include "sim/report/format.h"
#include "sim/report/page.h"
#include "sim/report/svg.h"

namespace presil::report {

namespace {

constexpr double kLeft = 150, kRight = kChartWidth - 92, kLane = 30, kGap = 9;

const char* lane_colour(const std::string& name) {
  static const std::map<std::string, const char*> colours{{"array", "var(--a)"}, {"vector", "var(--b)"}, {"memory", "var(--c)"}};
  const auto found = colours.find(name);
  return found == colours.end() ? "var(--h)" : found->second;
}

std::string lane_label(const std::string& name) {
  if (name == "array") return "multipliers";
  if (name == "vector") return "vector units";
  if (name == "network") return "network links";
  if (name == "scratchpad") return "scratchpad ports";
  if (name == "shared") return "shared memory, L2";
  if (name == "memory") return "memory channels";
  if (name == "host") return "host link";
  return name == "link" ? "device links" : label(name);
}

double mean(const std::vector<double>& values) {
  return values.empty() ? 0 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// An area under steps, from `top` + kLane upwards; `most` fills the lane.
std::string lane(const std::vector<double>& values, double most, double top, const char* colour, const std::string& title) {
  const double step = (kRight - kLeft) / static_cast<double>(values.size());
  std::string path = fmt::format("M{:.1f} {:.1f}", kLeft, top + kLane);
  double last = -1;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double y = top + kLane * (1 - std::clamp(values[i] / most, 0.0, 1.0));
    if (y != last) path += fmt::format("{}V{:.1f}", i > 0 ? fmt::format("H{:.1f}", kLeft + step * static_cast<double>(i)) : "", y);
    last = y;
  }
  path += fmt::format("H{:.1f}V{:.1f}Z", kRight, top + kLane);
  return svg_line(kLeft, top + kLane, kRight, top + kLane, "axis") +
         fmt::format("<path d=\"{}\" fill=\"{}\" fill-opacity=\"0.75\"><title>{}</title></path>\n", path, colour, escaped(title));
}

/// Passes as steps, joined by straight lines.
std::string curve(const std::vector<PassPoint>& passes, double PassPoint::*value, const Axis& x, const Axis& y, const char* colour) {
  std::vector<std::pair<double, double>> points;
  for (const PassPoint& p : passes) {
    points.emplace_back(x.at(p.start_s), y.at(p.*value));
    points.emplace_back(x.at(p.start_s + p.time_s), y.at(p.*value));
  }
  return svg_polyline(points, fmt::format("fill=\"none\" stroke=\"{}\" stroke-width=\"2\"", colour));
}

std::string request_curve(const Result& result, double PassPoint::*value, const std::string& name, const char* colour) {
  double most = 0, end = 0;
  for (const PassPoint& p : result.passes) {
    most = std::max(most, p.*value);
    end = std::max(end, p.start_s + p.time_s);
  }
  if (most <= 0 || end <= 0) return "";
  const double scale = end < 1e-3 ? 1e6 : end < 1 ? 1e3 : 1;
  std::vector<PassPoint> passes = result.passes;
  for (PassPoint& p : passes) p.start_s *= scale, p.time_s *= scale;
  const Axis x = Axis::linear(0, end * scale, 58, kChartWidth - 26), y = Axis::linear(0, most, 150, 34);
  return svg_figure(196, name, svg_axes(x, y, scale == 1 ? "s" : scale == 1e3 ? "ms" : "us", name) + curve(passes, value, x, y, colour));
}

}  // namespace

std::string request_chart(const Result& result) {
  if (result.passes.empty()) return "";
  return request_curve(result, &PassPoint::power_w, "W, one device", "var(--b)") +
         request_curve(result, &PassPoint::memory_gb_per_s, "GB/s from and to memory", "var(--c)");
}

std::string pass_chart(const PassDetail& d) {
  if (d.busy.empty() || d.power_w.empty()) return "";
  std::string text;
  double y = 8;
  const auto add = [&](const std::string& name, const std::vector<double>& values, double most, const char* colour, const std::string& note) {
    text += svg_text(kLeft - 8, y + kLane - 9, name, "end") + lane(values, most, y, colour, name + ": " + note) +
            svg_text(kRight + 8, y + kLane - 9, note, "start", "soft");
    y += kLane + kGap;
  };
  for (const auto& [name, values] : d.busy) add(lane_label(name), values, 1, lane_colour(name), percent(mean(values)) + " busy");
  const double rate_most = std::max(1e-9, *std::max_element(d.memory_gb_per_s.begin(), d.memory_gb_per_s.end()));
  add("memory traffic", d.memory_gb_per_s, rate_most, "var(--c)", "to " + rate(rate_most));
  const double power_most = std::max(1e-9, *std::max_element(d.power_w.begin(), d.power_w.end()));
  add("power", d.power_w, power_most, "var(--b)", "to " + number(power_most) + " W");
  text += svg_text(kLeft, y + 10, "0", "start", "soft") + svg_text(kRight, y + 10, time(d.time_s), "end", "soft");
  const std::string what = d.kv_len > 0 ? fmt::format("{}, {} keys", d.phase, count(d.kv_len)) : d.phase;
  return "<h3>" + escaped(what) + "</h3>\n" + svg_figure(y + 18, "One pass: " + what, text);
}

std::string pipeline_chart(const Result& result) {
  double end = 0, stages = 0;
  for (const StagePass& p : result.pipeline) {
    end = std::max(end, p.start_s + p.time_s);
    stages = std::max(stages, p.stage + 1);
  }
  if (end <= 0) return "";
  const double lane_height = std::clamp(360 / stages, 6.0, 24.0), gap = lane_height > 10 ? 3 : 1;
  const auto x = [&](double t) { return kLeft + (kRight - kLeft) * t / end; };
  std::string text;
  for (double s = 0; s < stages; ++s)
    if (lane_height > 10 || std::fmod(s, 4) == 0) text += svg_text(kLeft - 8, 8 + s * lane_height + lane_height * 0.7, "stage " + count(s), "end");
  for (const StagePass& p : result.pipeline)
    text += svg_box(x(p.start_s), 8 + p.stage * lane_height, std::max(0.3, x(p.start_s + p.time_s) - x(p.start_s) - 0.3), lane_height - gap,
                    p.forward > 0 ? "var(--a)" : "var(--b)", fmt::format("{} {}, {}", p.forward > 0 ? "forward" : "backward", count(p.micro_batch), time(p.time_s)));
  const double y = 8 + stages * lane_height;
  text += svg_text(kLeft, y + 12, "0", "start", "soft") + svg_text(kRight, y + 12, time(end), "end", "soft");
  return svg_figure(y + 22, "Pipeline", text);
}

std::string floorplan_chart(const Result& result) {
  double width = 0, height = 0;
  std::map<std::string, double> areas;
  for (const Block& b : result.floorplan) {
    width = std::max(width, b.x_mm + b.width_mm);
    height = std::max(height, b.y_mm + b.height_mm);
    areas[b.group] += b.width_mm * b.height_mm;
  }
  if (width <= 0 || height <= 0) return "";
  const double scale = std::min(420 / width, 420 / height), left = 20, top = 12;
  static constexpr const char* kPaints[] = {"var(--a)", "var(--b)", "var(--c)", "var(--d)", "var(--e)", "var(--f)", "var(--g)", "var(--h)"};
  std::string text, names;
  double line = top + 14;
  std::map<std::string, const char*> paints;
  for (const auto& [group, area] : areas) {
    const char* paint = paints[group] = kPaints[paints.size() % std::size(kPaints)];
    const double x = left + width * scale + 24;
    names += svg_box(x, line - 10, 11, 11, paint, group) + svg_text(x + 18, line, fmt::format("{}, {} mm2", label(group), number(area)), "start");
    line += 20;
  }
  for (const Block& b : result.floorplan)
    text += svg_box(left + b.x_mm * scale, top + b.y_mm * scale, std::max(0.2, b.width_mm * scale - 0.6), std::max(0.2, b.height_mm * scale - 0.6), paints[b.group],
                    fmt::format("{}: {} x {} mm", label(b.group), number(b.width_mm), number(b.height_mm)), 0.75);
  text += svg_text(left, top + height * scale + 18, fmt::format("{} x {} mm", number(width), number(height)), "start", "soft");
  return svg_figure(std::max(top + height * scale + 28, line), "Floorplan", text + names);
}

}  // namespace presil::report
