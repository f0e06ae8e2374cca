// report.cpp -- implementation of report.h.
#include "sim/validate/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "sim/report/format.h"
#include "sim/validate/output.h"
#include "sim/validate/scatter.h"

namespace presil::validate {

namespace {

constexpr const char* kIntroduction = R"(# Validation

Predictions beside published measurements, row by row. This page was written by

    {}

and is not edited by hand. {} of {} rows were predicted.

How to read it:

- **MAPE** is the mean of the absolute percentage errors, **median** their median, **bias** the mean of the signed errors
  (above zero: the prediction is too large), **worst** the row that is furthest off.
- **fitted** are the odd data lines of a table: constants marked [fit] in a chip's file may have been fitted on them.
  **held out** are the even lines, which nothing was fitted on. Only the latter say how well a row that nobody has seen is
  predicted.
- **baseline** is the error of a roofline, launch + max(operations / (a x peak), bytes / (b x bandwidth)), whose two
  efficiencies and launch constant were fitted for each device to the same measurements (for held-out rows: to the fitted
  ones). A model is worth something only below it. Operators that are no single piece of arithmetic have none. Of published
  training runs it is the error of the best constant: one MFU for all rows of a device, one HFU for those that count so.
- A row that could not be predicted is counted and listed with its reason at the end.
- In the charts the solid line is equality and the dashed ones are 10% off; dots are held-out rows, rings fitted ones.

)";

// Text that a Markdown table and a heading can hold.
std::string plain(const std::string& text) {
  std::string result;
  for (const char c : report::clean(text)) {
    if (c == '|' || c == '<' || c == '*' || c == '_' || c == '`' || c == '[' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

std::string percentage(double share) { return fmt::format("{:.1f}%", share * 100); }

std::string file_name(const std::string& path) { return std::filesystem::path(path).filename().string(); }

std::string place(const Validation& v, std::size_t sample) {
  const Sample& s = v.samples[sample];
  return fmt::format("{}:{}", file_name(v.tables[s.table].file), v.tables[s.table].rows[s.row].line);
}

std::string row_of(const Validation& v, const Group& group, Split split) {
  const Line& line = group.line(split);
  if (line.errors.count == 0 && (split != Split::all || !group.group.empty())) return "";
  const bool any = line.errors.count > 0;
  const std::string who = split != Split::all   ? ""
                          : group.group.empty() ? "**" + plain(group.device) + "**"
                                                : plain(group.group);
  return fmt::format(
      "| {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", who, name(split), line.rows, line.errors.count,
      any ? percentage(line.errors.mean) : "-", any ? percentage(line.errors.median) : "-",
      any ? signed_percent(line.errors.bias) : "-", line.baseline_error ? percentage(*line.baseline_error) : "-",
      any ? fmt::format("{} ({})", signed_percent(line.errors.worst), plain(place(v, line.worst_sample)))
          : "-");
}

std::string fit_text(const Group& group) {
  const Line& line = group.line(Split::all);
  if (!line.baseline_error || !group.group.empty()) return "";
  if (const Baseline& b = line.baseline; b.constant())
    return plain(group.device) + ": " + (b.mfu > 0 ? fmt::format("{:.1f}% MFU", b.mfu * 100) : "") + (b.mfu > 0 && b.hfu > 0 ? ", " : "") +
           (b.hfu > 0 ? fmt::format("{:.1f}% HFU", b.hfu * 100) : "");
  return fmt::format("{}: {:.0f}% of the arithmetic peak, {:.0f}% of the bandwidth, {} launch",
                     plain(group.device), line.baseline.compute_efficiency * 100,
                     line.baseline.bandwidth_efficiency * 100, report::time(line.baseline.launch_s));
}

std::string kind_table(const Validation& v, const std::string& kind) {
  std::string text =
      "| device | rows | all | predicted | MAPE | median | bias | baseline | worst |\n"
      "|---|---|---:|---:|---:|---:|---:|---:|---|\n";
  std::string fits;
  for (const Group& group : v.summary.groups) {
    if (group.kind != kind) continue;
    for (const Split split : kSplits) text += row_of(v, group, split);
    const std::string fit = fit_text(group);
    if (!fit.empty()) fits += (fits.empty() ? "" : "; ") + fit;
  }
  if (!fits.empty()) text += "\nThe baseline of all rows has " + fits + ".\n";
  for (const Together& all : v.summary.together)
    if (all.kind == kind)
      text += fmt::format("\nOf the {} rows of all devices the error is {}; that of the best constant, {} of each device's peak, is {}.\n", all.rows,
                          percentage(all.error), percentage(all.constant.share), percentage(all.constant.error));
  return text;
}

// Tables differ in what they measure, and one of inference in several things: a chart for each unit.
std::map<std::string, Scatter> scatters(const Validation& v, const std::string& kind) {
  std::map<std::string, Scatter> charts;
  for (std::size_t i = 0; i < v.samples.size(); ++i) {
    const Row& row = common(v.samples[i].data);
    if (kind_of(v.samples[i].data) != kind || !v.predictions[i].fault.empty()) continue;
    Scatter& chart = charts[row.unit];
    chart.unit = row.unit;
    auto series = std::find_if(chart.series.begin(), chart.series.end(),
                               [&](const Series& s) { return s.name == v.devices[i]; });
    if (series == chart.series.end()) series = chart.series.insert(series, {v.devices[i], {}});
    series->dots.push_back({row.measured, v.predictions[i].value, !v.samples[i].fitted_on()});
  }
  for (auto& [unit, chart] : charts) {
    const bool is_time = unit == "us" || unit == "ms" || unit == "s";
    chart.quantity = is_time ? "time" : "rate";
    chart.title = fmt::format("{}: predicted against measured {}", kind, chart.quantity);
  }
  return charts;
}

std::string chart_name(const std::string& stem, const std::string& kind, const std::string& unit, bool only) {
  std::string name = stem + "_" + kind + (only ? "" : "_" + unit);
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '-' && c != '.') c = '_';
  return name + ".svg";
}

std::string unpredicted(const Validation& v) {
  if (v.summary.unpredicted.empty()) return "";
  std::string text = "## Not predicted\n\n| rows | first | reason |\n|---:|---|---|\n";
  for (const Unpredicted& u : v.summary.unpredicted)
    text += fmt::format("| {} | {} | {} |\n", u.rows, plain(file_name(u.first)), plain(u.reason));
  return text;
}

std::string command(const Validation& v) {
  std::string text = "presil validate";
  for (const Table& table : v.tables) text += " " + file_name(table.file);
  return text;
}

}  // namespace

Report report_of(const Validation& v, const std::string& stem) {
  Report report;
  report.page = fmt::format(kIntroduction, command(v) + " --report " + stem + ".md", v.summary.predicted,
                            v.summary.rows);
  std::vector<std::string> done;
  for (const Group& group : v.summary.groups) {
    if (std::find(done.begin(), done.end(), group.kind) != done.end()) continue;
    done.push_back(group.kind);
    report.page += fmt::format("## {}\n\n{}\n", group.kind, kind_table(v, group.kind));
    const auto charts = scatters(v, group.kind);
    for (const auto& [unit, chart] : charts) {
      const std::string file = chart_name(stem, group.kind, unit, charts.size() == 1);
      report.charts.push_back({file, scatter_svg(chart)});
      report.page += fmt::format("![{}]({})\n\n", chart.title, file);
    }
  }
  report.page += unpredicted(v);
  return report;
}

}  // namespace presil::validate
