// sweep_merge.cpp -- `presil sweep merge`: the parts of a sweep that ran on several machines, as one.
#include <fmt/format.h>

#include <algorithm>

#include "sim/cli/commands.h"
#include "sim/cli/parse.h"
#include "sim/cli/sweep_output.h"
#include "sim/cli/terminal.h"
#include "sim/sweep/merge.h"

namespace presil::cli {

namespace {

struct SweepMergeOptions {
  std::vector<std::string> databases, outs;
  std::string db;
};

void declare_sweep_merge(CLI::App& command, SweepMergeOptions& o) {
  command.add_option("DB", o.databases, "Databases of one sweep")->required();
  command.add_option("--out", o.outs, "Write a table to FILE.csv or a page to FILE.html instead of standard output; may be repeated")
      ->allow_extra_args(false)
      ->type_name("FILE");
  command.add_option("--db", o.db, "Also write all results to one database")->type_name("FILE");
}

void write_database(const std::string& file, const sweep::Merged& merged) {
  sweep::Database all = sweep::Database::create(file, merged.title, false);
  for (const sweep::Record& record : merged.records) all.add(record);
  if (merged.missing() == 0) all.finish();
}

ExitStatus perform_sweep_merge(const SweepMergeOptions& o) {
  if (!o.db.empty() && std::find(o.databases.begin(), o.databases.end(), o.db) != o.databases.end())
    throw UsageError(o.db + ": cannot be both read and written");
  const sweep::Merged merged = sweep::merge(o.databases);
  if (!o.db.empty()) write_database(o.db, merged);
  const SweepOutputs outputs(o.outs, "", "");
  if (outputs.to_standard_output() && o.db.empty()) print(sweep_table(merged.title, merged.records));
  outputs.write(merged.title, merged.records);
  if (merged.missing() > 0)
    throw Error(ExitStatus::run_failed, fmt::format("{} of {} points are missing", merged.missing(), merged.title.points));
  return sweep_status(merged.failed(), merged.records.size());
}

}  // namespace

void add_sweep_merge(CLI::App& sweep, Action& action) {
  add_command<SweepMergeOptions>(sweep, "merge", "Put the databases of a sweep's parts together, or make a table or a page of one",
                       "\nExamples:\n  presil sweep merge x.*-of-4.db --out all.csv --out all.html\n"
                       "  presil sweep merge x.db --out x.html",
                       action, declare_sweep_merge, perform_sweep_merge);
}

}  // namespace presil::cli
