// json.cpp -- parse_json of node.h, on nlohmann's strict event parser.
//
// Its events carry no places. Between two tokens of valid JSON there is only white space, ',' and ':', so a
// cursor that steps over the text token by token, once for each event, knows the place of every value.
#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/error.h"
#include "sim/config/node.h"
#include "sim/config/tree_builder.h"

namespace presil::config {

namespace {

/// The parser's messages repeat what it read last, which may be the whole file.
std::string shortened(std::string message) {
  for (const std::string_view start : {"last read: '", "parsing '"}) {
    const std::size_t found = message.find(start);
    if (found == std::string::npos) continue;
    const std::size_t begin = found + start.size();
    const std::size_t end = std::min(message.rfind("'; expected"), message.size() - 1);
    if (end > begin && end - begin > 60)
      message.replace(begin - 1, end - begin + 2, detail::quote(message.substr(begin, end - begin)));
    break;
  }
  return message;
}

class Events final : public nlohmann::json_sax<nlohmann::json> {
 public:
  Events(std::string_view text, const std::string& file_name)
      : text_(text), file_(file_name), builder_(file_name) {}

  Node take() { return builder_.take(); }

  bool null() override {
    const Mark mark = next().first;
    builder_.null(mark);
    return true;
  }
  bool boolean(bool) override { return plain(); }
  bool number_integer(number_integer_t) override { return plain(); }
  bool number_unsigned(number_unsigned_t) override { return plain(); }
  bool number_float(number_float_t, const string_t&) override { return plain(); }
  bool string(string_t& value) override { return quoted(value); }
  bool key(string_t& value) override { return quoted(value); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Node::Kind::mapping); }
  bool start_array(std::size_t) override { return open(Node::Kind::sequence); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool parse_error(std::size_t offset, const std::string&,
                   const nlohmann::detail::exception& error) override {
    std::string message = error.what();
    for (const std::string_view start : {"syntax error ", "[json.exception.out_of_range.406] "})
      if (const std::size_t at = message.find(start); at != std::string::npos)
        message.erase(0, at + start.size());
    fail_at(detail::mark_of_offset(text_, offset > 0 ? offset - 1 : 0, file_), "not valid JSON: " + shortened(message));
  }

 private:
  bool plain() {
    const auto [mark, token] = next();
    builder_.scalar(mark, std::string(token), false);
    return true;
  }
  bool quoted(string_t& value) {
    builder_.scalar(next().first, std::move(value), true);
    return true;
  }
  bool open(Node::Kind kind) {
    builder_.open(kind, next().first);
    return true;
  }
  bool close() {
    next();
    builder_.close();
    return true;
  }

  /// The next token and its place. The parser has already found it valid.
  std::pair<Mark, std::string_view> next() {
    for (; at_ < text_.size() && std::string_view(" \t\r\n,:").find(text_[at_]) != std::string_view::npos;
         ++at_) {
      if (text_[at_] != '\n') continue;
      ++line_;
      line_start_ = at_ + 1;
    }
    const std::size_t start = at_;
    at_ = token_end(start);
    return {builder_.mark(line_, static_cast<int>(start - line_start_) + 1),
            text_.substr(start, at_ - start)};
  }

  std::size_t token_end(std::size_t start) const {
    if (start >= text_.size()) return text_.size();
    if (std::string_view("{}[]").find(text_[start]) != std::string_view::npos) return start + 1;
    if (text_[start] != '"') return std::min(text_.find_first_of(" \t\r\n,:{}[]", start), text_.size());
    std::size_t end = start + 1;
    while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
    return std::min(end + 1, text_.size());
  }

  std::string_view text_;
  const std::string& file_;
  detail::TreeBuilder builder_;
  std::size_t at_{0};
  int line_{1};
  std::size_t line_start_{0};
};

}  // namespace

Node parse_json(std::string_view raw, const std::string& file_name) {
  const std::string_view text = detail::checked_text(raw, file_name);
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    throw InputError(fmt::format("{}:1:1: the document is empty", file_name));
  Events events(text, file_name);
  nlohmann::json::sax_parse(text.begin(), text.end(), &events);  // strict: one value, nothing after it
  Node root = events.take();
  if (root.kind == Node::Kind::null) fail_at(root.mark, "the document is empty");
  return root;
}

}  // namespace presil::config
