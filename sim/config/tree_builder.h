// tree_builder.h -- turns parser events into a Node tree; internal to sim/config.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "sim/config/node.h"

namespace presil::config::detail {

/// Collects one document. In a mapping, keys and values arrive by turns; a key must be a scalar and new.
/// Throws InputError on a duplicate or unnamed key, too many values or too deep nesting.
class TreeBuilder {
 public:
  explicit TreeBuilder(const std::string& file_name)
      : file_(std::make_shared<const std::string>(file_name)) {}

  Mark mark(int line, int column) const { return {file_, line, column}; }
  void null(Mark mark);
  void scalar(const Mark& mark, std::string text, bool quoted);
  void open(Node::Kind kind, const Mark& mark);
  void close();
  bool in_sequence() const { return !stack_.empty() && stack_.back().node.kind == Node::Kind::sequence; }
  bool complete() const { return complete_; }
  /// The whole tree, each node annotated with the nearest `source`. Call once, when complete.
  Node take();

 private:
  struct Frame {
    Node node;
    bool has_key{false};
    std::string key;
    Mark key_mark;
    std::unordered_set<std::string> seen;
  };

  bool expects_key() const;
  void take_key(const Mark& mark, std::string key);
  void attach(Node node);

  std::shared_ptr<const std::string> file_;
  std::vector<Frame> stack_;
  Node root_;
  bool complete_{false};
  std::size_t values_{0};
};

/// Refuses what no parser should see: too many bytes, NUL and other control characters, bytes that are not UTF-8.
/// Returns the text without a byte order mark.
std::string_view checked_text(std::string_view text, const std::string& file_name);

/// Line and column of a byte offset.
Mark mark_of_offset(std::string_view text, std::size_t offset, const std::string& file_name);

/// 'text' for a message: quoted, cut to 60 characters, unprintable bytes shown as \xNN.
std::string quote(std::string_view text);

}  // namespace presil::config::detail
