// html.cpp -- implementation of html.h.
#include "sim/report/html.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "sim/report/bars.h"
#include "sim/report/chart.h"
#include "sim/report/format.h"
#include "sim/report/metrics.h"
#include "sim/report/page.h"
#include "sim/report/timeline_chart.h"

namespace presil::report {

namespace {

std::string table_or_nothing(const std::vector<std::string>& head, const Rows& rows, std::size_t text_columns) {
  return rows.empty() ? "" : html_table(head, rows, text_columns);
}

double ratio(double a, double b) { return b > 0 ? a / b : 0; }

// The answer in a sentence or two.
std::string lead(const Result& result) {
  double total = 0;
  for (const Phase& phase : result.phases) total += phase.time_s;
  if (total <= 0) return "";
  std::string text;
  for (const Phase& phase : result.phases) {
    if (phase.time_s < 0.01 * total || phase.bound_s <= 0) continue;  // idle time reaches no bound
    const std::size_t start = text.size();
    text += fmt::format("{} takes {} ({} of the time) and reaches {} of what {} allows. ", phase.name, time(phase.time_s),
                        percent(phase.time_s / total), percent(ratio(phase.bound_s, phase.time_s)), phase.bound);
    text[start] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[start])));
  }
  const auto slowest = std::max_element(result.ops.begin(), result.ops.end(), [](const auto& a, const auto& b) { return a.time_s < b.time_s; });
  if (slowest != result.ops.end())
    text += fmt::format("The longest operator is {} in {}: {}.", slowest->name, slowest->phase, percent(slowest->share));
  return "<p class=\"lead\">" + escaped(text) + "</p>\n";
}

std::string summary(const Result& result) {
  std::vector<Figure> figures;
  const auto share = [&](const char* name, const char* of) {
    const double* value = result.metric(name);
    return value ? percent(*value) + of : std::string();
  };
  for (const auto& [name, value] : result.metrics) {
    if (name == "mfu" || name == "memory_utilisation" || (name.starts_with("peak_") && name != "peak_power_w") || (name == "fabric_gb_per_s" && value == 0)) continue;
    const Metric* known = find_metric(name);
    std::string note;
    if (name == "achieved_tflops" || name == "achieved_tops") note = fmt::format("{} of {} {}", share("mfu", ""), number(result.peak_rate()), result.rate_unit());
    if (name == "memory_gb_per_s") note = share("memory_utilisation", " of the peak");
    if (name == "tokens_per_s") note = "tokens per second";
    const std::string shown = name == "tokens_per_s" ? number(value) : with_unit(name, value);
    figures.push_back({known ? std::string(known->label) : label(name), shown, note});
  }
  return html_figures(figures);
}

std::string phase_section(const Result& result) {
  std::vector<Piece> pieces;
  Rows rows;
  double total = 0;
  for (const Phase& phase : result.phases) total += phase.time_s;
  for (const Phase& phase : result.phases) {
    pieces.push_back({phase.name, time(phase.time_s), ratio(phase.time_s, total)});
    rows.push_back({phase.name, phase.bound, {count(phase.passes), phase.passes}, {time(phase.time_s), phase.time_s}, {percent(phase.mfu), phase.mfu},
                    {time(phase.bound_s), phase.bound_s}, {percent(ratio(phase.bound_s, phase.time_s)), ratio(phase.bound_s, phase.time_s)}});
  }
  if (rows.empty()) return "";
  return stacked_bar(pieces) + html_table({"phase", "bound by", "passes", "time", "MFU", "roofline", "of roofline"}, rows, 2);
}

std::string operators(const Result& result) {
  Rows rows;
  for (const Operator& op : result.ops)
    rows.push_back({op.name, op.phase, op.bound, op.bottleneck, {count(op.count), op.count}, {time(op.time_s), op.time_s}, {percent(op.share), op.share},
                    {number(op.achieved), op.achieved}, {traffic(op.memory_bytes), op.memory_bytes}, {time(op.bound_s), op.bound_s}});
  return table_or_nothing({"operator", "phase", "bound by", "bottleneck", "count", "time", "share", result.rate_unit(), "memory traffic", "roofline"}, rows, 4);
}

std::string levels(const Result& result) {
  Rows rows;
  std::vector<Bar> bars;
  for (const BandwidthLevel& level : result.levels) {
    const auto moved = [](const std::optional<double>& bytes) { return bytes ? Cell(traffic(*bytes), *bytes) : Cell("-"); };
    rows.push_back({label(level.name), moved(level.bytes_read), moved(level.bytes_written), {rate(level.gb_per_s), level.gb_per_s},
                    {rate(level.peak_gb_per_s), level.peak_gb_per_s}, {percent(level.utilisation), level.utilisation}});
    bars.push_back({label(level.name), percent(level.utilisation) + " of " + rate(level.peak_gb_per_s), level.utilisation, 1, "var(--a)", ""});
  }
  return rows.empty() ? "" : bar_rows(bars) + html_table({"level", "read", "written", "rate", "peak", "of peak"}, rows, 1);
}

std::string area_text(const Result& result) {
  double sum = 0;
  for (const Part& part : result.area) sum += part.value;
  return fmt::format("Of one device: {} mm2 in all, computed from what its configuration says it holds; presil describe has the published area beside it.", number(sum));
}

// Parts of a whole, the largest first.
std::string parts(std::vector<Part> all, std::string (*spell)(double), std::string (*name)(std::string_view)) {
  double total = 0;
  for (const Part& part : all) total += part.value;
  if (all.empty() || total <= 0) return "";
  std::stable_sort(all.begin(), all.end(), [](const Part& a, const Part& b) { return a.value > b.value; });
  std::vector<Piece> pieces;
  Rows rows;
  for (const Part& part : all) {
    pieces.push_back({name(part.name), percent(part.value / total), part.value / total});
    rows.push_back({name(part.name), {spell(part.value), part.value}, {percent(part.value / total), part.value / total}});
  }
  return stacked_bar(pieces) + html_table({"", "amount", "share"}, rows, 1);
}

std::string segments(const Result& result) {
  double total = 0;
  for (const SegmentRow& s : result.segments) total += s.time_s;
  Rows rows;
  std::vector<Bar> bars;
  double most = 0;
  for (const SegmentRow& s : result.segments) most = std::max(most, s.time_s);
  for (const SegmentRow& s : result.segments) {
    bars.push_back({fmt::format("{} ({})", s.name, s.phase), time(s.time_s) + ", " + percent(ratio(s.time_s, total)), ratio(s.time_s, most), 1, phase_colour(s.phase),
                    fmt::format("{} of {}", count(s.count), time(ratio(s.time_s, s.count)))});
    rows.push_back({s.name, s.phase, {count(s.count), s.count}, {time(ratio(s.time_s, s.count)), ratio(s.time_s, s.count)}, {time(s.time_s), s.time_s},
                    {percent(ratio(s.time_s, total)), ratio(s.time_s, total)}});
  }
  return rows.empty() ? "" : bar_rows(bars) + html_table({"part of the model", "phase", "executions", "time of one", "time", "share"}, rows, 2);
}

std::string timeline(const Result& result) {
  std::string text;
  for (const PassDetail& detail : result.details) text += pass_chart(detail);
  return text;
}

std::string unit_time(const Result& result) {
  std::vector<Piece> pieces;
  double rest = 1;
  for (const Part& part : result.unit_time) {
    pieces.push_back({unit_activity(part.name), percent(part.value), part.value});
    rest -= part.value;
  }
  if (pieces.empty()) return "";
  if (rest > 0.0005) pieces.push_back({"idle", percent(rest), rest});
  return stacked_bar(pieces);
}

std::string memory_fit(const MemoryFit& memory) {
  if (memory.level.empty() || memory.capacity_bytes <= 0) return "";
  std::vector<Piece> pieces;
  double rest = memory.capacity_bytes;
  for (const auto& [name, bytes] : {std::pair{"weights", memory.weights_bytes}, {"KV cache", memory.kv_bytes}, {"activations", memory.activations_bytes}, {"free", memory.free_bytes}}) {
    pieces.push_back({name, binary_size(bytes), bytes / memory.capacity_bytes});
    rest -= bytes;
  }
  if (rest > 1) pieces.push_back({"reserved", binary_size(rest), rest / memory.capacity_bytes});
  return stacked_bar(pieces);
}

std::string mapping(const Result& result) {
  Rows rows;
  for (const MappingRow& row : result.mapping) rows.push_back({row.name, row.phase, row.segment, row.tiling, row.homes});
  return table_or_nothing({"operator", "phase", "segment", "mapping", "where"}, rows, 5);
}

// "[datasheet] ..." is tagged datasheet.
std::string tag_of(const std::string& source) {
  const std::size_t end = source.find(']');
  return source.starts_with('[') && end != std::string::npos ? source.substr(1, end - 1) : "no tag";
}

std::string assumptions(const Result& result) {
  Rows rows;
  std::map<std::string, int> tags;
  for (const Assumption& a : result.assumptions) {
    const std::string tag = tag_of(a.source);
    ++tags[tag];
    rows.push_back({a.path, a.value, tag, a.source.starts_with('[') && a.source.size() > tag.size() + 3 ? a.source.substr(tag.size() + 3) : a.source});
  }
  std::string counts;
  for (const auto& [tag, n] : tags) counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", n, tag);
  return rows.empty() ? "" : "<p>" + escaped(counts) + "</p>\n" + html_table({"value", "is", "tag", "source"}, rows, 4);
}

std::string configuration(const Result& result) {
  Rows rows;
  for (const auto& [path, value] : result.settings)
    if (!path.starts_with("description")) rows.push_back({path, value});
  return table_or_nothing({"path", "value"}, rows, 2);
}

}  // namespace

std::string html_report(const Result& result) {
  std::string body = "<header><h1>" + escaped(result.title()) + "</h1>\n<p>" + escaped(result.workload()) + "</p></header>\n";
  body += lead(result) + summary(result);
  body += html_section("Phases", "The passes of the request, one after another. MFU is matrix work over the dense peak of the format; \"of roofline\" is how near the phase came to the least time its work could take.", phase_section(result));
  body += html_section("Time by operator", "What each operator added to the latency, the longest first. Full colour: the least the roofline asks for. Pale: what came on top.", time_chart(result));
  body += html_section("Time by layer", "Parts of the model and how often each ran; equal layers together.", segments(result));
  body += html_section("Roofline", "Each filled point is an operator at its work per byte of main memory, its size the share of the time; small rings are the same operators at the bytes of the inner levels. A point on a slope is held back by that level, one on the ceiling by arithmetic.", roofline_chart(result));
  body += html_section("Memory bandwidth over the run", "Operators in order of execution, repetitions together: as wide as the time they added, as high as the memory traffic per second while they ran.", bandwidth_chart(result));
  body += html_section("Timeline of one pass", "How busy the units of each kind were while the first simulated pass of a phase went on: the height of a lane is all of them. Traffic and power are of one device.", timeline(result));
  body += html_section("Pipeline of a step", "The passes of every stage: forward in the first colour, backward in the second; gaps are idle. Gathering of parameters comes before, exchanges and the update behind.", pipeline_chart(result));
  body += html_section("Power and bandwidth over the request", "Averages of each pass that was simulated; straight lines join those between which passes were interpolated.", request_chart(result));
  body += html_section("Bandwidth by level", "Averages over the whole request; rates count reads and writes.", levels(result));
  body += html_section("Where " + unit_word(result.unit) + " time went", "Shares of the whole request.", unit_time(result));
  body += html_section("Memory fit", "What a device holds at the end of the request, of " + binary_size(result.memory.capacity_bytes) + ".", memory_fit(result.memory));
  body += html_section("Energy", "Of all devices, at the board: counted events times the energy of each, and power that flows while time passes. Control: instructions, operand delivery and what else works with the units; clock: the clock tree; idle: what of the power at rest no other part names, such as links and regulators.", parts(result.energy, energy, label));
  body += html_section("Area", area_text(result), parts(result.area, number, label) + floorplan_chart(result));
  body += html_section("Operators", "A click on a head sorts.", operators(result));
  body += html_folded("Mapping", "How each operator was laid on the machine.", mapping(result));
  body += html_folded("Fitted and assumed values", "Figures that no datasheet or paper states, each with the reason for its value.", assumptions(result));
  body += html_folded("Configuration", "The resolved experiment, every default included.", configuration(result));
  body += fmt::format("<footer>presil {}, configuration {}. Every figure on this page is in result.json.</footer>\n", escaped(result.presil_version), escaped(result.config_hash));
  return html_page(result.title(), body);
}

}  // namespace presil::report
