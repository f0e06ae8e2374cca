// yaml.cpp -- parse_yaml of node.h, on yaml-cpp's event parser.
//
// The event interface is used, not YAML::Node: events give the place of every value and every key, twice
// given keys included, which YAML::Node drops silently.
#include <algorithm>
#include <array>
#include <exception>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "sim/base/error.h"
#include "sim/config/node.h"
#include "sim/config/tree_builder.h"

namespace presil::config {

namespace {

constexpr const char* kNeverClosed = "this quote is never closed";

class Events final : public YAML::EventHandler {
 public:
  Events(std::string_view text, const std::string& file_name) : text_(text), builder_(file_name) {
    for (std::size_t at = 0; at < text.size(); at = std::min(text.find('\n', at), text.size()) + 1)
      lines_.push_back(at);
  }

  detail::TreeBuilder& builder() { return builder_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1)
      fail_at(place(mark),
              "a second document begins here ('---', or wrong indentation); expected one in a file");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse(mark, "", anchor);
    builder_.null(builder_.in_sequence() ? place_of_empty_entry(mark) : place(mark));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse(mark, "", 1); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse(mark, tag, anchor);
    if (tag == "!" && !closed(mark)) fail_at(place(mark), kNeverClosed);
    builder_.scalar(place(mark), value, tag == "!");
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    refuse(mark, tag, anchor);
    builder_.open(Node::Kind::sequence, place(mark));
  }
  void OnSequenceEnd() override { builder_.close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    refuse(mark, tag, anchor);
    builder_.open(Node::Kind::mapping, place(mark));
  }
  void OnMapEnd() override { builder_.close(); }

  Mark place(const YAML::Mark& mark) const {
    return builder_.mark(std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1);
  }

 private:
  void refuse(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) const {
    if (anchor != 0)
      fail_at(place(mark),
              "anchors (&name) and aliases (*name) are not used here; write the value out, or use 'include'");
    if (!tag.empty() && tag != "?" && tag != "!")
      fail_at(place(mark), "tags such as !!str are not used here; write the plain value");
  }

  /// yaml-cpp places an empty "- " at the token after it, which may be lines away: the dash is above it.
  Mark place_of_empty_entry(const YAML::Mark& mark) const {
    const std::size_t at = offset(mark);
    if (at < text_.size() && std::string_view("~nN,]").find(text_[at]) != std::string_view::npos)
      return place(mark);
    for (auto line = std::min<std::size_t>(static_cast<std::size_t>(std::max(mark.line, 0)), lines_.size());
         line-- > 0;) {
      std::string_view words = text_.substr(lines_[line], text_.find('\n', lines_[line]) - lines_[line]);
      if (const std::size_t comment = words.find('#'); comment != std::string_view::npos)
        words = words.substr(0, comment);
      const std::size_t last = words.find_last_not_of(" \t\r");
      if (last == std::string_view::npos) continue;
      if (words[last] != '-') break;
      return builder_.mark(static_cast<int>(line) + 1, static_cast<int>(last) + 1);
    }
    return place(mark);
  }

  /// Where a mark is in the text; its size for a mark outside.
  std::size_t offset(const YAML::Mark& mark) const {
    const auto line = static_cast<std::size_t>(std::max(mark.line, 0));
    if (mark.line < 0 || mark.column < 0 || line >= lines_.size()) return text_.size();
    return std::min(lines_[line] + static_cast<std::size_t>(mark.column), text_.size());
  }

  /// False for a quote that the end of the file closes, which yaml-cpp lets pass.
  bool closed(const YAML::Mark& mark) const {
    std::size_t at = offset(mark);
    if (at >= text_.size() || (text_[at] != '"' && text_[at] != '\'')) return true;
    const char quote = text_[at++];
    for (; at < text_.size(); ++at) {
      const bool doubled = quote == '\'' && text_[at] == quote && text_.substr(at + 1).starts_with(quote);
      if (doubled || (quote == '"' && text_[at] == '\\'))
        ++at;
      else if (text_[at] == quote)
        return true;
    }
    return false;
  }

  std::string_view text_;
  detail::TreeBuilder builder_;
  std::vector<std::size_t> lines_;  ///< where each line starts
  int documents_{0};
};

/// The offset of a quote that is opened and never closed, or npos. Only places a message, so it may be
/// simple.
std::size_t open_quote(std::string_view text) {
  char quote = 0;
  std::size_t opened = std::string_view::npos;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool starts = i == 0 || std::string_view(" \t\n\r[{,").find(text[i - 1]) != std::string_view::npos;
    if (quote == '"' && c == '\\') {
      ++i;
    } else if (quote != 0) {
      if (quote == '\'' && c == quote && text.substr(i + 1).starts_with(quote))
        ++i;
      else if (c == quote)
        quote = 0;
    } else if (c == '#' && starts) {
      i = std::min(text.find('\n', i), text.size());
    } else if ((c == '"' || c == '\'') && starts) {
      quote = c;
      opened = i;
    }
  }
  return quote == 0 ? std::string_view::npos : opened;
}

/// The offset of the outermost '{' or '[' that is opened and never closed, or npos; as simple as open_quote.
std::size_t open_bracket(std::string_view text) {
  std::vector<std::size_t> open;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool starts = i == 0 || std::string_view(" \t\n\r[{,").find(text[i - 1]) != std::string_view::npos;
    if (quote != 0) {
      if (quote == '"' && c == '\\') ++i;
      else if (c == quote) quote = 0;
    } else if (c == '#' && starts) {
      i = std::min(text.find('\n', i), text.size());
    } else if (starts && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == '{' || c == '[') {
      if (starts) open.push_back(i);
    } else if ((c == '}' || c == ']') && !open.empty()) {
      open.pop_back();
    }
  }
  return open.empty() ? std::string_view::npos : open.front();
}

bool indented_by_tab(std::string_view text, int line) {
  for (int i = 1; i < line && !text.empty(); ++i)
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  const std::string_view indent = text.substr(0, std::min(text.find_first_not_of(" \t"), text.size()));
  return indent.find('\t') != std::string_view::npos;
}

/// yaml-cpp's words for what a person gets wrong most often, in plainer ones.
std::string plain_words(const std::string& message) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kWords{{
      {"illegal map value",
       "a second ':' on this line, or wrong indentation (text with ': ' in it needs quotes)"},
      {"end of map not found", "wrong indentation, or a key without ':'"},
      {"end of sequence not found", "wrong indentation, or a list entry without '- '"},
      {"end of map flow not found", "'{' without its '}', or a ',' is missing"},
      {"end of sequence flow not found", "'[' without its ']', or a ',' is missing"},
      {"the referenced anchor is not defined", "aliases (*name) are not used here; write the value out"},
      {"unknown token", "text cannot start with this character; put it in quotes"},
      {"illegal flow end", "'}' or ']' without its opening bracket"},
  }};
  for (const auto& [theirs, ours] : kWords)
    if (message.starts_with(theirs)) return std::string(ours);
  return message;
}

[[noreturn]] void explain(const YAML::Exception& error, std::string_view text, const std::string& file_name,
                          const Events& events) {
  if (error.msg.starts_with("illegal EOF in scalar"))
    if (const std::size_t at = open_quote(text); at != std::string_view::npos)
      fail_at(detail::mark_of_offset(text, at, file_name), kNeverClosed);
  if (error.msg.starts_with("end of map flow") || error.msg.starts_with("end of sequence flow"))
    if (const std::size_t at = open_bracket(text); at != std::string_view::npos)
      fail_at(detail::mark_of_offset(text, at, file_name),
              fmt::format("not valid YAML: '{}' without its '{}', or a ',' is missing", text[at], text[at] == '{' ? '}' : ']'));
  const Mark mark = events.place(error.mark);
  if (indented_by_tab(text, mark.line)) fail_at(mark, "a tab in the indentation; use spaces");
  fail_at(mark, "not valid YAML: " + plain_words(error.msg));
}

}  // namespace

Node parse_yaml(std::string_view raw, const std::string& file_name) {
  const std::string_view text = detail::checked_text(raw, file_name);
  Events events(text, file_name);
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(events)) {
    }
  } catch (const YAML::Exception& error) {
    explain(error, text, file_name, events);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {  // yaml-cpp lets some of the standard library's through
    throw InputError(fmt::format("{}: not valid YAML: {}", file_name, error.what()));
  }
  Node root;
  if (events.builder().complete()) root = events.builder().take();
  if (root.kind == Node::Kind::null)
    throw InputError(fmt::format("{}:1:1: the document is empty", file_name));
  return root;
}

}  // namespace presil::config
