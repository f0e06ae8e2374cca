// sweep.cpp -- `presil sweep`: one experiment at every point of a grid.
#include "sim/sweep/sweep.h"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "sim/cli/commands.h"
#include "sim/cli/parse.h"
#include "sim/cli/terminal.h"
#include "sim/run/run.h"

namespace presil::cli {

namespace {

constexpr const char* kExamples = R"(
SWEEP.yaml names an experiment and the values to try; every combination is one row of a CSV table:

  experiment: mine.yaml
  grid:
    batch: [1, 8, 64]
    chip.memory.stacks: [4, 6]

Examples:
  presil sweep stacks.yaml > stacks.csv
  presil sweep stacks.yaml --jobs 8 --out stacks.csv
  presil sweep stacks.yaml --out stacks.csv --resume      after an interruption)";

struct Options {
  std::string file, out;
  std::uint64_t jobs{0}, allow{sweep::kMostPoints};
  bool resume{false};
};

void declare(CLI::App& command, Options& o) {
  command.add_option("SWEEP", o.file, "The sweep: a YAML file")->required();
  command.add_option("--jobs", o.jobs, "Points simulated at once (default: one for each core)")
      ->check(positive_integer())
      ->check(CLI::Range(1, 1024).description(""))
      ->type_name("N");
  command.add_option("--out", o.out, "Write the table to FILE instead of standard output")->type_name("FILE");
  command.add_flag("--resume", o.resume, "Keep the rows that FILE holds and run the points after them");
  command
      .add_option("--allow", o.allow, fmt::format("Most points of a grid (default {})", sweep::kMostPoints))
      ->check(positive_integer())
      ->type_name("N");
}

void show(const sweep::Progress& p) {
  show_progress(fmt::format("{} of {} points{}", p.done, p.points,
                            p.failed ? fmt::format(", {} failed", p.failed) : ""));
}

ExitStatus perform(const Options& o) {
  const sweep::Spec spec = sweep::read_spec(o.file, o.allow);
  const std::filesystem::path out = o.out.empty() ? spec.output : std::filesystem::path(o.out);
  if (o.resume && out.empty()) throw UsageError("--resume needs --out FILE: the table to go on with");

  sweep::Job job;
  job.jobs = o.jobs ? o.jobs : std::max(1u, std::thread::hardware_concurrency());
  job.run = [](const auto& file, const auto& overrides) {
    return run::run_experiment(file, {overrides, false}).result;
  };
  job.progress = show;
  std::unique_ptr<sweep::OutputFile> file;
  job.write = print;
  if (!out.empty()) {
    file = std::make_unique<sweep::OutputFile>(out);
    if (o.resume) job.existing = file->resume(spec);
    job.write = [&](std::string_view rows) { file->write(rows); };
  }
  const sweep::Progress end = sweep::run_sweep(spec, job);
  clear_progress();
  if (end.failed == 0) return ExitStatus::ok;
  throw Error(ExitStatus::run_failed,
              fmt::format("{} of {} points failed; their rows say why", end.failed, end.points));
}

}  // namespace

void add_sweep(CLI::App& app, Action& action) {
  add_command<Options>(app, "sweep", "Simulate an experiment at every point of a grid, into one CSV table",
                       kExamples, action, declare, perform);
}

}  // namespace presil::cli
