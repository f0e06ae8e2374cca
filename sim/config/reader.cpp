// reader.cpp -- read_object of reader.h, and how mappings, tables and sequences are read.
#include "sim/config/reader.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/config/object_reader.h"
#include "sim/config/quantities.h"
#include "sim/config/range_text.h"
#include "sim/config/tree_builder.h"

namespace presil::config {

namespace detail {

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
      if (name == "source")
        check_source(given, key);
      else if (findings_.full())
        findings_.unshown();
      else
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

}  // namespace detail

void read_object(const Node& node, const std::function<void(Visitor&)>& describe,
                 std::vector<Provenance>* provenance) {
  if (node.kind != Node::Kind::mapping)
    fail_at(node.mark, fmt::format("expected a mapping of keys to values, found {}", kind_name(node)));
  detail::Findings findings(provenance);
  detail::ObjectReader reader(&node, "", findings);
  describe(reader);
  reader.finish();
  findings.throw_if_any();
}

}  // namespace presil::config
