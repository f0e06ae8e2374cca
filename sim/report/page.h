// page.h -- the frame of an HTML report: one file, nothing fetched; readable without its script, which only sorts tables.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace presil::report {

/// Text that is safe between tags and in double-quoted attributes.
std::string escaped(std::string_view text);

/// A cell: what is shown, and the number that it is sorted by (otherwise by its text).
struct Cell {
  std::string text;
  std::optional<double> value{};
  Cell(std::string shown) : text(std::move(shown)) {}  // NOLINT: cells are mostly text
  Cell(const char* shown) : text(shown) {}             // NOLINT
  Cell(std::string shown, double number) : text(std::move(shown)), value(number) {}
};
using Rows = std::vector<std::vector<Cell>>;

/// A table that a click on a head sorts; the first `text_columns` columns are left-aligned, the others hold numbers. Cells
/// are escaped here.
std::string html_table(const std::vector<std::string>& head, const Rows& rows, std::size_t text_columns);

/// A titled part of a page with a sentence that says what its content means; nothing when the content is empty.
std::string html_section(std::string_view title, std::string_view sentence, const std::string& content);
/// The same, folded until the reader opens it (and open in print).
std::string html_folded(std::string_view title, std::string_view sentence, const std::string& content);

/// Figures of a summary, side by side.
struct Figure {
  std::string label, value, note;
};
std::string html_figures(const std::vector<Figure>& figures);

/// The whole page around a body. Follows the reader's light or dark preference; prints black on white.
std::string html_page(const std::string& title, const std::string& body);

}  // namespace presil::report
