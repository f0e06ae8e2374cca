// output.h -- the CSV file of a sweep: written row by row, continued where it ended.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sim/sweep/spec.h"

namespace presil::sweep {

/// Column names: the paths of the grid, then status, error, config_hash and every metric of docs/result.md.
std::vector<std::string> columns(const Spec& spec);

/// What a file of an earlier sweep holds.
struct Existing {
  bool header{false};
  std::size_t rows{};
  std::size_t failed{};  ///< rows whose status is not 0
};

/// Rows go to disk as they are written. The file is not touched before the first write, and is locked, so two
/// sweeps cannot mix their rows.
class OutputFile {
 public:
  /// Throws Error(run_failed) with the path and the reason when it cannot be opened or another sweep has it.
  explicit OutputFile(const std::filesystem::path& path);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  /// The rows that the file holds already, of the first points: it must be the start of this sweep's table. A
  /// row that was cut in writing does not count and is dropped. Throws InputError when the file is another
  /// sweep's.
  Existing resume(const Spec& spec);

  void write(std::string_view text);

 private:
  std::string contents() const;

  std::filesystem::path path_;
  int file_{-1};
  std::size_t keep_{};  ///< bytes that stay
  bool started_{false};
};

}  // namespace presil::sweep
