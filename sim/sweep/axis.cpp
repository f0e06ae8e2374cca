// axis.cpp -- implementation of axis.h.
#include "sim/sweep/axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/config/quantities.h"

namespace presil::sweep {

namespace {

using config::fail_at;
using config::Measure;
using config::Node;

constexpr const char* kForms = "a list of values, such as [1, 2], {range: [512, 4096], step: 512} or {log2: [1, 64]}";

// A value in YAML's flow style, so that it can stand on the right of PATH=VALUE.
std::string flow(const Node& node) {
  std::vector<std::string> parts;
  switch (node.kind) {
    case Node::Kind::null: return "null";
    case Node::Kind::scalar: return node.quoted ? nlohmann::json(node.scalar).dump() : node.scalar;
    case Node::Kind::sequence:
      for (const Node& item : node.items) parts.push_back(flow(item));
      return "[" + join(parts) + "]";
    case Node::Kind::mapping:
      for (const auto& [key, value] : node.members) parts.push_back(key + ": " + flow(value));
      return "{" + join(parts) + "}";
  }
  return "";
}

std::vector<Setting> listed(const std::string& path, const Node& list) {
  if (list.items.empty()) fail_at(list.mark, fmt::format("'{}' has no values", path));
  std::vector<Setting> values;
  for (const Node& item : list.items) {
    const std::string text = flow(item);
    const Setting setting{text, item.kind == Node::Kind::scalar ? item.scalar : text};
    if (std::find(values.begin(), values.end(), setting) != values.end())
      fail_at(item.mark, fmt::format("'{}' has the value {} twice", path, text));
    values.push_back(setting);
  }
  return values;
}

// "2.5 GHz" as 2.5 and "GHz".
struct Amount {
  double number{};
  std::string unit;
  bool whole{false};
};

Amount amount(const Node& node) {
  const std::string& text = node.scalar;
  Amount result;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), result.number);
  if (node.kind != Node::Kind::scalar || node.quoted || problem != std::errc() || !std::isfinite(result.number))
    fail_at(node.mark, fmt::format("'{}' is not a number", text));
  const std::string_view digits(text.data(), static_cast<std::size_t>(end - text.data()));
  result.whole = digits.find_first_of(".eE") == std::string_view::npos;
  result.unit = std::string(end, text.data() + text.size());
  result.unit.erase(0, result.unit.find_first_not_of(' '));
  return result;
}

Setting setting(double number, const std::string& unit, bool whole) {
  std::string text = whole ? fmt::format("{:.0f}", number) : fmt::format("{:.10g}", number);
  if (!unit.empty()) text += " " + unit;
  return {text, text};
}

struct Ends {
  Amount from, to;
};

Ends ends(const std::string& path, const Node& node) {
  if (node.kind != Node::Kind::sequence || node.items.size() != 2)
    fail_at(node.mark, fmt::format("'{}' needs its two ends, such as [1, 64]", path));
  Ends result{amount(node.items[0]), amount(node.items[1])};
  if (result.from.unit != result.to.unit)
    fail_at(node.items[1].mark, fmt::format("'{}': write both ends in one unit", path));
  if (result.from.number > result.to.number)
    fail_at(node.mark, fmt::format("'{}': the second end is below the first", path));
  return result;
}

void check_count(const std::string& path, const Node& node, double count, std::uint64_t most) {
  if (count > static_cast<double>(most))
    fail_at(node.mark, fmt::format("'{}' has {:.0f} values, more than {}; --allow N raises the limit", path, count, most));
}

std::vector<Setting> stepped(const std::string& path, const Node& node, std::uint64_t most) {
  const Ends e = ends(path, node.members[0].second);
  const Node* step_node = node.find("step");
  const Amount step = step_node ? amount(*step_node) : Amount{1, e.from.unit, true};
  if (step.unit != e.from.unit) fail_at(step_node->mark, fmt::format("'{}': write the step in the unit of the ends", path));
  if (!(step.number > 0)) fail_at(step_node->mark, fmt::format("'{}': the step must be above 0", path));
  const double count = std::floor((e.to.number - e.from.number) / step.number * (1 + 1e-12)) + 1;
  check_count(path, node, count, most);
  std::vector<Setting> values;
  for (double i = 0; i < count; ++i)
    values.push_back(setting(e.from.number + i * step.number, e.from.unit, e.from.whole && step.whole));
  return values;
}

std::vector<Setting> doubled(const std::string& path, const Node& node, std::uint64_t most) {
  const Ends e = ends(path, node.members[0].second);
  if (!(e.from.number > 0)) fail_at(node.mark, fmt::format("'{}': doubling starts above 0", path));
  check_count(path, node, std::floor(std::log2(e.to.number / e.from.number)) + 1, most);
  std::vector<Setting> values;
  for (double value = e.from.number; value <= e.to.number; value *= 2) values.push_back(setting(value, e.from.unit, e.from.whole));
  return values;
}

// The one word a mapping of ends begins with; its other keys are checked.
std::string form(const std::string& path, const Node& node, const std::vector<std::string>& forms) {
  if (node.members.empty()) fail_at(node.mark, fmt::format("'{}' must be {}", path, kForms));
  const std::string& word = node.members[0].first;
  if (std::find(forms.begin(), forms.end(), word) == forms.end())
    fail_at(node.mark, fmt::format("'{}' must be {}{}", path, kForms, did_you_mean(word, forms)));
  for (std::size_t i = 1; i < node.members.size(); ++i)
    if (word != "range" || node.members[i].first != "step")
      fail_at(node.key_marks[i], fmt::format("unknown key '{}' beside '{}'", node.members[i].first, word));
  return word;
}

}  // namespace

std::vector<Setting> read_values(const std::string& path, const Node& node, std::uint64_t most) {
  if (node.kind == Node::Kind::sequence) return listed(path, node);
  if (node.kind != Node::Kind::mapping) fail_at(node.mark, fmt::format("'{}' must be {}", path, kForms));
  return form(path, node, {"range", "log2"}) == "range" ? stepped(path, node, most) : doubled(path, node, most);
}

Range::Range(const std::string& path, const Node& node, std::uint64_t most) {
  const bool spread = node.kind == Node::Kind::mapping && !node.members.empty() &&
                      (node.members[0].first == "uniform" || node.members[0].first == "log");
  if (!spread) {
    values_ = read_values(path, node, most);
    return;
  }
  log_ = form(path, node, {"uniform", "log"}) == "log";
  const Ends e = ends(path, node.members[0].second);
  if (log_ && !(e.from.number > 0)) fail_at(node.mark, fmt::format("'{}': a logarithm needs ends above 0", path));
  from_ = e.from.number;
  to_ = e.to.number;
  unit_ = e.from.unit;
  whole_ = e.from.whole && e.to.whole;
}

Setting Range::at(double share) const {
  if (!values_.empty()) return values_[static_cast<std::size_t>(share * static_cast<double>(values_.size()))];
  // Whole numbers have equal shares of the range: [from, to + 1) is cut into them.
  const double end = whole_ ? to_ + 1 : to_;
  const double value = log_ ? from_ * std::pow(end / from_, share) : from_ + share * (end - from_);
  return setting(whole_ ? std::min(std::floor(value), to_) : value, unit_, whole_);
}

ExpressionValue expression_value(const std::string& cell) {
  double number = 0;
  const auto [end, problem] = std::from_chars(cell.data(), cell.data() + cell.size(), number);
  if (problem != std::errc()) return cell;
  if (end == cell.data() + cell.size()) return number;
  for (const Measure measure : {Measure::data, Measure::data_rate, Measure::time, Measure::frequency, Measure::power,
                                Measure::energy, Measure::energy_per_bit, Measure::area, Measure::length,
                                Measure::voltage, Measure::money}) {
    try {
      return config::parse_quantity(cell, measure);
    } catch (const InputError&) {  // another measure
    }
  }
  return cell;
}

}  // namespace presil::sweep
