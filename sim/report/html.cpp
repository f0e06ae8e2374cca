// html.cpp -- implementation of html.h.
#include "sim/report/html.h"

#include <fmt/format.h>

#include "sim/report/chart.h"
#include "sim/report/format.h"
#include "sim/report/metrics.h"
#include "sim/report/page.h"

namespace presil::report {

namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string section(const std::string& title, const std::string& content) {
  return content.empty() ? "" : "<section>\n<h2>" + escaped(title) + "</h2>\n" + content + "</section>\n";
}

std::string table_or_nothing(const std::vector<std::string>& head, const Rows& rows,
                             std::size_t text_columns) {
  return rows.empty() ? "" : html_table(head, rows, text_columns);
}

std::string summary(const Result& result) {
  std::string text = "<dl>\n";
  for (const auto& [name, value] : result.metrics) {
    const Metric* known = find_metric(name);
    text += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n",
                        escaped(known ? std::string(known->label) : label(name)),
                        escaped(with_unit(name, value)));
  }
  return text + "</dl>\n";
}

std::string time_section(const Result& result) {
  const std::string chart = time_chart(result);
  return chart.empty()
             ? ""
             : "<p>Full colour: what the roofline allows at best. Pale: what came on top.</p>\n" + chart;
}

std::string phases(const Result& result) {
  Rows rows;
  for (const Phase& phase : result.phases)
    rows.push_back({phase.name, phase.bound, count(phase.passes), time(phase.time_s), percent(phase.mfu), time(phase.bound_s),
                    phase.time_s > 0 ? percent(phase.bound_s / phase.time_s) : "-"});
  return table_or_nothing({"phase", "bound by", "passes", "time", "MFU", "roofline", "of roofline"}, rows, 2);
}

std::string operators(const Result& result) {
  Rows rows;
  for (const Operator& op : result.ops)
    rows.push_back({op.name, op.phase, op.bound, op.bottleneck, count(op.count), time(op.time_s),
                    percent(op.share), number(op.achieved), traffic(op.memory_bytes), time(op.bound_s)});
  return table_or_nothing({"operator", "phase", "bound by", "bottleneck", "count", "time", "share",
                           result.rate_unit(), "memory traffic", "roofline"},
                          rows, 4);
}

std::string levels(const Result& result) {
  Rows rows;
  for (const BandwidthLevel& level : result.levels)
    rows.push_back({level.name, level.bytes_read ? traffic(*level.bytes_read) : "-", level.bytes_written ? traffic(*level.bytes_written) : "-", rate(level.gb_per_s),
                    rate(level.peak_gb_per_s), percent(level.utilisation)});
  return table_or_nothing({"level", "read", "written", "rate", "peak", "of peak"}, rows, 1);
}

std::string parts(const std::vector<Part>& all, const char* head, std::string (*spell)(double)) {
  double total = 0;
  for (const Part& part : all) total += part.value;
  Rows rows;
  for (const Part& part : all)
    rows.push_back({label(part.name), spell(part.value), percent(total > 0 ? part.value / total : 0)});
  return table_or_nothing({"", head, "share"}, rows, 1);
}

std::string unit_time(const Result& result) {
  Rows rows;
  for (const Part& part : result.unit_time) rows.push_back({unit_activity(part.name), percent(part.value)});
  return table_or_nothing({"", "share"}, rows, 1);
}

std::string memory_fit(const MemoryFit& memory) {
  if (memory.level.empty()) return "";
  return html_table({"", "size"},
                    {{"weights", binary_size(memory.weights_bytes)},
                     {"KV cache", binary_size(memory.kv_bytes)},
                     {"activations", binary_size(memory.activations_bytes)},
                     {"free", binary_size(memory.free_bytes)},
                     {"capacity", binary_size(memory.capacity_bytes)}},
                    1);
}

std::string mapping(const Result& result) {
  Rows rows;
  for (const MappingRow& row : result.mapping)
    rows.push_back({row.name, row.phase, row.segment, row.tiling, row.homes});
  return table_or_nothing({"operator", "phase", "segment", "mapping", "where"}, rows, 5);
}

std::string assumptions(const Result& result) {
  Rows rows;
  for (const Assumption& a : result.assumptions) rows.push_back({a.path, a.value, a.source});
  return table_or_nothing({"value", "is", "source"}, rows, 3);
}

}  // namespace

std::string html_report(const Result& result) {
  std::string body = "<h1>" + escaped(result.title()) + "</h1>\n<p>" + escaped(result.workload()) + "</p>\n";
  body += summary(result);
  body += section("Time by operator", time_section(result));
  body += section("Roofline", roofline_chart(result));
  body += section("Phases", phases(result));
  body += section("Operators", operators(result));
  body += section("Bandwidth", levels(result));
  body += section("Where " + unit_word(result.unit) + " time went", unit_time(result));
  body += section("Memory", memory_fit(result.memory));
  body += section("Energy", parts(result.energy, "energy", energy));
  body += section("Area", parts(result.area, "mm2", number));
  body += section("Mapping", mapping(result));
  body += section("Fitted and assumed", assumptions(result));
  body += fmt::format("<p>presil {}, configuration {}</p>\n", escaped(result.presil_version),
                      escaped(result.config_hash));
  return html_page(result.title(), body);
}

}  // namespace presil::report
