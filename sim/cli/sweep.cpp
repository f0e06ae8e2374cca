// sweep.cpp -- `presil sweep`: one experiment at many points, on all cores, into a database, a table and a page.
#include "sim/sweep/sweep.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "sim/cli/commands.h"
#include "sim/cli/parse.h"
#include "sim/cli/sweep_output.h"
#include "sim/cli/sweep_progress.h"
#include "sim/cli/terminal.h"
#include "sim/report/csv.h"
#include "sim/sweep/database.h"
#include "sim/sweep/ranks.h"
#include "sim/sweep/run.h"

namespace presil::cli {

namespace {

constexpr const char* kSweepExamples = R"(
SWEEP.yaml names an experiment and the values to try; every combination is one row of a CSV table:

  experiment: mine.yaml
  grid:
    workload.batch: {log2: [1, 64]}
    chip.memory.stacks: [4, 6]
  objectives: {tokens_per_s: max, energy_per_token_j: min}

Examples:
  presil sweep stacks.yaml > stacks.csv
  presil sweep stacks.yaml --out stacks.csv --out stacks.html     results go to stacks.db as they arrive
  presil sweep stacks.yaml --out stacks.csv --resume              after an interruption
  presil sweep stacks.yaml --out stacks.csv --shard 1/4           one of four machines: stacks.1-of-4.db
  presil sweep merge stacks.*-of-4.db --out stacks.html
  mpirun -n 5 presil sweep stacks.yaml --out stacks.csv --launcher mpi     one rank hands out, four run)";

struct SweepOptions {
  std::string file, db, shard, launcher{"processes"};
  std::vector<std::string> outs;
  std::uint64_t jobs{0}, allow{sweep::kMostPoints};
  bool resume{false}, restart{false};
};

void declare_sweep(CLI::App& command, SweepOptions& o) {
  command.add_option("SWEEP", o.file, "The sweep: a YAML file");
  command.add_option("--jobs", o.jobs, "Points simulated at once (default: one for each core)")
      ->check(positive_integer())
      ->check(CLI::Range(1, 1024).description(""))
      ->type_name("N");
  command.add_option("--out", o.outs, "Write a table to FILE.csv or a page to FILE.html instead of standard output; may be repeated")
      ->allow_extra_args(false)
      ->type_name("FILE");
  command.add_option("--db", o.db, "The database of results (default: beside the first --out, ending in .db)")->type_name("FILE");
  command.add_flag("--resume", o.resume, "Keep the results in the database and run the points that are missing");
  command.add_flag("--restart", o.restart, "Begin again although the database holds an unfinished sweep");
  command.add_option("--shard", o.shard, "Run part I of N only; auto takes them from Slurm's array or Open MPI's ranks")->type_name("I/N");
  command.add_option("--launcher", o.launcher, "processes of this machine (default), or mpi: the ranks that mpirun started")
      ->check(one_of({"processes", "mpi"}))
      ->type_name("NAME");
  command
      .add_option("--allow", o.allow, fmt::format("Most points of a space (default {})", sweep::kMostPoints))
      ->check(positive_integer())
      ->type_name("N");
}

std::optional<std::size_t> whole(std::string_view text) {
  std::size_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::size_t> variable(const char* name) {
  const char* text = std::getenv(name);
  return text ? whole(text) : std::nullopt;
}

// Array jobs number their tasks from any number; ranks count from 0.
sweep::Shard shard_of_environment() {
  const auto task = variable("SLURM_ARRAY_TASK_ID"), first = variable("SLURM_ARRAY_TASK_MIN"), tasks = variable("SLURM_ARRAY_TASK_COUNT");
  if (task && first && tasks && *task >= *first && *task - *first < *tasks) return {*task - *first, *tasks};
  for (const auto& [rank_name, size_name] :
       {std::pair{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"}, {"PMI_RANK", "PMI_SIZE"}, {"SLURM_PROCID", "SLURM_NTASKS"}}) {
    const auto rank = variable(rank_name), size = variable(size_name);
    if (rank && size && *rank < *size) return {*rank, *size};
  }
  throw UsageError("--shard auto: neither a Slurm array nor MPI ranks are to be seen in the environment");
}

sweep::Shard shard_of(const std::string& text) {
  if (text.empty()) return {};
  if (text == "auto") return shard_of_environment();
  const std::size_t slash = text.find('/');
  const auto index = whole(std::string_view(text).substr(0, slash));
  const auto count = slash == std::string::npos ? std::nullopt : whole(std::string_view(text).substr(slash + 1));
  if (!index || !count || *index < 1 || *index > *count)
    throw UsageError(fmt::format("--shard: '{}' is not I/N, such as 1/4, with I from 1 to N", text));
  return {*index - 1, *count};
}

sweep::Title title_of(const sweep::Spec& spec) {
  sweep::Title title{sweep::fingerprint(spec, version_text()), spec.file, spec.points.size(), spec.paths(), sweep::metrics_of(spec), {}};
  for (const sweep::Objective& objective : spec.objectives) title.objectives.emplace_back(objective.what.text(), objective.largest);
  return title;
}

/// The database of a sweep. A new one is made when the first result comes: a sweep that is refused leaves what is there.
class Results {
 public:
  Results(const SweepOptions& o, const SweepOutputs& outputs, const sweep::Title& title) : options_(o), file_(outputs.database), title_(title) {
    if (file_.empty() && o.resume) throw UsageError("--resume needs --out FILE or --db FILE: where the results are kept");
    if (file_.empty()) return;
    if (o.resume) database_ = sweep::Database::resume(file_, title);
    else sweep::Database::check_replaceable(file_, o.restart);
  }
  bool kept() const { return !file_.empty(); }
  std::vector<sweep::Record> known() const { return database_ ? database_->records() : std::vector<sweep::Record>{}; }
  sweep::Database& database() {
    if (!database_) database_ = sweep::Database::create(file_, title_, options_.restart);
    return *database_;
  }

 private:
  const SweepOptions& options_;
  const std::filesystem::path file_;
  const sweep::Title& title_;
  std::optional<sweep::Database> database_;
};

/// A rank that is not the first: what is wrong with the sweep the first one says.
ExitStatus serve(const SweepOptions& o, sweep::Ranks& ranks) {
  try {
    const sweep::Spec spec = sweep::read_spec(o.file, o.allow);
    ranks.serve([&](const std::string& order) { return sweep::serve_point(spec, sweep::run_subject, order); });
  } catch (const InputError&) {
    ranks.serve([](const std::string&) { return sweep::Reply{"", 0, static_cast<int>(ExitStatus::bad_input)}; });
  }
  return ExitStatus::ok;
}

ExitStatus lead_sweep(const SweepOptions& o, sweep::Ranks* ranks);

ExitStatus perform_sweep(const SweepOptions& o) {
  if (o.file.empty()) throw UsageError("SWEEP is required; see `presil sweep --help`");
  if (o.resume && o.restart) throw UsageError("--resume and --restart exclude each other");
  if (o.launcher != "mpi") return lead_sweep(o, nullptr);
  if (!o.shard.empty()) throw UsageError("--launcher mpi and --shard exclude each other: ranks share one sweep, shards are sweeps of their own");
  const std::unique_ptr<sweep::Ranks> ranks = sweep::join_ranks();
  return ranks->rank() == 0 ? lead_sweep(o, ranks.get()) : serve(o, *ranks);
}

ExitStatus lead_sweep(const SweepOptions& o, sweep::Ranks* ranks) {
  const sweep::Spec spec = sweep::read_spec(o.file, o.allow);
  sweep::check_objectives(spec);
  const sweep::Title title = title_of(spec);
  SweepOutputs outputs(o.outs, spec.output.string(), o.db);
  sweep::Job job;
  job.shard = shard_of(o.shard);
  if (spec.explore && job.shard.count > 1) throw UsageError("--shard does not go with 'explore': a search cannot be cut into parts");
  if (job.shard.count > 1) outputs.make_part(job.shard, o.shard == "auto" || o.db.empty());
  Results results(o, outputs, title);
  job.known = results.known();
  if (results.kept()) job.save = [&](const sweep::Record& record) { results.database().add(record); };
  job.jobs = o.jobs ? o.jobs : std::max(1u, std::thread::hardware_concurrency());
  job.run = sweep::run_subject;
  if (ranks && ranks->size() > 1)
    job.launch = [ranks](std::size_t first, std::size_t last, const auto& order, const auto& done) { ranks->dispatch(first, last, order, done); };
  SweepProgress bar;
  sweep::Progress last;
  job.progress = [&](const sweep::Progress& p) { bar.show(last = p); };
  bool header = false;
  if (outputs.to_standard_output())
    job.row = [&](const sweep::Record& record) {
      if (!header) print(report::csv_record(sweep::columns(title.paths, title.metrics)));
      header = true;
      print(sweep::row(record, title.metrics));
    };
  const std::vector<sweep::Record> records = sweep::run_sweep(spec, job);
  clear_progress();
  if (results.kept()) results.database();  // a part without points has one too
  if (results.kept() && job.shard.count == 1) results.database().finish();
  outputs.write(title, records);
  if (is_terminal()) note(bar.summary(last));
  return sweep_status(last.failed, last.points);
}

}  // namespace

void add_sweep(CLI::App& app, Action& action) {
  auto options = std::make_shared<SweepOptions>();
  CLI::App* command = app.add_subcommand("sweep", "Simulate an experiment at many points: grids, samples, searches");
  command->footer(kSweepExamples);
  declare_sweep(*command, *options);
  add_sweep_merge(*command, action);
  command->callback([&action, options, command] {
    if (command->get_subcommands().empty()) action = [options] { return perform_sweep(*options); };
  });
}

}  // namespace presil::cli
