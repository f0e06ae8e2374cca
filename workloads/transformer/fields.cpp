// fields.cpp -- implementation of fields.h.
#include "workloads/transformer/fields.h"

#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "sim/base/error.h"
#include "sim/base/names.h"

namespace presil::workload {

namespace {

using config::Node;

/// Names as in the activation registry of Hugging Face Transformers (activations.py, ACT2FN).
const std::vector<std::pair<std::string, Activation>>& activations() {
  static const std::vector<std::pair<std::string, Activation>> table{
      {"relu", Activation::relu},
      {"gelu", Activation::gelu},
      {"gelu_new", Activation::gelu_tanh},
      {"gelu_fast", Activation::gelu_tanh},
      {"gelu_pytorch_tanh", Activation::gelu_tanh},
      {"quick_gelu", Activation::quick_gelu},
      {"silu", Activation::silu},
      {"swish", Activation::silu},
      {"tanh", Activation::tanh},
      {"sigmoid", Activation::sigmoid},
      {"linear", Activation::none},
  };
  return table;
}

bool is_word(const Node& node) { return node.kind == Node::Kind::scalar && node.quoted; }

}  // namespace

std::string describe(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null: return "null";
    case Node::Kind::sequence: return "a list";
    case Node::Kind::mapping: return "an object";
    case Node::Kind::scalar: break;
  }
  const std::string shown = node.scalar.size() <= 60 ? node.scalar : node.scalar.substr(0, 57) + "...";
  return node.quoted ? fmt::format("the text \"{}\"", shown) : shown;
}

Fields::Fields(const Node& document) : document_(document) {
  if (document.kind != Node::Kind::mapping)
    throw InputError(fmt::format("{}: a config.json must be an object, found {}", document.mark.text(),
                                 describe(document)));
}

const Node* Fields::find(std::string_view name) const {
  const Node* value = document_.find(name);
  return value == nullptr || value->kind == Node::Kind::null ? nullptr : value;
}

void Fields::fail(std::string_view name, const std::string& problem) const {
  const Node* value = document_.find(name);
  const config::Mark& mark = value == nullptr ? document_.mark : value->mark;
  throw InputError(fmt::format("{}: config.json field '{}' {}", mark.text(), name, problem));
}

const Node& Fields::require(std::string_view name, const std::string& expected) const {
  if (const Node* value = find(name)) return *value;
  fail(name, fmt::format("is {}; expected {}", document_.find(name) != nullptr ? "null" : "missing", expected));
}

std::uint64_t Fields::whole(std::string_view name, const Node& value, std::uint64_t min, std::uint64_t max) const {
  std::uint64_t number = 0;
  const char* const begin = value.scalar.data();
  const char* const end = begin + value.scalar.size();
  const bool bare = value.kind == Node::Kind::scalar && !value.quoted;
  const auto [stop, error] = std::from_chars(begin, end, number);
  if (!bare || error != std::errc{} || stop != end || number < min || number > max)
    fail(name, fmt::format("is {}; expected a whole number from {} to {}", describe(value), min, max));
  return number;
}

Number Fields::number(std::string_view name, std::uint64_t max) const {
  const Node& value = require(name, fmt::format("a whole number from 1 to {}", max));
  return {whole(name, value, 1, max), std::string(name), value.mark};
}

std::optional<Number> Fields::optional_number(std::string_view name, std::uint64_t max) const {
  if (!has(name)) return std::nullopt;
  return number(name, max);
}

std::uint64_t Fields::number_or(std::string_view name, std::uint64_t absent, std::uint64_t max) const {
  return has(name) ? number(name, max).value : absent;
}

std::uint64_t Fields::count_or(std::string_view name, std::uint64_t absent, std::uint64_t max) const {
  const Node* value = find(name);
  return value == nullptr ? absent : whole(name, *value, 0, max);
}

bool Fields::flag_or(std::string_view name, bool absent) const {
  const Node* value = find(name);
  if (value == nullptr) return absent;
  const bool bare = value->kind == Node::Kind::scalar && !value->quoted;
  if (bare && value->scalar == "true") return true;
  if (bare && value->scalar == "false") return false;
  fail(name, fmt::format("is {}; expected true or false", describe(*value)));
}

std::string Fields::text(std::string_view name) const {
  const Node& value = require(name, "text");
  if (!is_word(value)) fail(name, fmt::format("is {}; expected text", describe(value)));
  return value.scalar;
}

Activation Fields::activation(std::string_view name) const {
  const std::string word = text(name);
  std::vector<std::string> known;
  for (const auto& [spelling, activation] : activations()) {
    if (spelling == word) return activation;
    known.push_back(spelling);
  }
  fail(name, fmt::format("is \"{}\"; expected one of {}{}", word.substr(0, 60), join(known), did_you_mean(word, known)));
}

Activation Fields::activation_or(std::string_view name, Activation absent) const {
  return has(name) ? activation(name) : absent;
}

std::vector<std::uint64_t> Fields::numbers(std::string_view name, std::uint64_t max) const {
  std::vector<std::uint64_t> list;
  const Node* value = find(name);
  if (value == nullptr) return list;
  if (value->kind != Node::Kind::sequence) fail(name, fmt::format("is {}; expected a list", describe(*value)));
  for (const Node& item : value->items) list.push_back(whole(name, item, 0, max));
  return list;
}

std::vector<std::string> Fields::words(std::string_view name) const {
  std::vector<std::string> list;
  const Node* value = find(name);
  if (value == nullptr) return list;
  if (value->kind != Node::Kind::sequence) fail(name, fmt::format("is {}; expected a list", describe(*value)));
  for (const Node& item : value->items) {
    if (!is_word(item)) fail(name, fmt::format("holds {}; expected a list of words", describe(item)));
    list.push_back(item.scalar);
  }
  return list;
}

std::uint64_t Fields::divide(const Number& number, const Number& divisor) const {
  if (number.value % divisor.value != 0)
    fail(number.name, fmt::format("is {}, which '{}' = {} does not divide; expected a multiple of it", number.value,
                                  divisor.name, divisor.value));
  return number.value / divisor.value;
}

void check_heads(const Fields& fields, const Number& heads, const Number& kv_heads, std::uint64_t head_dim) {
  fields.divide(heads, kv_heads);
  if (heads.value * head_dim > kMaxDimension)
    fields.fail(heads.name, fmt::format("is {}, times {} values per head; expected at most {} values in all heads",
                                        heads.value, head_dim, kMaxDimension));
}

}  // namespace presil::workload
