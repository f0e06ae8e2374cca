// table.cpp -- implementation of table.h.
#include "sim/validate/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <system_error>

#include "sim/base/error.h"
#include "sim/base/names.h"

namespace presil::validate {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kMostBytes = std::size_t{16} << 20;

class Parser {
 public:
  Parser(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  bool at_end() const { return at_ == text_.size(); }
  void skip(std::size_t bytes) { at_ += bytes, line_start_ = at_; }
  Record record();

 private:
  [[noreturn]] void fail(std::size_t line, std::size_t column, const std::string& message) const {
    throw InputError(fmt::format("{}:{}:{}: {}", file_, line, column, message));
  }
  std::size_t column() const { return at_ - line_start_ + 1; }
  bool at_line_end() const { return at_end() || text_[at_] == '\n' || text_.substr(at_, 2) == "\r\n"; }
  void break_line() { ++line_, line_start_ = at_; }
  Cell cell();
  void quoted(Cell& cell);
  void plain(Cell& cell);

  std::string_view text_;
  const std::string& file_;
  std::size_t at_{0}, line_{1}, line_start_{0};
};

void Parser::quoted(Cell& cell) {
  for (++at_;; ++at_) {
    if (at_end()) fail(cell.line, cell.column, "this quote is not closed");
    const char c = text_[at_];
    if (c == '"') {
      if (text_.substr(at_ + 1, 1) != "\"") break;
      ++at_;
    } else if (c == '\0') {
      fail(line_, column(), "a control character (0x00): is this a CSV file?");
    }
    cell.text += c;
    if (c == '\n') ++line_, line_start_ = at_ + 1;
  }
  ++at_;
  if (!at_line_end() && text_[at_] != ',')
    fail(line_, column(),
         "expected a comma or the end of the line after a closing quote (a quote inside is doubled)");
}

void Parser::plain(Cell& cell) {
  for (; !at_line_end() && text_[at_] != ','; ++at_) {
    const unsigned char c = static_cast<unsigned char>(text_[at_]);
    if (c == '"')
      fail(line_, column(), "a quote inside an unquoted cell: quote the whole cell and double the quote");
    if (c < 0x20 && c != '\t')
      fail(line_, column(), fmt::format("a control character (0x{:02x}): is this a CSV file?", c));
    cell.text += text_[at_];
  }
  const std::size_t first = cell.text.find_first_not_of(" \t");
  cell.text = first == std::string::npos
                  ? ""
                  : cell.text.substr(first, cell.text.find_last_not_of(" \t") - first + 1);
}

Cell Parser::cell() {
  Cell cell{"", "", line_, column()};
  const std::size_t start = at_;
  if (!at_end() && text_[at_] == '"')
    quoted(cell);
  else
    plain(cell);
  cell.raw = text_.substr(start, at_ - start);
  return cell;
}

Record Parser::record() {
  Record record{line_, {cell()}, ""};
  while (!at_line_end()) {
    ++at_;  // the comma
    record.cells.push_back(cell());
  }
  if (!at_end()) {
    record.ending = text_[at_] == '\n' ? "\n" : "\r\n";
    at_ += record.ending.size();
    break_line();
  }
  return record;
}

bool is_blank(const Record& record) {
  return record.cells.size() == 1 && record.cells[0].raw.find_first_not_of(" \t") == std::string::npos;
}

void check_header(const Table& table) {
  std::map<std::string, const Cell*> seen;
  for (const Cell& cell : table.header.cells) {
    const auto fail = [&](const std::string& message) {
      throw InputError(fmt::format("{}:{}:{}: {}", table.file, cell.line, cell.column, message));
    };
    if (cell.text.empty()) fail("a column without a name");
    const auto [first, is_new] = seen.emplace(cell.text, &cell);
    if (!is_new)
      fail(fmt::format("the column '{}' is there twice; first at {}:{}", cell.text, first->second->line,
                       first->second->column));
  }
}

void check_width(const Table& table, const Record& row) {
  const std::size_t expected = table.header.cells.size(), found = row.cells.size();
  if (found == expected) return;
  const Cell& at = found > expected ? row.cells[expected] : row.cells.back();
  throw InputError(fmt::format(
      "{}:{}:{}: {} cells, but the header has {} columns{}", table.file, at.line, at.column, found, expected,
      found < expected ? fmt::format("; '{}' is missing", table.header.cells[found].text) : ""));
}

}  // namespace

int Table::find(std::string_view column) const {
  const auto found =
      std::find_if(header.cells.begin(), header.cells.end(), [&](const Cell& c) { return c.text == column; });
  return found == header.cells.end() ? -1 : static_cast<int>(found - header.cells.begin());
}

std::vector<std::string> Table::columns() const {
  std::vector<std::string> names;
  for (const Cell& cell : header.cells) names.push_back(cell.text);
  return names;
}

std::string Table::place(std::size_t row) const { return fmt::format("{}:{}", file, rows[row].line); }

Table parse_table(std::string_view text, const std::string& file) {
  Table table;
  table.file = file;
  Parser parser(text, file);
  if (text.starts_with(kByteOrderMark)) {
    table.mark = kByteOrderMark;
    parser.skip(kByteOrderMark.size());
  }
  while (!parser.at_end() && (table.header.cells.empty() || is_blank(table.header)))
    table.header = parser.record();
  if (table.header.cells.empty() || is_blank(table.header))
    throw InputError(file + ":1:1: nothing in it; expected a CSV table with a header");
  check_header(table);
  while (!parser.at_end()) {
    Record row = parser.record();
    if (is_blank(row)) continue;
    check_width(table, row);
    table.rows.push_back(std::move(row));
  }
  if (table.rows.empty())
    throw InputError(fmt::format("{}:{}: a header without rows", file, table.header.line));
  return table;
}

Table read_table(const std::filesystem::path& file) {
  namespace fs = std::filesystem;
  std::error_code problem;
  if (fs::is_directory(file, problem)) throw InputError(file.string() + ": a folder; expected a CSV file");
  if (!fs::exists(file, problem)) {
    std::vector<std::string> names;
    for (fs::directory_iterator it(file.has_parent_path() ? file.parent_path() : ".", problem), end;
         !problem && it != end; it.increment(problem))
      names.push_back(it->path().filename().string());
    std::sort(names.begin(), names.end());
    throw InputError(
        fmt::format("{}: no such file{}", file.string(), did_you_mean(file.filename().string(), names)));
  }
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in) throw InputError(fmt::format("{}: cannot be read: {}", file.string(), std::strerror(errno)));
  std::string text(kMostBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad()) throw InputError(file.string() + ": cannot be read");
  if (text.size() > kMostBytes)
    throw InputError(file.string() + ": larger than 16 MiB; is this the right file?");
  return parse_table(text, file.string());
}

}  // namespace presil::validate
