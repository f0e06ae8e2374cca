// expression.h -- arithmetic that a user writes in a configuration file: constraints of a sweep, objectives, verdicts on
// claims.
//
//   workload.batch * workload.in_len <= 65536 and chip != "tpu_v4"
//   max(fast.tokens_per_s, slow.tokens_per_s) / slow.tokens_per_s
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace presil {

/// Numbers and text; a comparison gives 1 or 0.
using ExpressionValue = std::variant<double, std::string>;

/// The value of a name; nothing when there is no such name.
using NameLookup = std::function<std::optional<ExpressionValue>(std::string_view name)>;

/// Operators, weakest first: `or`, `and`, `not`, `< <= > >= == !=`, `+ -`, `* /`, unary `-`, `^` (right to left);
/// functions min, max (two or more values), abs, sqrt, log2, floor. Names are letters, digits, '_' and '.'. Text stands in
/// quotes and can only be compared, with == and !=.
class Expression {
 public:
  struct Term;  ///< in expression.cpp

  /// Throws InputError "'a +': expected a value at character 4", without a place.
  explicit Expression(std::string text);

  const std::string& text() const { return text_; }
  /// The names it mentions, each once, in order of first mention.
  const std::vector<std::string>& names() const { return names_; }

  /// Throws InputError for a name that `lookup` does not know, arithmetic on text, or a result that is not finite.
  double value(const NameLookup& lookup) const;
  bool holds(const NameLookup& lookup) const { return value(lookup) != 0; }

 private:
  std::string text_;
  std::shared_ptr<const Term> root_;
  std::vector<std::string> names_;
};

}  // namespace presil
