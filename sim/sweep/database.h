// database.h -- the results of a sweep in one SQLite file: what has been committed survives a kill.
//
//   points(point, cells, status, error, config_hash, metrics)   cells and metrics are JSON
//   results                                                     a view: a column for every path and every metric
//   meta(key, value)                                            what sweep it is
//
// One process writes. A record is one transaction in the write-ahead log, so after kill -9 every record handed to add() is
// there whole.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sim/sweep/record.h"

namespace presil::sweep {

/// What tells one sweep from another.
struct Title {
  std::string fingerprint;  ///< of everything that decides the results
  std::string name;         ///< the sweep file as the user named it
  std::size_t points{};     ///< of the whole space, all shards; 0: not known before the search has ended
  std::vector<std::string> paths, metrics;
  std::vector<std::pair<std::string, bool>> objectives;  ///< expression, and whether large is good
};

class Database {
 public:
  /// A new file. Throws Error(run_failed) when it cannot be made or another process writes it. What is there already is
  /// replaced when it is a finished sweep's; InputError when it is no database of presil's, UsageError when it is an
  /// unfinished sweep's and `restart` is not given.
  static Database create(const std::filesystem::path& path, const Title& title, bool restart);
  /// To go on with; a new one when there is no file, or one that was still empty when its sweep was killed. Throws InputError when the file is damaged or another sweep's.
  static Database resume(const std::filesystem::path& path, const Title& title);
  /// To read. Throws InputError when there is none, or it is damaged.
  static Database open(const std::filesystem::path& path);

  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  const Title& title() const;
  /// In order of points.
  std::vector<Record> records() const;
  /// Throws Error(run_failed) when it cannot be written (a full disk, say).
  void add(const Record& record);
  /// Every point has been run.
  void finish();
  bool finished() const;

 private:
  struct Handle;
  static bool holds_anything(const std::filesystem::path& path);
  explicit Database(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
};

}  // namespace presil::sweep
