// sweep_output.h -- where the results of a sweep go.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/base/error.h"
#include "sim/cli/parse.h"
#include "sim/sweep/database.h"
#include "sim/sweep/sweep.h"

namespace presil::cli {

/// The table and the page that are written when all results are there, and the database that gets each as it arrives.
class SweepOutputs {
 public:
  /// `outs` as given with --out, or else `output` of the sweep file; the database is `db`, or stands beside the first of
  /// them with the ending .db. Throws UsageError when two of them are one file.
  SweepOutputs(std::vector<std::string> outs, const std::string& output, const std::string& db);

  std::filesystem::path database;  ///< empty: none

  bool to_standard_output() const { return files_.empty() && !part_; }
  /// A part of a sweep makes no table, only a database; `name_it` puts the part into its name, "x.2-of-4.db". Throws
  /// UsageError when there is no database.
  void make_part(const sweep::Shard& shard, bool name_it);
  /// Writes the files, each whole or not at all.
  void write(const sweep::Title& title, const std::vector<sweep::Record>& records) const;

 private:
  std::vector<std::filesystem::path> files_;
  bool part_{false};
};

/// The CSV table.
std::string sweep_table(const sweep::Title& title, const std::vector<sweep::Record>& records);

/// ok, or Error(run_failed) that counts the failed points.
ExitStatus sweep_status(std::size_t failed, std::size_t points);

/// `presil sweep merge`.
void add_sweep_merge(CLI::App& sweep, Action& action);

}  // namespace presil::cli
