// reader.cpp -- implementation of reader.h.
#include "sim/config/reader.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include <fmt/format.h>

#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/config/quantities.h"
#include "sim/config/range_text.h"
#include "sim/config/tree_builder.h"

namespace presil::config {

namespace {

using detail::quote;

/// What reading a whole document collects.
class Findings {
 public:
  explicit Findings(std::vector<Provenance>* provenance) : provenance_(provenance) {}

  void problem(const Mark& mark, const std::string& message) {
    if (++count_ <= kShown) text_ += fmt::format("{}{}: {}", count_ == 1 ? "" : "\n", mark.text(), message);
  }
  std::size_t count() const { return count_; }

  void given(const std::string& path, const Node& node, const std::string& value) {
    if (provenance_ == nullptr) return;
    const std::string source = node.mark.from_command_line() ? kCommandLineSource
                               : node.source                 ? *node.source
                                                             : "";
    provenance_->push_back({path, value, source, node.mark.text()});
  }
  void defaulted(const std::string& path, const std::string& value) {
    if (provenance_ != nullptr) provenance_->push_back({path, value, kDefaultSource, ""});
  }

  void throw_if_any() const {
    if (count_ == 0) return;
    throw InputError(count_ <= kShown ? text_ : fmt::format("{}\n... and {} more", text_, count_ - kShown));
  }

 private:
  static constexpr std::size_t kShown = 20;
  std::vector<Provenance>* provenance_;
  std::string text_;
  std::size_t count_{0};
};

/// Reads one mapping. Without a node it is an optional mapping that was not given: only defaults are noted.
class ObjectReader final : public Visitor {
 public:
  ObjectReader(const Node* node, std::string path, Findings& findings)
      : node_(node), path_(std::move(path)), findings_(findings), problems_before_(findings.count()) {}

  void check(bool holds, const char* key, const std::string& message) override;
  /// Reports keys that no field has asked for.
  void finish();

 private:
  void number(const Field&, double& value, Measure, Range) override;
  void whole(const Field&, std::int64_t& value, std::int64_t min, std::int64_t max) override;
  void boolean(const Field&, bool& value) override;
  void string(const Field&, std::string& value) override;
  void strings(const Field&, std::vector<std::string>& value) override;
  void one_of(const Field&, std::size_t& index, std::span<const std::string_view> names) override;
  void nested(const Field&, const std::function<void(Visitor&)>& describe) override;
  void numbers_by_name(const Field&, std::span<double> values, std::span<const std::string_view> names,
                       Range) override;
  void sequence(const Field&, std::size_t size, const std::function<void(std::size_t)>& resize,
                const std::function<void(Visitor&, std::size_t)>& describe) override;

  std::string full(std::string_view key) const {
    return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
  }
  void problem(const Node& at, std::string_view key, const std::string& message) {
    findings_.problem(at.mark, fmt::format("{}: {}", full(key), message));
  }
  const Node* member(const Field& field, const std::string& expected);
  const Node* unwrapped(const Node& node, std::string_view key, const std::string& expected);
  const Node* scalar(const Field& field, const std::string& expected);
  const Node* of_kind(const Field& field, Node::Kind kind, const std::string& expected);
  bool read_number(const Node& node, std::string_view key, double& value, Measure measure, Range range);
  void note_default(const Field& field, const std::string& value) {
    if (field.presence == optional && (node_ == nullptr || node_->find(field.key) == nullptr))
      findings_.defaulted(full(field.key), value);
  }

  const Node* node_;
  std::string path_;
  Findings& findings_;
  std::size_t problems_before_;
  std::vector<std::string> keys_;
};

void ObjectReader::check(bool holds, const char* key, const std::string& message) {
  if (holds || node_ == nullptr || findings_.count() > problems_before_) return;
  Mark mark = node_->mark;
  for (std::size_t i = 0; i < node_->members.size(); ++i)
    if (node_->members[i].first == key) {
      const Mark& value = node_->members[i].second.mark;
      mark = value.from_command_line() ? value : node_->key_marks[i];
    }
  findings_.problem(mark, fmt::format("{}: {}", full(key), message));
}

void ObjectReader::finish() {
  if (node_ == nullptr) return;
  for (std::size_t i = 0; i < node_->members.size(); ++i) {
    const auto& [key, value] = node_->members[i];
    if (std::find(keys_.begin(), keys_.end(), key) != keys_.end()) continue;
    if (key == "source") {
      if (value.kind != Node::Kind::scalar)
        problem(value, key, fmt::format("expected text, found {}", kind_name(value)));
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

void ObjectReader::nested(const Field& field, const std::function<void(Visitor&)>& describe) {
  const Node* node = member(field, "a mapping");
  if (node != nullptr && node->kind != Node::Kind::mapping)
    return problem(*node, field.key, fmt::format("expected a mapping, found {}", kind_name(*node)));
  if (node == nullptr && field.presence == required) return;  // one problem is enough
  ObjectReader child(node, full(field.key), findings_);
  describe(child);
  child.finish();
}

void ObjectReader::numbers_by_name(const Field& field, std::span<double> values,
                                   std::span<const std::string_view> names, Range range) {
  const std::vector<std::string> valid(names.begin(), names.end());
  const std::string expected = fmt::format("a mapping from names ({}) to numbers", join(valid));
  const Node* table = of_kind(field, Node::Kind::mapping, expected);
  if (table == nullptr) {
    for (std::size_t i = 0; i < values.size(); ++i)
      if (values[i] != 0)
        note_default(field, fmt::format("{}: {}", valid[i], format_quantity(values[i], Measure::none)));
    return;
  }
  std::fill(values.begin(), values.end(), 0.0);
  for (std::size_t i = 0; i < table->members.size(); ++i) {
    const auto& [name, given] = table->members[i];
    const auto found = std::find(valid.begin(), valid.end(), name);
    const std::string key = fmt::format("{}.{}", field.key, name);
    if (found == valid.end()) {
      if (name != "source")
        findings_.problem(table->key_marks[i],
                          fmt::format("{}: unknown name {}{}; expected one of {}", full(field.key),
                                      quote(name), did_you_mean(name, valid), join(valid)));
      continue;
    }
    const Node* node = unwrapped(given, key, "a number");
    if (node == nullptr) continue;
    if (node->kind == Node::Kind::scalar)
      read_number(*node, key, values[static_cast<std::size_t>(found - valid.begin())], Measure::none, range);
    else
      problem(*node, key, fmt::format("expected a number, found {}", kind_name(*node)));
  }
}

void ObjectReader::sequence(const Field& field, std::size_t size,
                            const std::function<void(std::size_t)>& resize,
                            const std::function<void(Visitor&, std::size_t)>& describe) {
  if (node_ == nullptr || node_->find(field.key) == nullptr)
    note_default(field, size == 0 ? "[]" : fmt::format("{} entries", size));
  const Node* list = of_kind(field, Node::Kind::sequence, "a sequence of mappings");
  if (list == nullptr) return;
  resize(0);
  resize(list->items.size());
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    const Node& item = list->items[i];
    const std::string key = fmt::format("{}.{}", field.key, i);
    if (item.kind != Node::Kind::mapping) {
      problem(item, key, fmt::format("expected a mapping, found {}", kind_name(item)));
      continue;
    }
    ObjectReader child(&item, full(key), findings_);
    describe(child, i);
    child.finish();
  }
}

}  // namespace

void read_object(const Node& node, const std::function<void(Visitor&)>& describe,
                 std::vector<Provenance>* provenance) {
  if (node.kind != Node::Kind::mapping)
    fail_at(node.mark, fmt::format("expected a mapping of keys to values, found {}", kind_name(node)));
  Findings findings(provenance);
  ObjectReader reader(&node, "", findings);
  describe(reader);
  reader.finish();
  findings.throw_if_any();
}

}  // namespace presil::config
