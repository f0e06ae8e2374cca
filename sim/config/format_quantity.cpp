// format_quantity.cpp -- writing of quantities.h.
//
// The shortest decimal text of the double is taken apart into digits and a power of ten; for decimal units
// only the power changes, so what is written is the same decimal number and reads back exactly. Division by a
// power of two is exact too, so binary units (KiB) read back exactly.
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "sim/config/quantities.h"
#include "sim/config/unit_table.h"

namespace presil::config {

namespace {

/// value = (negative ? -1 : 1) x 0.d1d2d3... x 10^point
struct Decimal {
  bool negative{false};
  std::string digits;  ///< without leading or trailing zeros; empty for 0
  int point{0};
};

Decimal shortest(double value) {
  char buffer[64];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, std::abs(value), std::chars_format::scientific).ptr;
  const std::string_view text(buffer, static_cast<std::size_t>(end - buffer));  // d.ddde+XX
  const std::size_t e = text.find('e');
  Decimal result;
  result.negative = std::signbit(value) && value != 0;
  for (const char c : text.substr(0, e))
    if (c != '.') result.digits += c;
  while (result.digits.ends_with('0')) result.digits.pop_back();
  const std::size_t power = e + (text[e + 1] == '+' ? 2 : 1);
  std::from_chars(text.data() + power, text.data() + text.size(), result.point);
  ++result.point;
  return result;
}

std::string text_of(const Decimal& d) {
  if (d.digits.empty()) return "0";
  const int count = static_cast<int>(d.digits.size());
  std::string text = d.negative ? "-" : "";
  if (d.point > 18 || d.point < -5) {
    text += d.digits.substr(0, 1);
    if (count > 1) text += "." + d.digits.substr(1);
    return text + fmt::format("e{}", d.point - 1);
  }
  if (d.point <= 0) return text + "0." + std::string(static_cast<std::size_t>(-d.point), '0') + d.digits;
  if (d.point >= count) return text + d.digits + std::string(static_cast<std::size_t>(d.point - count), '0');
  const auto whole = static_cast<std::size_t>(d.point);
  return text + d.digits.substr(0, whole) + "." + d.digits.substr(whole);
}

/// In the largest decimal unit that leaves at least 1 before the point, else in the smallest.
std::string in_decimal_unit(const Decimal& value, const detail::MeasureInfo& info) {
  const detail::Unit* chosen = nullptr;
  for (const auto& unit : info.units) {
    if (unit.use != detail::Unit::Use::print) continue;
    const bool zero = value.digits.empty();
    if (chosen == nullptr || (zero ? unit.exponent == 0 : value.point > unit.exponent)) chosen = &unit;
  }
  Decimal shifted = value;
  shifted.point -= chosen->exponent;
  return fmt::format("{} {}", text_of(shifted), chosen->name);
}

/// In the largest binary unit that divides the value into a short number of at least 1.
std::optional<std::string> in_binary_unit(double value, const detail::MeasureInfo& info) {
  std::optional<std::string> best;
  for (const auto& unit : info.units) {
    if (unit.use != detail::Unit::Use::print_binary || std::abs(value) < unit.factor) continue;
    const double count = value / unit.factor;
    if (count * 8 == std::floor(count * 8)) best = fmt::format("{} {}", text_of(shortest(count)), unit.name);
  }
  return best;
}

}  // namespace

std::string format_quantity(double value, Measure measure) {
  if (!std::isfinite(value)) return fmt::format("{}", value);
  const Decimal decimal = shortest(value);
  if (measure == Measure::none) return text_of(decimal);
  const detail::MeasureInfo& info = detail::info(measure);
  std::string text = in_decimal_unit(decimal, info);
  // Of "16 MiB" and "16.777216 MB" the shorter is what was meant; " MiB" is a letter longer than " MB".
  if (const auto binary = in_binary_unit(value, info); binary && binary->size() <= text.size())
    return *binary;
  return text;
}

std::string expectation(Measure measure) {
  if (measure == Measure::none) return "a number";
  return fmt::format("{} such as '{}'", detail::info(measure).noun, detail::info(measure).example);
}

std::string_view measure_name(Measure measure) {
  return measure == Measure::none ? "" : detail::info(measure).name;
}

std::vector<std::string> unit_names(Measure measure) {
  std::vector<std::string> names;
  if (measure == Measure::none) return names;
  for (const auto& unit : detail::info(measure).units)
    if (unit.use != detail::Unit::Use::alias) names.emplace_back(unit.name);
  return names;
}

std::string quantity_pattern(Measure measure, bool negative) {
  std::string names;
  for (const auto& unit : detail::info(measure).units)
    names += fmt::format("{}{}", names.empty() ? "" : "|", unit.name);
  const std::string number =
      fmt::format("{}([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?", negative ? "-?" : "");
  if (measure == Measure::money) return fmt::format("^(\\$ *{0}( *USD)?|{0} *(USD|\\$))$", number);
  return fmt::format("^{} *({})$", number, names);
}

}  // namespace presil::config
