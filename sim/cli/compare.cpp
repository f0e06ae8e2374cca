// compare.cpp -- `presil compare`: results beside each other, and a gate for regressions.
#include "sim/report/compare.h"

#include <nlohmann/json.hpp>

#include "sim/base/names.h"
#include "sim/cli/commands.h"
#include "sim/cli/files.h"
#include "sim/cli/parse.h"
#include "sim/cli/terminal.h"

namespace presil::cli {

namespace {

constexpr const char* kCompareExamples = R"(
Every metric of every result beside the first one's: difference and ratio; * marks the best.

Examples:
  presil compare out/base out/new                             folders hold result.json
  presil compare out/base out/new --fail-over 2               status 4 when any time is over 2% worse
  presil compare base.json *.json --out comparison.html)";

struct CompareOptions {
  std::vector<std::string> files;
  std::string out, format;
  double fail_over{-1};
};

void declare_compare(CLI::App& command, CompareOptions& o) {
  command.add_option("RESULT", o.files, "Results: result.json files, or folders that hold one")->required();
  command.add_option("--out", o.out, "Also write the comparison as a page to FILE.html")->type_name("FILE");
  command
      .add_option("--fail-over", o.fail_over,
                  "Exit with status 4 when a time (latency, TTFT, TPOT) is more than P percent above the "
                  "first result's")
      ->transform(percentage())
      ->type_name("P[%]");
  add_format(command, o.format, {"text", "csv", "html"});
}

ExitStatus perform_compare(const CompareOptions& o) {
  std::vector<report::Named> results;
  for (const std::string& file : o.files)
    results.push_back({file, report::read_result(report::load_document(file), file)});
  if (!o.out.empty()) write_atomically(o.out, report::compare_html(results));
  print(o.format == "csv"    ? report::compare_csv(results)
        : o.format == "html" ? report::compare_html(results)
                             : report::compare_text(results, output_style()));
  if (o.fail_over < 0) return ExitStatus::ok;
  const std::vector<std::string> worse = report::worse_than_first(results, o.fail_over);
  if (worse.empty()) return ExitStatus::ok;
  throw Error(ExitStatus::out_of_tolerance, join(worse, "\n"));
}

}  // namespace

void add_compare(CLI::App& app, Action& action) {
  add_command<CompareOptions>(app, "compare", "Put results beside each other; fail when one is slower", kCompareExamples,
                       action, declare_compare, perform_compare);
}

}  // namespace presil::cli
