// table.h -- aligned columns of text.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sim/report/style.h"

namespace presil::report {

enum class Align { left, right };

struct Column {
  std::string title;
  Align align{Align::left};
};

/// Widest line of any text report.
inline constexpr std::size_t kPageWidth = 100;

/// Columns two spaces apart, no trailing blanks. When the lines would be wider than the page and the last
/// column is left-aligned, that column is wrapped at words, under itself.
class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// A row; missing cells at its end are empty.
  void add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  /// A header is printed unless every title is empty.
  std::string render(const Style& style, std::size_t indent = 0) const;

 private:
  std::vector<std::size_t> widths(std::size_t indent) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// Words of `text` in lines of at most `width` columns; a longer word stands alone.
std::vector<std::string> wrapped(const std::string& text, std::size_t width);

}  // namespace presil::report
