// quantities.cpp -- reading of quantities.h; writing is in format_quantity.cpp.
#include "sim/config/quantities.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/config/tree_builder.h"
#include "sim/config/unit_table.h"

namespace presil::config {

namespace {

using detail::quote;

bool digit(char c) { return c >= '0' && c <= '9'; }

std::size_t digits_from(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && digit(text[end])) ++end;
  return end - at;
}

/// Length of the decimal number that `text` starts with, 0 for none: -?(d+.?d*|.d+)([eE][+-]?d+)?
std::size_t number_length(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const std::size_t whole = digits_from(text, at);
  at += whole;
  std::size_t part = 0;
  if (at < text.size() && text[at] == '.') {
    part = digits_from(text, at + 1);
    if (whole + part > 0) at += 1 + part;
  }
  if (whole + part == 0) return 0;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    const std::size_t sign = at + 1 < text.size() && (text[at + 1] == '+' || text[at + 1] == '-') ? 1 : 0;
    if (const std::size_t power = digits_from(text, at + 1 + sign); power > 0) at += 1 + sign + power;
  }
  return at;
}

/// The double nearest to number x 10^shift; nothing when it overflows, underflows or is absurdly long.
std::optional<double> decimal(std::string_view number, int shift) {
  const std::size_t e = std::min(number.find_first_of("eE"), number.size());
  int power = 0;
  if (e < number.size()) {
    std::string_view text = number.substr(e + 1);
    if (text.starts_with('+')) text.remove_prefix(1);
    if (std::from_chars(text.data(), text.data() + text.size(), power).ec != std::errc{}) return std::nullopt;
    if (power > 9999 || power < -9999) return std::nullopt;
  }
  const std::string shifted = fmt::format("{}e{}", number.substr(0, e), power + shift);
  double value = 0;
  const auto [end, error] = std::from_chars(shifted.data(), shifted.data() + shifted.size(), value);
  if (error != std::errc{} || end != shifted.data() + shifted.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

[[noreturn]] void not_a_number(std::string_view text, Measure measure) {
  std::string lower(text.substr(0, 12));
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const bool special = lower.find("nan") != std::string::npos || lower.find("inf") != std::string::npos;
  throw InputError(fmt::format("{} is not {}; expected {}", quote(text),
                               special ? "a finite number" : "a number", expectation(measure)));
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return lower;
}

/// " (did you mean 'GB/s'?)" for a misspelt unit.
std::string unit_hint(std::string_view unit, const detail::MeasureInfo& info) {
  std::vector<std::string> same;
  for (const auto& candidate : info.units)
    if (candidate.use != detail::Unit::Use::alias && lower_case(candidate.name) == lower_case(unit))
      same.emplace_back(candidate.name);
  if (same.size() > 1) return fmt::format(" (did you mean '{}'?)", join(same, "' or '"));
  if (same.size() == 1) return fmt::format(" (did you mean '{}'?)", same.front());
  const std::size_t limit = unit.size() < 2 || unit.size() > 32 ? 0 : unit.size() < 4 ? 1 : 2;
  std::string_view nearest;
  std::size_t best = limit + 1;
  for (const auto& candidate : info.units) {
    const std::size_t distance =
        candidate.use == detail::Unit::Use::alias || candidate.name.size() < 2 || limit == 0
            ? best
            : edit_distance(unit, candidate.name);
    if (distance >= best) continue;
    best = distance;
    nearest = candidate.name;
  }
  return nearest.empty() ? "" : fmt::format(" (did you mean '{}'?)", nearest);
}

/// "Gb" and "Gb/s" may mean bits or bytes: the unit with "bit" and with "B" in place of its 'b'; empty
/// otherwise.
std::pair<std::string, std::string> bit_or_byte(std::string_view unit) {
  const std::string_view base = unit.substr(0, unit.find('/'));
  if (base.size() != 2 || base[1] != 'b' || std::string_view("kKMGT").find(base[0]) == std::string_view::npos)
    return {};
  const std::string rest(unit.substr(base.size()));
  return {fmt::format("{}B{}", base[0], rest), fmt::format("{}bit{}", base[0] == 'K' ? 'k' : base[0], rest)};
}

[[noreturn]] void wrong_unit(std::string_view unit, Measure measure) {
  const detail::MeasureInfo& wanted = detail::info(measure);
  for (const Measure other : detail::kMeasures)
    if (other != measure && detail::find_unit(detail::info(other), unit) != nullptr)
      throw InputError(fmt::format("{} is {}, expected {} such as '{}'", quote(unit),
                                   detail::info(other).noun, wanted.noun, wanted.typical_unit));
  if (const auto [bytes, bits] = bit_or_byte(unit); detail::find_unit(wanted, bytes) != nullptr)
    throw InputError(
        fmt::format("{} is ambiguous; expected '{}' (bytes) or '{}' (bits)", quote(unit), bytes, bits));
  if (unit.ends_with("T/s") && measure == Measure::data_rate)
    throw InputError(fmt::format("{} counts transfers, not bytes; multiply by the width and write '{}'",
                                 quote(unit), wanted.typical_unit));
  throw InputError(fmt::format("{} is not a unit of {}{}; expected one of {}", quote(unit), wanted.name,
                               unit_hint(unit, wanted), join(unit_names(measure))));
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

double plain_number(std::string_view text) {
  const std::size_t length = number_length(text);
  if (length == 0) not_a_number(text, Measure::none);
  if (length != text.size())
    throw InputError(fmt::format("{} is not a number; expected a number without a unit", quote(text)));
  if (const auto value = decimal(text, 0)) return *value;
  throw InputError(fmt::format("{} is too large or too small for a number", quote(text)));
}

}  // namespace

double parse_quantity(std::string_view raw, Measure measure) {
  std::string_view text = trimmed(raw);
  if (measure == Measure::none) return plain_number(text);
  const detail::MeasureInfo& info = detail::info(measure);
  bool dollars = measure == Measure::money && text.starts_with('$');
  if (dollars) text = trimmed(text.substr(1));
  const std::size_t length = number_length(text);
  if (length == 0) not_a_number(raw, measure);
  const std::string_view number = text.substr(0, length);
  std::string_view name = trimmed(text.substr(length));
  if (measure == Measure::money && !dollars && name == "$") dollars = true, name = {};
  if (dollars && name.empty()) name = "USD";
  if (name.empty())
    throw InputError(fmt::format("{} has no unit; expected {} such as {} {}", number.substr(0, 60), info.noun,
                                 number.substr(0, 60), info.typical_unit));
  const char first = name.front();  // "1,000 W", "0x10 B"
  const bool letter = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') ||
                      static_cast<unsigned char>(first) >= 0x80;
  if (!letter || (number.ends_with('0') && name.starts_with('x'))) not_a_number(raw, measure);
  const detail::Unit* unit = detail::find_unit(info, name);
  if (unit == nullptr) wrong_unit(name, measure);
  const auto value = decimal(number, unit->exponent);
  if (!value) throw InputError(fmt::format("{} is too large or too small for a number", quote(raw)));
  const double canonical = *value * unit->factor;
  if (std::abs(canonical) > info.ceiling)
    throw InputError(fmt::format("{} is beyond what makes sense for {}; the most is {}", quote(raw),
                                 info.name, info.ceiling_text));
  return canonical;
}

std::int64_t parse_whole(std::string_view raw) {
  const std::string_view text = trimmed(raw);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size()) return value;
  if (number_length(text) != text.size() || text.empty())
    throw InputError(fmt::format("{} is not a number; expected a whole number", quote(text)));
  const auto real = decimal(text, 0);
  if (real && std::abs(*real) < 9e15 && *real == std::floor(*real))
    throw InputError(fmt::format("{} is not written as a whole number; write {:.0f}", quote(text), *real));
  throw InputError(fmt::format("{} is not a whole number{}", quote(text),
                               real && std::abs(*real) < 9e15 ? "" : " that fits in 64 bits"));
}

}  // namespace presil::config
