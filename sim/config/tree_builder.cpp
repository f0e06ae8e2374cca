// tree_builder.cpp -- implementation of tree_builder.h.
#include "sim/config/tree_builder.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sim/base/error.h"

namespace presil::config::detail {

bool TreeBuilder::expects_key() const {
  return !stack_.empty() && stack_.back().node.kind == Node::Kind::mapping && !stack_.back().has_key;
}

void TreeBuilder::take_key(const Mark& mark, std::string key) {
  Frame& frame = stack_.back();
  if (!frame.seen.insert(key).second) {
    const auto& members = frame.node.members;
    const auto first =
        std::find_if(members.begin(), members.end(), [&](const auto& m) { return m.first == key; });
    const Mark& place = frame.node.key_marks[static_cast<std::size_t>(first - members.begin())];
    fail_at(mark, fmt::format("the key {} is given twice; first at {}", quote(key), place.text()));
  }
  frame.has_key = true;
  frame.key = std::move(key);
  frame.key_mark = mark;
}

void TreeBuilder::attach(Node node) {
  if (++values_ > kMaxValues) fail_at(node.mark, fmt::format("more than {} values in one file", kMaxValues));
  if (stack_.empty()) {
    root_ = std::move(node);
    complete_ = true;
    return;
  }
  Frame& frame = stack_.back();
  if (frame.node.kind == Node::Kind::sequence) {
    frame.node.items.push_back(std::move(node));
    return;
  }
  frame.node.members.emplace_back(std::move(frame.key), std::move(node));
  frame.node.key_marks.push_back(frame.key_mark);
  frame.key.clear();
  frame.has_key = false;
}

void TreeBuilder::null(Mark mark) {
  if (expects_key()) fail_at(mark, "a key is missing before ':'; a key must be text");
  // Parsers place an empty value at the token after it, which may be lines away: point at its key instead.
  if (!stack_.empty() && stack_.back().has_key && mark.line != stack_.back().key_mark.line)
    mark = stack_.back().key_mark;
  Node node;
  node.mark = mark;
  attach(std::move(node));
}

void TreeBuilder::scalar(const Mark& mark, std::string text, bool quoted) {
  if (text.find('\0') != std::string::npos) fail_at(mark, "text with a NUL character in it");
  if (expects_key()) {
    take_key(mark, std::move(text));
    return;
  }
  Node node;
  node.kind = Node::Kind::scalar;
  node.scalar = std::move(text);
  node.quoted = quoted;
  node.mark = mark;
  attach(std::move(node));
}

void TreeBuilder::open(Node::Kind kind, const Mark& mark) {
  if (expects_key())
    fail_at(mark, fmt::format("a key must be text, found {}",
                              kind == Node::Kind::mapping ? "a mapping" : "a sequence"));
  if (stack_.size() >= kMaxDepth) fail_at(mark, fmt::format("nested more than {} deep", kMaxDepth));
  Frame frame;
  frame.node.kind = kind;
  frame.node.mark = mark;
  stack_.push_back(std::move(frame));
}

void TreeBuilder::close() {
  Node node = std::move(stack_.back().node);
  stack_.pop_back();
  attach(std::move(node));
}

namespace {
void annotate(Node& node, std::shared_ptr<const std::string> source) {
  if (const Node* own = node.find("source"); own != nullptr && own->kind == Node::Kind::scalar)
    source = std::make_shared<const std::string>(own->scalar);
  node.source = source;
  for (auto& item : node.items) annotate(item, source);
  for (auto& [key, value] : node.members) annotate(value, source);
}
}  // namespace

Node TreeBuilder::take() {
  annotate(root_, nullptr);
  return std::move(root_);
}

namespace {

/// Length of the UTF-8 character at `at`, 0 when it is not one (overlong, surrogate, beyond U+10FFFF, cut
/// off).
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(at + i) & 0xC0) != 0x80) return 0;
  const unsigned char second = byte(at + 1);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool outside = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
  return overlong || outside ? 0 : length;
}

}  // namespace

std::string_view checked_text(std::string_view text, const std::string& file_name) {
  if (text.size() > kMaxBytes)
    throw InputError(
        fmt::format("{}: larger than {} MiB; is this the right file?", file_name, kMaxBytes >> 20));
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text, i);
    if (text[i] == '\0' || length == 0)
      fail_at(mark_of_offset(text, i, file_name),
              text[i] == '\0' ? "a NUL byte; expected text in UTF-8" : "not UTF-8; save the file as UTF-8");
    // YAML allows no others; yaml-cpp drops some of them (0x04 marks its end of file) without a word.
    if (static_cast<unsigned char>(text[i]) < 0x20 && std::string_view("\t\n\r").find(text[i]) == std::string_view::npos)
      fail_at(mark_of_offset(text, i, file_name),
              fmt::format("a control character ({}); expected text", quote(text.substr(i, 1))));
    i += length;
  }
  return text;
}

Mark mark_of_offset(std::string_view text, std::size_t offset, const std::string& file_name) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return {std::make_shared<const std::string>(file_name), static_cast<int>(lines) + 1,
          static_cast<int>(before.size() - start) + 1};
}

std::string quote(std::string_view text) {
  std::string shown = "'";
  for (const char c : text.substr(0, 60)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F)
      shown += fmt::format("\\x{:02x}", byte);
    else
      shown += c;
  }
  while (text.size() > 60 && (static_cast<unsigned char>(text[60]) & 0xC0) == 0x80 && shown.size() > 1) {
    const bool lead =
        (static_cast<unsigned char>(shown.back()) & 0xC0) != 0x80;  // do not cut a character in two
    shown.pop_back();
    if (lead) break;
  }
  return shown + (text.size() > 60 ? "...'" : "'");
}

}  // namespace presil::config::detail
