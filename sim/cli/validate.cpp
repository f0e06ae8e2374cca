// validate.cpp -- `presil validate`: predictions against tables of measurements.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "sim/base/names.h"
#include "sim/cli/commands.h"
#include "sim/cli/files.h"
#include "sim/cli/parse.h"
#include "sim/cli/terminal.h"
#include "sim/report/result.h"
#include "sim/validate/output.h"
#include "sim/validate/report.h"
#include "sim/validate/validation.h"

namespace presil::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* kValidateExamples = R"(
TABLE is a CSV file of measurements. Its header says what it is (gemm, vector, attention, inference, ...);
docs/validate.md lists the columns of each kind. Every row is predicted on the chip it names, and the
errors are printed by kind and device: for all rows, for the odd ones, which constants are fitted on,
and for the even ones, which are held out. "baseline" is the error of a roofline with three fitted
constants on the same rows, for published training runs of one MFU or HFU: a model is worth something only
below it.

Examples:
  presil validate gemm.csv
  presil validate gemm.csv --out with_predictions.csv
  presil validate gemm.csv attention.csv --max-mape 10        status 4 when a device is above 10%
  presil validate *.csv --report docs/validation.md           a page with charts)";

struct ValidateOptions {
  std::vector<std::string> tables;
  std::string out, report, format;
  double max_mape{-1};
  std::uint64_t jobs{0};
};

void declare_validate(CLI::App& command, ValidateOptions& o) {
  command.add_option("TABLE", o.tables, "Measurements: CSV files")->required();
  command
      .add_option("--out", o.out,
                  "Write the table with its predictions to FILE; of several tables, each to the folder FILE")
      ->type_name("FILE");
  command
      .add_option("--max-mape", o.max_mape,
                  "Exit with status 4 when the mean absolute error of a device in one kind of table is above "
                  "P percent")
      ->transform(percentage())
      ->type_name("P[%]");
  command.add_option("--report", o.report, "Write a page with charts to FILE.md and SVG files beside it")
      ->type_name("FILE.md");
  command
      .add_option("--jobs", o.jobs,
                  "Worker processes (default: one for each core); results do not depend on it")
      ->check(positive_integer())
      ->check(CLI::Range(1, 1024).description(""))
      ->type_name("N");
  add_format(command, o.format, {"text", "json", "csv"});
}

void check_not_input(const std::string& table, const fs::path& out) {
  std::error_code problem;
  if (fs::equivalent(table, out, problem))
    throw UsageError(fmt::format("--out would overwrite the table {}; give another name", table));
}

// Where each table goes; refused before anything is simulated.
std::vector<fs::path> outputs(const ValidateOptions& o) {
  if (o.out.empty()) return {};
  std::error_code problem;
  const bool folder = fs::is_directory(o.out, problem) || o.out.ends_with('/');
  if (o.tables.size() == 1 && !folder) {
    check_not_input(o.tables[0], o.out);
    return {o.out};
  }
  if (!folder && fs::exists(o.out, problem))
    throw UsageError(
        fmt::format("--out {} is a file, but there are {} tables; give a folder", o.out, o.tables.size()));
  std::vector<fs::path> files;
  std::set<std::string> names;
  for (const std::string& table : o.tables) {
    const std::string name = fs::path(table).filename().string();
    if (!names.insert(name).second)
      throw UsageError(
          fmt::format("two tables are called {}: they would overwrite each other in {}", name, o.out));
    files.push_back(fs::path(o.out) / name);
    check_not_input(table, files.back());
  }
  return files;
}

void check_report(const ValidateOptions& o) {
  if (!o.report.empty() && fs::path(o.report).extension() != ".md")
    throw UsageError(fmt::format("--report {} must end in .md; charts are written beside it", o.report));
}

void write_report(const ValidateOptions& o, const validate::Validation& validation) {
  if (o.report.empty()) return;
  const fs::path page = o.report;
  const validate::Report report = validate::report_of(validation, page.stem().string());
  for (const validate::Chart& chart : report.charts)
    write_atomically(page.parent_path() / chart.file, chart.svg);
  write_atomically(page, report.page);
}

ExitStatus verdict(const ValidateOptions& o, const validate::Summary& summary) {
  if (summary.defects > 0)
    throw Error(ExitStatus::run_failed,
                fmt::format("{} of {} rows failed; the reasons are under \"not predicted\"", summary.defects,
                            summary.rows));
  if (o.max_mape < 0) return ExitStatus::ok;
  const std::vector<std::string> outside = validate::above(summary, o.max_mape);
  if (outside.empty()) return ExitStatus::ok;
  throw Error(ExitStatus::out_of_tolerance, join(outside, "\n"));
}

ExitStatus perform_validate(const ValidateOptions& o) {
  const std::vector<fs::path> files = outputs(o);
  check_report(o);
  const std::size_t jobs = o.jobs ? o.jobs : std::max(1u, std::thread::hardware_concurrency());
  const validate::Validation validation = validate::validate(
      o.tables, jobs,
      [](std::size_t done, std::size_t rows) { show_progress(fmt::format("{} of {} rows", done, rows)); });
  clear_progress();
  for (std::size_t t = 0; t < files.size(); ++t)
    write_atomically(files[t], validate::with_predictions(validation, t));
  write_report(o, validation);
  print(o.format == "json"  ? report::document_text(validate::json_of(validation))
        : o.format == "csv" ? validate::csv_of(validation)
                            : validate::text_of(validation, output_style()));
  return verdict(o, validation.summary);
}

}  // namespace

void add_validate(CLI::App& app, Action& action) {
  add_command<ValidateOptions>(app, "validate", "Compare predictions with tables of measurements", kValidateExamples, action,
                       declare_validate, perform_validate);
}

}  // namespace presil::cli
