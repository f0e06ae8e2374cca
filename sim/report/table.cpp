// table.cpp -- implementation of table.h.
#include "sim/report/table.h"

#include <algorithm>
#include <sstream>

#include "sim/report/format.h"

namespace presil::report {

namespace {

std::string padded(const std::string& cell, std::size_t width, Align align) {
  const std::size_t used = display_width(cell);
  const std::string blanks(width > used ? width - used : 0, ' ');
  return align == Align::right ? blanks + cell : cell + blanks;
}

std::string without_trailing_blanks(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace

std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
  if (display_width(text) <= width) return {text};
  std::vector<std::string> lines;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (!lines.empty() && display_width(lines.back()) + 1 + display_width(word) <= width)
      lines.back() += " " + word;
    else
      lines.push_back(word);
  }
  return lines.empty() ? std::vector<std::string>{""} : lines;
}

void Table::add(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
}

std::vector<std::size_t> Table::widths(std::size_t indent) const {
  std::vector<std::size_t> result;
  std::size_t before_last = indent;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    std::size_t width = display_width(columns_[c].title);
    for (const auto& row : rows_) width = std::max(width, display_width(row[c]));
    result.push_back(width);
    if (c + 1 < columns_.size()) before_last += width + 2;
  }
  const bool wraps = !columns_.empty() && columns_.back().align == Align::left;
  if (wraps && before_last + result.back() > kPageWidth)
    result.back() = before_last + 20 < kPageWidth ? kPageWidth - before_last : 20;
  return result;
}

std::string Table::render(const Style& style, std::size_t indent) const {
  const std::vector<std::size_t> width = widths(indent);
  const std::string margin(indent, ' ');
  std::string text, head = margin;
  for (std::size_t c = 0; c < columns_.size(); ++c)
    head += padded(columns_[c].title, width[c], columns_[c].align) + "  ";
  if (head.find_first_not_of(' ') != std::string::npos) {
    head.erase(head.find_last_not_of(' ') + 1);
    text = style.dim(head) + "\n";
  }
  for (const auto& row : rows_) {
    std::string line = margin;
    for (std::size_t c = 0; c + 1 < columns_.size(); ++c)
      line += padded(row[c], width[c], columns_[c].align) + "  ";
    const std::string hang(display_width(line), ' ');
    for (const std::string& part : wrapped(row.back(), width.back())) {
      text += without_trailing_blanks(line + padded(part, width.back(), columns_.back().align));
      line = hang;
    }
  }
  return text;
}

}  // namespace presil::report
