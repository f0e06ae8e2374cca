// override.cpp -- implementation of override.h and of apply_override in loader.h.
#include "sim/config/override.h"

#include <charconv>

#include <fmt/format.h>

#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/config/loader.h"
#include "sim/config/tree_builder.h"

namespace presil::config {

namespace detail {

namespace {

void mark_all(Node& node, const Mark& mark) {
  node.mark = mark;
  for (auto& key_mark : node.key_marks) key_mark = mark;
  for (auto& item : node.items) mark_all(item, mark);
  for (auto& member : node.members) mark_all(member.second, mark);
}

std::vector<std::string> split(const std::string& path, const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t dot = std::min(path.find('.', start), path.size());
    words.push_back(path.substr(start, dot - start));
    if (words.back().empty())
      throw UsageError(fmt::format(
          "--set {}: an empty name in the path; expected PATH=VALUE such as chip.clock=1.2GHz", text));
    start = dot + 1;
  }
  if (words.size() > kMaxDepth)
    throw UsageError(fmt::format("--set {}: the path is more than {} deep", text.substr(0, 80), kMaxDepth));
  return words;
}

Node parse_value(const std::string& value, const std::string& text) {
  const std::size_t first = value.find_first_not_of(" \t");
  if (first == std::string::npos || value[first] == '#')
    throw UsageError(fmt::format("--set {}: nothing after '='; expected PATH=VALUE", text));
  const std::string word = value.substr(first, value.find_last_not_of(" \t") + 1 - first);
  if (word == "null" || word == "Null" || word == "NULL" || word == "~") return {};
  try {
    return parse_yaml(value, "value");
  } catch (const InputError& error) {
    throw UsageError(fmt::format("--set {}: {}", text, error.what()));
  }
}

/// The member of `node` on the path, made when it does not exist.
Node& step(Node& node, const Override& change, std::size_t depth) {
  const std::string& word = change.path[depth];
  const auto so_far = [&] {
    return join({change.path.begin(), change.path.begin() + static_cast<std::ptrdiff_t>(depth)}, ".");
  };
  if (node.kind == Node::Kind::sequence) {
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), index);
    if (error == std::errc{} && end == word.data() + word.size() && index < node.items.size())
      return node.items[index];
    if (node.items.empty())
      throw UsageError(fmt::format("{}: '{}' is an empty sequence; it has no entry {}", change.mark.text(), so_far(),
                                   quote(word)));
    throw UsageError(fmt::format("{}: '{}' is a sequence of {}; expected a number from 0 to {}, found {}",
                                 change.mark.text(), so_far(), node.items.size(),
                                 static_cast<std::ptrdiff_t>(node.items.size()) - 1, quote(word)));
  }
  if (node.kind == Node::Kind::scalar)
    throw UsageError(fmt::format("{}: '{}' is {} ({}), not a mapping", change.mark.text(), so_far(),
                                 quote(node.scalar), node.mark.text()));
  if (node.kind == Node::Kind::null) {
    node.kind = Node::Kind::mapping;
    node.mark = change.mark;
  }
  if (node.find(word) == nullptr) {
    Node made;
    made.mark = change.mark;
    node.set(word, made, change.mark);
  }
  return *node.find(word);
}

}  // namespace

Override parse_override(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    throw UsageError(fmt::format("--set {}: expected PATH=VALUE such as chip.clock=1.2GHz", text));
  Override change;
  change.path = split(text.substr(0, equals), text);
  change.value = parse_value(text.substr(equals + 1), text);
  change.mark.file = std::make_shared<const std::string>("--set " + text);
  mark_all(change.value, change.mark);
  return change;
}

void apply(Node& root, const Override& change, const Expand& expand) {
  Node* node = &root;
  std::string_view key;
  for (std::size_t depth = 0; depth < change.path.size(); ++depth) {
    // `include` names what to expand, so it is set before the mapping is expanded.
    const bool sets_include = depth + 1 == change.path.size() && change.path[depth] == "include";
    if (!sets_include || node->kind == Node::Kind::scalar) expand(*node, key);
    node = &step(*node, change, depth);
    if (change.path[depth].find_first_not_of("0123456789") != std::string::npos) key = change.path[depth];
  }
  *node = change.value;
}

}  // namespace detail

void apply_override(Node& root, const std::string& override_text) {
  detail::apply(root, detail::parse_override(override_text), [](Node&, std::string_view) {});
}

}  // namespace presil::config
