// table.h -- a table of measurements as it was written: RFC 4180 CSV with the place and the quoting of every
// cell.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace presil::validate {

struct Cell {
  std::string text;    ///< without its quotes, blanks around an unquoted one removed
  std::string raw;     ///< as it stands in the file, quotes included
  std::size_t line{};  ///< both count from 1, the column in bytes
  std::size_t column{};
};

/// One line of the table; more than one of the file when a quoted cell holds a line break.
struct Record {
  std::size_t line{};
  std::vector<Cell> cells;
  std::string ending;  ///< "\n", "\r\n", or nothing at the end of the file
};

struct Table {
  std::string file;  ///< as the user named it
  std::string mark;  ///< the byte order mark, if it has one
  Record header;
  std::vector<Record> rows;  ///< blank lines left out

  /// Place of a column, or -1.
  int find(std::string_view column) const;
  std::vector<std::string> columns() const;
  /// "gemm.csv:7"
  std::string place(std::size_t row) const;
};

/// Throws InputError with file:line:column for text that is no table: nothing in it, a quote that is not
/// closed or that stands inside an unquoted cell, control characters, an unnamed or repeated column, a row
/// with more or fewer cells than the header.
Table parse_table(std::string_view text, const std::string& file);

/// Reads and parses. Throws InputError when it cannot be read, is a folder or is larger than 16 MiB.
Table read_table(const std::filesystem::path& file);

}  // namespace presil::validate
