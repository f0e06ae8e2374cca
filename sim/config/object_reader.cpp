// object_reader.cpp -- how scalars are found and read (see object_reader.h); the rest is in reader.cpp.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/config/object_reader.h"
#include "sim/config/quantities.h"
#include "sim/config/range_text.h"
#include "sim/config/tree_builder.h"

namespace presil::config::detail {

void ObjectReader::check(bool holds, const char* key, const std::string& message) {
  if (holds || node_ == nullptr || findings_.count() > problems_before_) return;
  Mark mark = node_->mark;
  const Node* at = node_;
  for (std::string_view rest = key; at != nullptr && !rest.empty();) {
    const std::string_view name = rest.substr(0, rest.find('.'));
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
    const Node* parent = std::exchange(at, nullptr);
    for (std::size_t i = 0; i < parent->members.size(); ++i)
      if (parent->members[i].first == name) {
        at = &parent->members[i].second;
        mark = at->mark.from_command_line() ? at->mark : parent->key_marks[i];
      }
  }
  findings_.problem(mark, fmt::format("{}: {}", full(key), message));
}

void ObjectReader::check_source(const Node& source, std::string_view key) {
  if (source.kind != Node::Kind::scalar)
    problem(source, key, fmt::format("expected text, found {}", kind_name(source)));
}

void ObjectReader::finish() {
  if (node_ == nullptr || kind_unknown_) return;
  for (std::size_t i = 0; i < node_->members.size(); ++i) {
    const auto& [key, value] = node_->members[i];
    if (std::find(keys_.begin(), keys_.end(), key) != keys_.end()) continue;
    if (key == "source") {
      check_source(value, key);
      continue;
    }
    if (findings_.full()) {
      findings_.unshown();
      continue;
    }
    findings_.problem(node_->key_marks[i],
                      fmt::format("unknown key {}{}; expected one of {}", quote(full(key)),
                                  did_you_mean(key, keys_), join(keys_)));
  }
}

/// The value of a field, or null after a missing required one was reported.
const Node* ObjectReader::member(const Field& field, const std::string& expected) {
  keys_.emplace_back(field.key);
  if (node_ == nullptr) return nullptr;
  const Node* value = node_->find(field.key);
  if (value == nullptr && field.presence == required)
    findings_.problem(
        node_->mark, fmt::format("missing key '{}'; expected {} ({})", full(field.key), expected, field.doc));
  return value;
}

/// What {value: ..., source: ...} stands for, any other node itself; null after a problem was reported.
const Node* ObjectReader::unwrapped(const Node& node, std::string_view key, const std::string& expected) {
  const Node* inner = node.kind == Node::Kind::mapping ? node.find("value") : nullptr;
  if (inner == nullptr) return &node;
  for (std::size_t i = 0; i < node.members.size(); ++i) {
    const std::string& name = node.members[i].first;
    if (name == "source") check_source(node.members[i].second, fmt::format("{}.source", key));
    if (name == "value" || name == "source") continue;
    findings_.problem(node.key_marks[i],
                      fmt::format("{}: unknown key {}; expected {}, or {{value: ..., source: ...}}",
                                  full(key), quote(name), expected));
    return nullptr;
  }
  return inner;
}

/// The value of a field, unwrapped and of this kind; null when absent or after a problem was reported.
const Node* ObjectReader::of_kind(const Field& field, Node::Kind kind, const std::string& expected) {
  const Node* given = member(field, expected);
  if (given == nullptr) return nullptr;
  const Node* node = unwrapped(*given, field.key, expected);
  if (node == nullptr || node->kind == kind) return node;
  problem(*node, field.key, fmt::format("expected {}, found {}", expected, kind_name(*node)));
  return nullptr;
}

const Node* ObjectReader::scalar(const Field& field, const std::string& expected) {
  return of_kind(field, Node::Kind::scalar, expected);
}

bool ObjectReader::read_number(const Node& node, std::string_view key, double& value, Measure measure,
                               Range range) {
  if (measure == Measure::none && node.quoted) {
    problem(node, key, fmt::format("{} in quotes is text; expected a number", quote(node.scalar)));
    return false;
  }
  double number = 0;
  try {
    number = parse_quantity(node.scalar, measure);
  } catch (const InputError& error) {
    problem(node, key, error.what());
    return false;
  }
  if (number < range.min || number > range.max || (range.min_exclusive && number == range.min)) {
    problem(node, key,
            fmt::format("{} is out of range; expected {}", node.scalar.substr(0, 60),
                        detail::range_text(range, measure)));
    return false;
  }
  value = number;
  findings_.given(full(key), node, node.scalar);
  return true;
}

void ObjectReader::number(const Field& field, double& value, Measure measure, Range range) {
  if (const Node* node = scalar(field, expectation(measure)))
    read_number(*node, field.key, value, measure, range);
  note_default(field, format_quantity(value, measure));
}

void ObjectReader::whole(const Field& field, std::int64_t& value, std::int64_t min, std::int64_t max) {
  const std::string expected = detail::whole_range_text(min, max);
  note_default(field, std::to_string(value));
  const Node* node = scalar(field, expected);
  if (node == nullptr) return;
  if (node->quoted)
    return problem(*node, field.key,
                   fmt::format("{} in quotes is text; expected {}", quote(node->scalar), expected));
  try {
    const std::int64_t number = parse_whole(node->scalar);
    if (number < min || number > max)
      return problem(*node, field.key, fmt::format("{} is out of range; expected {}", number, expected));
    value = number;
    findings_.given(full(field.key), *node, node->scalar);
  } catch (const InputError& error) {
    problem(*node, field.key, error.what());
  }
}

void ObjectReader::boolean(const Field& field, bool& value) {
  note_default(field, value ? "true" : "false");
  const Node* node = scalar(field, "true or false");
  if (node == nullptr) return;
  if (node->quoted || (node->scalar != "true" && node->scalar != "false"))
    return problem(*node, field.key,
                   fmt::format("{}{}; expected true or false", quote(node->scalar),
                               node->quoted ? " in quotes is text" : " is not a truth value"));
  value = node->scalar == "true";
  findings_.given(full(field.key), *node, node->scalar);
}

void ObjectReader::string(const Field& field, std::string& value) {
  note_default(field, value);
  const Node* node = scalar(field, "text");
  if (node == nullptr) return;
  value = node->scalar;
  findings_.given(full(field.key), *node, node->scalar);
}

void ObjectReader::strings(const Field& field, std::vector<std::string>& value) {
  note_default(field, fmt::format("[{}]", join(value)));
  const Node* node = of_kind(field, Node::Kind::sequence, "a sequence of texts such as [a, b]");
  if (node == nullptr) return;
  std::vector<std::string> texts;
  for (const Node& item : node->items) {
    if (item.kind == Node::Kind::scalar)
      texts.push_back(item.scalar);
    else
      problem(item, fmt::format("{}.{}", field.key, &item - node->items.data()),
              fmt::format("expected text, found {}", kind_name(item)));
  }
  value = std::move(texts);
  findings_.given(full(field.key), *node, fmt::format("[{}]", join(value)));
}

void ObjectReader::one_of(const Field& field, std::size_t& index, std::span<const std::string_view> names) {
  const std::vector<std::string> valid(names.begin(), names.end());
  note_default(field, index < valid.size() ? valid[index] : "");
  const std::string expected = "one of " + join(valid);
  const Node* node = scalar(field, expected);
  if (node == nullptr) return;
  const auto found = std::find(valid.begin(), valid.end(), node->scalar);
  if (found == valid.end())
    return problem(*node, field.key,
                   fmt::format("{} is not known{}; expected {}", quote(node->scalar),
                               did_you_mean(node->scalar, valid), expected));
  index = static_cast<std::size_t>(found - valid.begin());
  findings_.given(full(field.key), *node, node->scalar);
}

void ObjectReader::by_kind(const Field& field, const char* what, std::size_t& index,
                           std::span<const std::string_view> names,
                           const std::function<void(Visitor&, std::size_t)>& describe) {
  const std::vector<std::string> valid(names.begin(), names.end());
  const std::string expected = valid.size() == 1 ? valid.front() : "one of " + join(valid);
  note_default(field, index < valid.size() ? valid[index] : "");
  const std::size_t before = findings_.count();
  if (const Node* node = scalar(field, expected)) {
    const auto found = std::find(valid.begin(), valid.end(), node->scalar);
    if (found == valid.end()) {
      problem(*node, field.key,
              fmt::format("unknown {} {} {}{}; expected {}", what, field.key, quote(node->scalar),
                          did_you_mean(node->scalar, valid), expected));
    } else {
      index = static_cast<std::size_t>(found - valid.begin());
      findings_.given(full(field.key), *node, node->scalar);
    }
  }
  kind_unknown_ = findings_.count() > before;
  if (!kind_unknown_) describe(*this, index);
}

}  // namespace presil::config::detail
