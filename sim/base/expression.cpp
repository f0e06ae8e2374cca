// expression.cpp -- implementation of expression.h.
#include "sim/base/expression.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

#include "sim/base/error.h"
#include "sim/base/names.h"

namespace presil {

struct Expression::Term {
  enum class Kind { number, text, name, apply } kind{Kind::number};
  double number{};
  std::string word;  ///< the text, the name, the operator or the function
  std::vector<std::shared_ptr<const Term>> of;
};

namespace {

using Term = Expression::Term;
using TermPtr = std::shared_ptr<const Term>;

constexpr int kMaxDepth = 100;
constexpr std::size_t kMaxCharacters = 4096;
const std::vector<std::string> kFunctions{"min", "max", "abs", "sqrt", "log2", "floor"};

bool is_name_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; }

TermPtr apply(std::string word, std::vector<TermPtr> of) {
  return std::make_shared<const Term>(Term{Term::Kind::apply, 0, std::move(word), std::move(of)});
}

class Parser {
 public:
  Parser(const std::string& text, std::vector<std::string>& names) : text_(text), names_(names) {}

  TermPtr parse() {
    TermPtr root = binary(0);
    if (!peek().empty()) fail("an operator or the end");
    return root;
  }

 private:
  // Weakest first; those of a level associate to the left.
  static constexpr std::array<std::array<std::string_view, 6>, 5> kLevels{
      {{"or"}, {"and"}, {"<", "<=", ">", ">=", "==", "!="}, {"+", "-"}, {"*", "/"}}};

  [[noreturn]] void fail(const std::string& expected) const {
    throw InputError("'" + text_ + "': expected " + expected + " at character " + std::to_string(at_ + 1));
  }
  // The next token without taking it; empty at the end.
  std::string_view peek() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
    const std::string_view rest = std::string_view(text_).substr(at_);
    if (rest.empty()) return rest;
    if (is_name_character(rest[0])) {
      std::size_t end = 1;
      while (end < rest.size() &&
             (is_name_character(rest[end]) || ((rest[end] == '-' || rest[end] == '+') && is_exponent(rest.substr(0, end)))))
        ++end;
      return rest.substr(0, end);
    }
    for (const std::string_view two : {"<=", ">=", "==", "!="})
      if (rest.starts_with(two)) return two;
    return rest.substr(0, 1);
  }
  // "1e" in 1e-3.
  static bool is_exponent(std::string_view start) {
    return std::isdigit(static_cast<unsigned char>(start[0])) && (start.back() == 'e' || start.back() == 'E');
  }
  bool take(std::string_view token) {
    if (peek() != token) return false;
    at_ += token.size();
    return true;
  }

  TermPtr binary(std::size_t level) {
    if (level == 2 && take("not")) return apply("not", {nested([&] { return binary(2); })});
    if (level == kLevels.size()) return power();
    TermPtr left = binary(level + 1);
    for (;;) {
      const std::string_view token = peek();
      const auto& operators = kLevels[level];
      const auto found = std::find(operators.begin(), operators.end(), token);
      if (token.empty() || found == operators.end()) return left;
      at_ += token.size();
      left = apply(std::string(*found), {left, binary(level + 1)});
    }
  }
  TermPtr power() {
    if (take("-")) return apply("negate", {nested([&] { return power(); })});
    TermPtr base = value();
    return take("^") ? apply("^", {base, nested([&] { return power(); })}) : base;
  }
  TermPtr value() {
    if (take("(")) return closed(nested([&] { return binary(0); }));
    const std::string token(peek());
    if (token == "\"" || token == "'") return quoted(token[0]);
    if (token.empty() || !is_name_character(token[0])) fail("a value");
    if (std::isdigit(static_cast<unsigned char>(token[0])) || token[0] == '.') return number(token);
    at_ += token.size();
    if (peek() == "(") return call(token);
    if (token == "or" || token == "and" || token == "not") fail("a value");
    if (std::find(names_.begin(), names_.end(), token) == names_.end()) names_.push_back(token);
    return std::make_shared<const Term>(Term{Term::Kind::name, 0, token, {}});
  }
  TermPtr quoted(char quote) {
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string::npos) fail("text that ends");
    const std::string word = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return std::make_shared<const Term>(Term{Term::Kind::text, 0, word, {}});
  }
  TermPtr number(const std::string& token) {
    double parsed = 0;
    const auto [end, problem] = std::from_chars(token.data(), token.data() + token.size(), parsed);
    if (problem != std::errc() || end != token.data() + token.size()) fail("a number");
    at_ += token.size();
    return std::make_shared<const Term>(Term{Term::Kind::number, parsed, "", {}});
  }
  TermPtr call(const std::string& function) {
    if (std::find(kFunctions.begin(), kFunctions.end(), function) == kFunctions.end())
      throw InputError("'" + text_ + "': unknown function '" + function + "'; functions: " + join(kFunctions) +
                       did_you_mean(function, kFunctions));
    take("(");
    std::vector<TermPtr> of{nested([&] { return binary(0); })};
    while (take(",")) of.push_back(nested([&] { return binary(0); }));
    const bool many = function == "min" || function == "max";
    if (many != (of.size() > 1)) fail(many ? "two or more values for " + function : "one value for " + function);
    return closed(apply(function, std::move(of)));
  }
  TermPtr closed(TermPtr inner) {
    if (!take(")")) fail("')'");
    return inner;
  }
  template <class Parse>
  TermPtr nested(Parse parse) {
    if (++depth_ > kMaxDepth) fail("fewer parentheses");
    TermPtr term = parse();
    --depth_;
    return term;
  }

  const std::string& text_;
  std::vector<std::string>& names_;
  std::size_t at_{0};
  int depth_{0};
};

class Evaluator {
 public:
  Evaluator(const std::string& text, const NameLookup& lookup) : text_(text), lookup_(lookup) {}

  double number(const Term& term) const {
    if (term.kind == Term::Kind::number) return term.number;
    if (term.kind == Term::Kind::apply) return apply(term);
    const ExpressionValue found = value(term);
    if (const double* plain = std::get_if<double>(&found)) return *plain;
    throw InputError("'" + text_ + "': '" + std::get<std::string>(found) + "' is text, not a number");
  }

 private:
  ExpressionValue value(const Term& term) const {
    if (term.kind == Term::Kind::text) return term.word;
    if (term.kind != Term::Kind::name) return number(term);
    if (std::optional<ExpressionValue> found = lookup_(term.word)) return *found;
    throw InputError("'" + text_ + "': there is no '" + term.word + "'");
  }
  double apply(const Term& term) const {
    const std::string& op = term.word;
    if (op == "and") return number(*term.of[0]) != 0 && number(*term.of[1]) != 0;
    if (op == "or") return number(*term.of[0]) != 0 || number(*term.of[1]) != 0;
    if (op == "==" || op == "!=") return (value(*term.of[0]) == value(*term.of[1])) == (op == "==");
    const double a = number(*term.of[0]);
    return term.of.size() == 1 ? one(op, a) : several(term, a);
  }
  static double one(const std::string& op, double a) {
    if (op == "not") return a == 0;
    if (op == "negate") return -a;
    if (op == "abs") return std::abs(a);
    if (op == "sqrt") return std::sqrt(a);
    if (op == "log2") return std::log2(a);
    return std::floor(a);
  }
  double several(const Term& term, double a) const {
    const std::string& op = term.word;
    if (op == "min" || op == "max") {
      for (std::size_t i = 1; i < term.of.size(); ++i)
        a = op == "min" ? std::min(a, number(*term.of[i])) : std::max(a, number(*term.of[i]));
      return a;
    }
    const double b = number(*term.of[1]);
    if (op == "<") return a < b;
    if (op == "<=") return a <= b;
    if (op == ">") return a > b;
    if (op == ">=") return a >= b;
    if (op == "+") return a + b;
    if (op == "-") return a - b;
    if (op == "*") return a * b;
    if (op == "/") return a / b;
    return std::pow(a, b);
  }

  const std::string& text_;
  const NameLookup& lookup_;
};

}  // namespace

Expression::Expression(std::string text) : text_(std::move(text)) {
  if (text_.size() > kMaxCharacters) throw InputError("an expression of more than 4096 characters");
  root_ = Parser(text_, names_).parse();
}

double Expression::value(const NameLookup& lookup) const {
  const double result = Evaluator(text_, lookup).number(*root_);
  if (!std::isfinite(result)) throw InputError("'" + text_ + "' is not a finite number");
  return result;
}

}  // namespace presil
