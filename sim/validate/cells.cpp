// cells.cpp -- implementation of cells.h.
#include "sim/validate/cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

#include "sim/base/names.h"
#include "sim/report/format.h"

namespace presil::validate {

namespace {

constexpr std::uint64_t kMostCount = std::uint64_t{1} << 40;
constexpr double kMostValue = 1e18;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// The whole text as a finite number; NaN when it is none.
double number_in(const std::string& text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, value);
  return problem == std::errc() && stop == end && std::isfinite(value) ? value : std::nan("");
}

}  // namespace

const Cell& CellReader::cell(const char* column) const {
  return row_.cells[static_cast<std::size_t>(table_.find(column))];
}

void CellReader::refuse(const char* column, const std::string& expected) {
  if (!fault_.empty()) return;
  const Cell& at = cell(column);
  line_ = at.line;
  column_ = at.column;
  fault_ = at.text.empty() ? fmt::format("{} is empty; expected {}", column, expected)
                           : fmt::format("{} is '{}'; expected {}", column,
                                         report::shortened(report::clean(at.text), 40), expected);
}

void CellReader::text(const char* column, std::string& value) {
  value = report::clean(cell(column).text);
  if (value.empty()) refuse(column, "text");
}

void CellReader::any_text(const char* column, std::string& value) { value = report::clean(cell(column).text); }

void CellReader::optional_text(const char* column, std::string& value) {
  if (table_.find(column) >= 0) value = report::clean(cell(column).text);
}

void CellReader::format(const char* column, Format& value) {
  if (const auto found = format_from(lower(cell(column).text))) {
    value = *found;
    return;
  }
  const std::vector<std::string> names(kFormatNames.begin(), kFormatNames.end());
  refuse(column, "one of " + join(names));
}

void CellReader::count(const char* column, std::uint64_t& value, std::uint64_t least) {
  const double found = number_in(cell(column).text);
  if (found >= static_cast<double>(least) && found <= static_cast<double>(kMostCount) &&
      found == std::floor(found))
    value = static_cast<std::uint64_t>(found);
  else
    refuse(column, fmt::format("a whole number from {} to 2^40", least));
}

void CellReader::optional_count(const char* column, std::uint64_t& value) {
  if (!cell(column).text.empty()) count(column, value, 1);
}

void CellReader::positive(const char* column, double& value) {
  const double found = number_in(cell(column).text);
  if (found > 0 && found < kMostValue)
    value = found;
  else
    refuse(column, "a number above 0");
}

void CellReader::yes(const char* column, bool& value) {
  const std::string found = lower(cell(column).text);
  const bool is = found == "yes" || found == "1" || found == "true";
  if (is || found == "no" || found == "0" || found == "false")
    value = is;
  else
    refuse(column, "yes or no");
}

}  // namespace presil::validate
