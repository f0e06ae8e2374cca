// output.cpp -- implementation of output.h.
#include "sim/validate/output.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "sim/report/csv.h"
#include "sim/report/format.h"
#include "sim/report/table.h"
#include "sim/validate/imc_medians.h"

namespace presil::validate {

namespace {

using Json = nlohmann::ordered_json;
using report::Align;

constexpr std::size_t kMostReasons = 20;

std::string percent(double share) { return fmt::format("{:.1f}%", share * 100); }

// Six digits after rounding, so that a reader of the JSON sees no noise.
double rounded_percent(double share) { return std::round(share * 1e8) / 1e6; }

std::string worst_text(const Validation& v, const Line& line) {
  const Sample& sample = v.samples[line.worst_sample];
  return fmt::format("{} {}:{}", signed_percent(line.errors.worst),
                     std::filesystem::path(v.tables[sample.table].file).filename().string(),
                     v.tables[sample.table].rows[sample.row].line);
}

void add_line(const Validation& v, const Group& group, Split split, report::Table& table) {
  const Line& line = group.line(split);
  if (line.errors.count == 0 && (split != Split::all || !group.group.empty())) return;
  const std::string label = group.group.empty() ? group.device : "  " + group.group;
  std::vector<std::string> cells{split == Split::all ? report::shortened(label, 34) : "", name(split),
                                 report::count(static_cast<double>(line.rows)),
                                 report::count(static_cast<double>(line.errors.count))};
  if (line.errors.count > 0)
    cells.insert(cells.end(),
                 {percent(line.errors.mean), percent(line.errors.median), signed_percent(line.errors.bias),
                  line.baseline_error ? percent(*line.baseline_error) : "-", worst_text(v, line)});
  else
    cells.insert(cells.end(), {"-", "-", "-", "-", "-"});
  table.add(cells);
}

std::string together_text(const Summary& summary, const std::string& kind) {
  for (const Together& all : summary.together)
    if (all.kind == kind)
      return fmt::format("  {} rows of all devices: {}; of the best constant, {} of each peak: {}\n", all.rows, percent(all.error),
                         percent(all.constant.share), percent(all.constant.error));
  return "";
}

// "gemm, latency in us": groups of one kind stand together.
std::string kind_text(const Validation& v, const std::string& kind, const report::Style& style) {
  report::Table table({{"device"},
                       {"rows"},
                       {"all", Align::right},
                       {"predicted", Align::right},
                       {"MAPE", Align::right},
                       {"median", Align::right},
                       {"bias", Align::right},
                       {"baseline", Align::right},
                       {"worst"}});
  std::string unit;
  for (const Group& group : v.summary.groups) {
    if (group.kind != kind) continue;
    if (unit.empty()) unit = group.unit;
    if (unit != group.unit) unit = "mixed";
    for (const Split split : kSplits) add_line(v, group, split, table);
  }
  return style.bold(kind) + (unit == "mixed" ? "" : ", in " + report::clean(unit)) + "\n" +
         table.render(style, 2) + together_text(v.summary, kind) + "\n";
}

// Every macro once.
std::string medians_text(const Validation& v, const report::Style& style) {
  const std::vector<MacroMedian> medians = macro_medians(v.samples, v.predictions);
  if (medians.empty()) return "";
  report::Table table({{"metric"}, {"macros", Align::right}, {"median", Align::right}});
  for (const MacroMedian& m : medians)
    table.add({m.group, report::count(static_cast<double>(m.macros)), percent(m.median)});
  return style.bold("median over macros of their median errors") + "\n" + table.render(style, 2) + "\n";
}

std::string unpredicted_text(const Summary& summary, const report::Style& style) {
  if (summary.unpredicted.empty()) return "";
  report::Table table({{"rows", Align::right}, {"first"}, {"reason"}});
  std::size_t shown = 0, hidden = 0;
  for (const Unpredicted& u : summary.unpredicted) {
    if (shown++ < kMostReasons)
      table.add({report::count(static_cast<double>(u.rows)), u.first, u.reason});
    else
      hidden += u.rows;
  }
  if (hidden > 0)
    table.add({report::count(static_cast<double>(hidden)), "", "other reasons; --format json has them all"});
  return style.bold("not predicted") + "\n" + table.render(style, 2) + "\n";
}

void add_baseline(const Line& line, Json& json) {
  const auto six_digits = [](double value) { return std::round(value * 1e6) / 1e6; };
  json["baseline_mape_pct"] = rounded_percent(*line.baseline_error);
  if (line.baseline.constant()) {
    if (line.baseline.mfu > 0) json["baseline_mfu"] = six_digits(line.baseline.mfu);
    if (line.baseline.hfu > 0) json["baseline_hfu"] = six_digits(line.baseline.hfu);
    return;
  }
  json["baseline_compute_efficiency"] = six_digits(line.baseline.compute_efficiency);
  json["baseline_bandwidth_efficiency"] = six_digits(line.baseline.bandwidth_efficiency);
  json["baseline_launch_us"] = six_digits(line.baseline.launch_s * 1e6);
}

Json line_json(const Validation& v, const Group& group, Split split) {
  const Line& line = group.line(split);
  Json json = {
      {"kind", group.kind},   {"device", group.device}, {"group", group.group},          {"unit", group.unit},
      {"split", name(split)}, {"rows", line.rows},      {"predicted", line.errors.count}};
  for (const char* key :
       {"mape_pct", "median_pct", "bias_pct", "worst_pct", "worst_at", "baseline_mape_pct",
        "baseline_compute_efficiency", "baseline_bandwidth_efficiency", "baseline_launch_us"})
    json[key] = nullptr;
  if (line.errors.count > 0) {
    const Sample& worst = v.samples[line.worst_sample];
    json["mape_pct"] = rounded_percent(line.errors.mean);
    json["median_pct"] = rounded_percent(line.errors.median);
    json["bias_pct"] = rounded_percent(line.errors.bias);
    json["worst_pct"] = rounded_percent(line.errors.worst);
    json["worst_at"] = v.tables[worst.table].place(worst.row);
  }
  if (line.baseline_error) add_baseline(line, json);
  return json;
}

Json groups_json(const Validation& v) {
  Json groups = Json::array();
  for (const Group& group : v.summary.groups)
    for (const Split split : kSplits) groups.push_back(line_json(v, group, split));
  return groups;
}

}  // namespace

std::string signed_percent(double share) { return fmt::format("{:+.1f}%", share * 100); }

std::string text_of(const Validation& v, const report::Style& style) {
  std::string text;
  std::vector<std::string> done;
  for (const Group& group : v.summary.groups) {
    if (std::find(done.begin(), done.end(), group.kind) != done.end()) continue;
    done.push_back(group.kind);
    text += kind_text(v, group.kind, style);
  }
  text += medians_text(v, style) + unpredicted_text(v.summary, style);
  return text + fmt::format(
                    "{} of {} rows predicted. Odd rows are those that constants are fitted on, even rows are "
                    "held out;\n"
                    "\"baseline\" is a roofline with three constants fitted to the same measurements, of training runs one MFU or HFU.\n",
                    report::count(static_cast<double>(v.summary.predicted)),
                    report::count(static_cast<double>(v.summary.rows)));
}

Json json_of(const Validation& v) {
  Json unpredicted = Json::array();
  for (const Unpredicted& u : v.summary.unpredicted)
    unpredicted.push_back({{"reason", u.reason}, {"rows", u.rows}, {"first", u.first}, {"defect", u.defect}});
  Json json = {{"rows", v.summary.rows},
               {"predicted", v.summary.predicted},
               {"groups", groups_json(v)},
               {"not_predicted", unpredicted}};
  for (const Together& all : v.summary.together)
    json["all_devices"].push_back({{"kind", all.kind}, {"predicted", all.rows}, {"mape_pct", rounded_percent(all.error)},
                                   {"constant_share", all.constant.share}, {"constant_mape_pct", rounded_percent(all.constant.error)}});
  for (const MacroMedian& m : macro_medians(v.samples, v.predictions))
    json["macro_medians"].push_back({{"group", m.group}, {"macros", m.macros}, {"median_pct", rounded_percent(m.median)}});
  return json;
}

std::string csv_of(const Validation& v) { return report::list_csv(groups_json(v)); }

std::string with_predictions(const Validation& v, std::size_t number) {
  const Table& table = v.tables[number];
  const auto is_ours = [&](std::size_t column) {
    const std::string& title = table.header.cells[column].text;
    return title == "predicted" || title == "error_pct";
  };
  const auto line = [&](const Record& record, const std::string& predicted, const std::string& error,
                        const std::string& ending) {
    std::string text;
    for (std::size_t c = 0; c < record.cells.size(); ++c)
      if (!is_ours(c)) text += record.cells[c].raw + ",";
    return text + predicted + "," + error + ending;
  };
  const std::string ending = table.header.ending.empty() ? "\n" : table.header.ending;
  std::string text = table.mark + line(table.header, "predicted", "error_pct", ending);
  for (std::size_t i = 0; i < v.samples.size(); ++i) {
    if (v.samples[i].table != number) continue;
    const Prediction& p = v.predictions[i];
    const Record& row = table.rows[v.samples[i].row];
    const double measured = common(v.samples[i].data).measured;
    text += p.fault.empty() ? line(row, fmt::format("{:.6g}", p.value),
                                   fmt::format("{:.3f}", (p.value / measured - 1) * 100),
                                   row.ending.empty() ? ending : row.ending)
                            : line(row, "", "", row.ending.empty() ? ending : row.ending);
  }
  return text;
}

}  // namespace presil::validate
