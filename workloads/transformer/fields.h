// fields.h -- typed, bounded reading of a config.json, with the place of what is wrong.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/config/node.h"
#include "workloads/transformer/architecture.h"

namespace presil::workload {

inline constexpr std::uint64_t kMaxDimension = 10'000'000;  ///< widths, vocabularies, positions
inline constexpr std::uint64_t kMaxLayers = 100'000;
inline constexpr std::uint64_t kMaxHeads = 10'000;  ///< heads and experts

/// A whole number read from a field, with the field's name and place for messages about it.
struct Number {
  std::uint64_t value{};
  std::string name;
  config::Mark mark;
  operator std::uint64_t() const { return value; }  // NOLINT: a number first of all
};

/// The fields of one published config.json. Published files hold many fields that say nothing about shapes, so
/// unknown ones are allowed; `null` means absent. Every failure is an InputError "file:line:column: config.json
/// field 'x' is ...; expected ...".
class Fields {
 public:
  explicit Fields(const config::Node& document);

  /// A required whole number from 1 to `max`.
  Number number(std::string_view name, std::uint64_t max = kMaxDimension) const;
  Number layers(std::string_view name) const { return number(name, kMaxLayers); }
  Number heads(std::string_view name) const { return number(name, kMaxHeads); }
  /// The same when the field may be absent.
  std::optional<Number> optional_number(std::string_view name, std::uint64_t max = kMaxDimension) const;
  /// A whole number from 0 to `max`, or `absent`.
  std::uint64_t count_or(std::string_view name, std::uint64_t absent, std::uint64_t max = kMaxDimension) const;
  std::uint64_t number_or(std::string_view name, std::uint64_t absent, std::uint64_t max = kMaxDimension) const;
  bool flag_or(std::string_view name, bool absent) const;
  std::string text(std::string_view name) const;
  /// A required activation function by the name that published models use; the second form when it may be absent.
  Activation activation(std::string_view name) const;
  Activation activation_or(std::string_view name, Activation absent) const;
  /// A list of whole numbers or of words; empty when absent.
  std::vector<std::uint64_t> numbers(std::string_view name, std::uint64_t max) const;
  std::vector<std::string> words(std::string_view name) const;

  bool has(std::string_view name) const { return find(name) != nullptr; }
  /// The value, or nothing when absent or null.
  const config::Node* find(std::string_view name) const;

  /// Throws unless `divisor` divides `number`; returns the quotient.
  std::uint64_t divide(const Number& number, const Number& divisor) const;
  /// Throws the InputError about a field: "...field 'name' <problem>".
  [[noreturn]] void fail(std::string_view name, const std::string& problem) const;

 private:
  const config::Node& require(std::string_view name, const std::string& expected) const;
  std::uint64_t whole(std::string_view name, const config::Node& value, std::uint64_t min, std::uint64_t max) const;
  const config::Node& document_;
};

/// A value as messages show it: "null", "a list", "an object", "the text "x"", or the number itself.
std::string describe(const config::Node& value);

/// Throws unless 1 <= heads x head_dim <= kMaxDimension, and `heads` is a multiple of `kv_heads`.
void check_heads(const Fields& fields, const Number& heads, const Number& kv_heads, std::uint64_t head_dim);

}  // namespace presil::workload
