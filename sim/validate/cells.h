// cells.h -- typed values out of the cells of one row.
//
// A row type declares its columns once (describe()); from that follow what a header must have and how a row
// is read. A cell that cannot be what its column says does not end the command: it is the row's fault, with
// its place, and the row is counted as not predicted.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/formats.h"
#include "sim/validate/table.h"

namespace presil::validate {

/// Whether a cell says a word, as written.
inline bool contains(const std::string& cell, const char* word) { return cell.find(word) != std::string::npos; }

class Cells {
 public:
  virtual ~Cells() = default;
  /// Text that must not be empty.
  virtual void text(const char* column, std::string& value) = 0;
  /// Text of a column that the kind has, which may be empty.
  virtual void any_text(const char* column, std::string& value) = 0;
  /// Text of a column that a table of the kind need not have.
  virtual void optional_text(const char* column, std::string& value) = 0;
  /// A number format, in upper or lower case.
  virtual void format(const char* column, Format& value) = 0;
  /// A whole number from `least` to 2^40.
  virtual void count(const char* column, std::uint64_t& value, std::uint64_t least = 1) = 0;
  /// As count(); an empty cell leaves the value, 0 say, which stands for "not given".
  virtual void optional_count(const char* column, std::uint64_t& value) = 0;
  /// A number above 0 and below 1e18.
  virtual void positive(const char* column, double& value) = 0;
  /// yes or no, 1 or 0, true or false.
  virtual void yes(const char* column, bool& value) = 0;
  /// A column that the kind has and no predictor needs; kept, not read.
  virtual void other(const char* column) = 0;
};

/// The columns that describe() declares.
class ColumnNames : public Cells {
 public:
  std::vector<std::string> names;
  void text(const char* column, std::string&) override { names.emplace_back(column); }
  void any_text(const char* column, std::string&) override { names.emplace_back(column); }
  void optional_text(const char*, std::string&) override {}
  void format(const char* column, Format&) override { names.emplace_back(column); }
  void count(const char* column, std::uint64_t&, std::uint64_t) override { names.emplace_back(column); }
  void optional_count(const char* column, std::uint64_t&) override { names.emplace_back(column); }
  void positive(const char* column, double&) override { names.emplace_back(column); }
  void yes(const char* column, bool&) override { names.emplace_back(column); }
  void other(const char* column) override { names.emplace_back(column); }
};

/// Reads one row; the first fault is kept.
class CellReader : public Cells {
 public:
  CellReader(const Table& table, std::size_t row) : table_(table), row_(table.rows[row]) {}
  const std::string& fault() const { return fault_; }
  /// Where the faulty cell begins.
  std::size_t fault_line() const { return line_; }
  std::size_t fault_column() const { return column_; }

  void text(const char* column, std::string& value) override;
  void any_text(const char* column, std::string& value) override;
  void optional_text(const char* column, std::string& value) override;
  void format(const char* column, Format& value) override;
  void count(const char* column, std::uint64_t& value, std::uint64_t least) override;
  void optional_count(const char* column, std::uint64_t& value) override;
  void positive(const char* column, double& value) override;
  void yes(const char* column, bool& value) override;
  void other(const char*) override {}

 private:
  const Cell& cell(const char* column) const;
  void refuse(const char* column, const std::string& expected);

  const Table& table_;
  const Record& row_;
  std::string fault_;
  std::size_t line_{}, column_{};
};

}  // namespace presil::validate
