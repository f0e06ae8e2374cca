// compare_page.cpp -- the page of compare.h.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/report/bars.h"
#include "sim/report/compare_cells.h"
#include "sim/report/format.h"
#include "sim/report/metrics.h"
#include "sim/report/page.h"
#include "sim/report/radar.h"
#include "sim/report/svg.h"

namespace presil::report {

namespace {

constexpr std::size_t kSteps = 10;  // of a waterfall, but for the rest

std::string metric_table(const std::vector<Named>& results) {
  std::vector<std::string> head{"metric"};
  for (std::size_t i = 0; i < results.size(); ++i) {
    head.push_back(letter(i));
    if (i > 0) head.insert(head.end(), {letter(i) + " - A", letter(i) + " / A"});
  }
  Rows rows;
  for (const std::string& name : names_of(results)) {
    std::vector<Cell> row{row_label(name)};
    const std::optional<std::size_t> best = winner(results, name);
    for (std::size_t i = 0; i < results.size(); ++i) {
      const Cells c = cells(results[0], results[i], name);
      row.emplace_back(c.value + (best == i ? " *" : ""));
      if (i > 0) row.insert(row.end(), {Cell(c.difference), Cell(c.ratio)});
    }
    rows.push_back(std::move(row));
  }
  return html_table(head, rows, 1);
}

// Bars of one metric; empty when fewer than two results have it, or none is above 0.
std::string metric_bars(const std::vector<Named>& results, const Metric& metric) {
  double most = 0;
  std::size_t values = 0;
  for (const Named& named : results)
    if (const double* value = named.result.metric(metric.name)) {
      most = std::max(most, *value);
      ++values;
    }
  if (values < 2 || most <= 0) return "";
  const std::optional<std::size_t> best = winner(results, std::string(metric.name));
  std::vector<Bar> bars;
  for (std::size_t i = 0; i < results.size(); ++i)
    if (const double* value = results[i].result.metric(metric.name))
      bars.push_back({letter(i) + "  " + results[i].result.title(), with_unit(metric.name, *value) + (best == i ? " *" : ""), *value / most, 1,
                      best == i ? "var(--c)" : "var(--a)", results[i].name});
  const char* better = metric.better == Better::lower ? "less is better" : metric.better == Better::higher ? "more is better" : "";
  return "<h3>" + escaped(metric.label) + "</h3>\n<p>" + better + "</p>\n" + bar_rows(bars);
}

struct Step {
  std::string name;
  double change{};  ///< seconds, from the first result to the other
};

double time_of(const Result& result) {
  double sum = 0;
  for (const Operator& op : result.ops) sum += op.time_s;
  return sum;
}

// The largest changes first; an operator that only one of them has counts whole.
std::vector<Step> steps(const Result& from, const Result& to) {
  std::vector<Step> all;
  const auto add = [&](const Result& result, double sign) {
    for (const Operator& op : result.ops) {
      const std::string name = op.phase.empty() ? op.name : op.name + " (" + op.phase + ")";
      auto step = std::find_if(all.begin(), all.end(), [&](const Step& s) { return s.name == name; });
      if (step == all.end()) step = all.insert(all.end(), {name, 0});
      step->change += sign * op.time_s;
    }
  };
  add(from, -1);
  add(to, 1);
  std::stable_sort(all.begin(), all.end(), [](const Step& a, const Step& b) { return std::abs(a.change) > std::abs(b.change); });
  if (all.size() <= kSteps + 1) return all;
  Step rest{fmt::format("{} others", all.size() - kSteps), 0};
  for (std::size_t i = kSteps; i < all.size(); ++i) rest.change += all[i].change;
  all.resize(kSteps);
  all.push_back(rest);
  return all;
}

// From the time of the first result, operator by operator, to that of the other.
std::string waterfall(const Named& from, const Named& to, std::size_t index) {
  const double start = time_of(from.result), end = time_of(to.result);
  if (start <= 0 || end <= 0) return "";
  double most = start, at = start;
  const std::vector<Step> all = steps(from.result, to.result);
  for (const Step& step : all) most = std::max(most, at += step.change);
  const Axis x = Axis::linear(0, most, 200, kChartWidth - 100);
  double y = 12;
  std::string text;
  const auto row = [&](const std::string& name, double low, double high, const char* colour, const std::string& value) {
    text += svg_text(x.start() - 8, y + 13, shortened(name, 28), "end") +
            svg_box(x.at(low), y, std::max(x.at(high) - x.at(low), 1.0), 17, colour, name + ": " + value) +
            svg_text(x.at(high) + 6, y + 13, value, "start", "soft");
    y += 22;
  };
  row("A", 0, start, "var(--h)", time(start));
  at = start;
  for (const Step& step : all) {
    row(step.name, std::min(at, at + step.change), std::max(at, at + step.change), step.change < 0 ? "var(--c)" : "var(--b)",
        (step.change < 0 ? "-" : "+") + time(std::abs(step.change)));
    at += step.change;
  }
  row(letter(index), 0, end, "var(--h)", time(end));
  return "<h3>A to " + letter(index) + ": " + escaped(to.result.title()) + "</h3>\n" + svg_figure(y + 8, "Waterfall", text);
}

}  // namespace

std::string compare_html(const std::vector<Named>& results) {
  Rows files;
  for (std::size_t i = 0; i < results.size(); ++i)
    files.push_back({letter(i), results[i].name, results[i].result.title(), results[i].result.workload()});
  std::string bars, falls;
  for (const Metric& metric : metrics())
    if (metric.better != Better::neither) bars += metric_bars(results, metric);
  for (std::size_t i = 1; i < results.size(); ++i) falls += waterfall(results[0], results[i], i);
  std::string body = "<header><h1>Comparison</h1></header>\n" + html_table({"", "file", "what", "workload"}, files, 4);
  body += html_section("Metrics", "Differences and ratios are to A; the best of a row is marked with *.", metric_table(results));
  body += html_section("Winners", "The best by metric; ties have none.", winners_table(results));
  body += html_section("All at once", "The rim is the best of all results on that metric, half way half as good.", radar_chart(results));
  body += html_section("Side by side", "The best is marked with *.", bars);
  body += html_section("Where the time went", "From A's time to the other's, by the operators that changed it most. Green saves time, orange costs it.", falls);
  return html_page("presil: comparison", body);
}

}  // namespace presil::report
