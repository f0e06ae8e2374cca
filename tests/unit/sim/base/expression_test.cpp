// expression_test.cpp -- arithmetic in configuration files.
#include "sim/base/expression.h"

#include <gtest/gtest.h>

#include "sim/base/error.h"

namespace presil {

namespace {

std::optional<ExpressionValue> names(std::string_view name) {
  if (name == "a.b") return 3.0;
  if (name == "chip") return std::string("tpu_v4");
  return std::nullopt;
}
double value(const std::string& text) { return Expression(text).value(names); }
std::string refusal(const std::string& text) {
  try {
    value(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST(Expression, FollowsTheRulesOfArithmetic) {
  EXPECT_EQ(value("1 + 2 * 3 - 4 / 2"), 5);
  EXPECT_EQ(value("8 - 4 - 2"), 2);
  EXPECT_EQ(value("2 ^ 3 ^ 2"), 512);
  EXPECT_EQ(value("-2 ^ 2"), -4);
  EXPECT_EQ(value("(1 + 2) * -a.b"), -9);
  EXPECT_EQ(value("1e-3 * 2.5e+3"), 2.5);
  EXPECT_EQ(value("max(1, a.b, 2) + min(4, 2) + log2(8) + floor(1.9) + abs(-1) + sqrt(4)"), 12);
}

TEST(Expression, ComparesAndJoins) {
  EXPECT_EQ(value("1 < 2 and not 2 < 1 or 1 / 0 > 1"), 1);
  EXPECT_EQ(value("chip == \"tpu_v4\" and chip != 'x'"), 1);
  EXPECT_EQ(value("a.b >= 3 and a.b <= 3 and a.b == 3"), 1);
}

TEST(Expression, SaysWhereItIsWrong) {
  EXPECT_EQ(refusal("1 +"), "'1 +': expected a value at character 4");
  EXPECT_EQ(refusal("1 2"), "'1 2': expected an operator or the end at character 3");
  EXPECT_EQ(refusal("(1"), "'(1': expected ')' at character 3");
  EXPECT_EQ(refusal("mix(1, 2)"), "'mix(1, 2)': unknown function 'mix'; functions: min, max, abs, sqrt, log2, floor (did you mean 'min'?)");
  EXPECT_EQ(refusal("max(1)"), "'max(1)': expected two or more values for max at character 6");
  EXPECT_EQ(refusal("x"), "'x': there is no 'x'");
  EXPECT_EQ(refusal("chip + 1"), "'chip + 1': 'tpu_v4' is text, not a number");
  EXPECT_EQ(refusal("1 / 0"), "'1 / 0' is not a finite number");
  EXPECT_EQ(refusal("'x"), "''x': expected text that ends at character 1");
  EXPECT_NE(refusal(std::string(1000, '(')).find("expected fewer parentheses"), std::string::npos);
  EXPECT_NE(refusal(std::string(5000, '1')).find("more than 4096 characters"), std::string::npos);
}

}  // namespace presil
