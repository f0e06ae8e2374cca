// sweep_output.cpp -- implementation of sweep_output.h.
#include "sim/cli/sweep_output.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/cli/files.h"
#include "sim/report/csv.h"
#include "sim/sweep/page.h"

namespace presil::cli {

SweepOutputs::SweepOutputs(std::vector<std::string> outs, const std::string& output, const std::string& db) : database(db) {
  if (outs.empty() && !output.empty()) outs.push_back(output);
  for (const std::string& out : outs) {
    const std::filesystem::path file = out;
    if (file.extension() == ".db") throw UsageError(out + ": a database is named with --db");
    if (file == database || std::find(files_.begin(), files_.end(), file) != files_.end())
      throw UsageError(out + ": named twice");
    files_.push_back(file);
  }
  if (database.empty() && !files_.empty()) database = std::filesystem::path(files_.front()).replace_extension(".db");
}

void SweepOutputs::make_part(const sweep::Shard& shard, bool name_it) {
  if (database.empty()) throw UsageError("--shard needs --db FILE or --out FILE: the database of the part, for `presil sweep merge`");
  if (name_it) database.replace_extension(fmt::format(".{}-of-{}.db", shard.index + 1, shard.count));
  files_.clear();
  part_ = true;
}

void SweepOutputs::write(const sweep::Title& title, const std::vector<sweep::Record>& records) const {
  for (const std::filesystem::path& file : files_)
    write_atomically(file, file.extension() == ".html" ? sweep::html_page(title, records) : sweep_table(title, records));
}

std::string sweep_table(const sweep::Title& title, const std::vector<sweep::Record>& records) {
  std::string text = report::csv_record(sweep::columns(title.paths, title.metrics));
  for (const sweep::Record& record : records) text += sweep::row(record, title.metrics);
  return text;
}

ExitStatus sweep_status(std::size_t failed, std::size_t points) {
  if (failed == 0) return ExitStatus::ok;
  throw Error(ExitStatus::run_failed, fmt::format("{} of {} points failed; their rows say why", failed, points));
}

}  // namespace presil::cli
