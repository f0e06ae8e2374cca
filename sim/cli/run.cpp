// run.cpp -- `presil run`: one experiment, one answer.
#include "sim/run/run.h"

#include <iostream>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/cli/commands.h"
#include "sim/cli/files.h"
#include "sim/cli/parse.h"
#include "sim/cli/run_trace.h"
#include "sim/cli/terminal.h"
#include "sim/report/appendix.h"
#include "sim/report/csv.h"
#include "sim/report/format.h"
#include "sim/report/html.h"
#include "sim/report/text.h"

namespace presil::cli {

namespace {

constexpr const char* kRunExamples = R"(
Examples:
  presil run mine.yaml
  presil run mine.yaml --set workload.batch=8 --set chip.clock='1.2 GHz' --out out/fast
  presil run mine.yaml --format csv --table metrics
  presil run mine.yaml --format html > report.html
  presil run mine.yaml --trace mine.json --trace-window 0:5ms)";

struct RunOptions {
  std::string experiment, out, format, table{"ops"};
  std::vector<std::string> overrides;
  bool exact{false}, explain{false};
  TraceArguments trace;
};

void declare_run(CLI::App& command, RunOptions& o) {
  command.add_option("EXPERIMENT", o.experiment, "The experiment: a YAML file, see `presil init`")
      ->required();
  add_overrides(command, o.overrides);
  command.add_option("--out", o.out, "Write DIR/result.json; the folder is made if need be")
      ->type_name("DIR");
  add_format(command, o.format, {"text", "json", "csv", "html"});
  command.add_option("--table", o.table, "Which table --format csv prints: ops (default) or metrics")
      ->check(one_of({"ops", "metrics"}))
      ->type_name("TABLE");
  command.add_flag("--exact", o.exact,
                   "Simulate every repetition instead of each distinct piece of work once");
  command.add_flag("--explain", o.explain, "Also print how every operator was mapped to the machine (text)");
  declare_trace(command, o.trace);
}

/// What a search over cuts found, the fastest first; empty without one.
std::string candidates(const nlohmann::ordered_json& document) {
  std::string text;
  if (!document.contains("candidates")) return text;
  for (const auto& row : document["candidates"])
    text += fmt::format("  {}: {}, {} free\n    {}\n", row["name"].get<std::string>(), report::time(row["step_time_s"].get<double>()),
                        report::binary_size(row["free_bytes"].get<double>()), row["why"].get<std::string>());
  return "\n  fastest cuts that fit\n" + text;
}

std::string rendered(const RunOptions& o, const nlohmann::ordered_json& document) {
  if (o.format == "json") return report::document_text(document);
  const report::Result result = report::read_result(document, "result");
  if (o.format == "csv") return o.table == "ops" ? report::ops_csv(document) : report::metrics_csv(document);
  if (o.format == "html") return report::html_report(result);
  const report::Style style = output_style();
  std::string text = report::text_report(result, style) + report::appendix(document, style) + candidates(document);
  if (o.explain) text += "\n" + report::mapping_table(result, style);
  return text;
}

void note_speed(const run::RunOutcome& outcome) {
  const double per_s = outcome.host_s > 0 ? outcome.unit_cycles / outcome.host_s * 1e-6 : 0;
  note(fmt::format("{} of machine time in {}: {} commands simulated, {} M {} cycles/s",
                   report::time(outcome.simulated_s), report::time(outcome.host_s),
                   report::count(static_cast<double>(outcome.commands)), report::number(per_s), outcome.unit));
}

ExitStatus perform_run(const RunOptions& o) {
  if (o.explain && o.format != "text")
    throw UsageError(
        "--explain adds to the text report; the mapping is part of the json and html formats as it is");
  if (o.table != "ops" && o.format != "csv") throw UsageError("--table chooses what --format csv prints");
  TraceFiles files(o.trace);
  run::RunOptions options{o.overrides, o.exact, files.options()};
  options.trace.curves = o.format == "html";
  const run::RunOutcome outcome = run::run_experiment(o.experiment, options);
  for (const auto& warning : outcome.result.at("fabric").value("warnings", nlohmann::ordered_json::array()))
    std::cerr << "presil: warning: " << warning.get<std::string>() << '\n';
  files.finish(o.experiment);
  if (!o.out.empty())
    write_atomically(std::filesystem::path(o.out) / "result.json", report::document_text(outcome.result));
  print(rendered(o, outcome.result));
  if (o.format == "text") note_speed(outcome);
  return ExitStatus::ok;
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  add_command<RunOptions>(app, "run", "Simulate one experiment and say how long it takes and what limits it",
                       kRunExamples, action, declare_run, perform_run);
}

}  // namespace presil::cli
