// node.h -- a parsed YAML or JSON document in which every value knows where it came from.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace presil::config {

inline constexpr std::size_t kMaxBytes = std::size_t{16} << 20;  ///< of one document
inline constexpr std::size_t kMaxDepth = 64;                     ///< of mappings and sequences in each other
inline constexpr std::size_t kMaxValues = 1'000'000;             ///< of one document

/// Where a value was written. Lines and columns (in bytes) count from 1; line 0 means "from the command line".
struct Mark {
  std::shared_ptr<const std::string> file;  ///< as the user named it; "--set chip.clock=1" for overrides
  int line{0};
  int column{0};
  bool from_command_line() const { return line == 0; }
  std::string text() const;  ///< "chips/x.yaml:3:7", or "--set chip.clock=1"
};

/// Throws InputError "file:line:column: message".
[[noreturn]] void fail_at(const Mark& mark, const std::string& message);

/// A tree of scalars, sequences and mappings. Keys of a mapping are unique (the parser refuses duplicates) and
/// keep their order. Anchors and aliases are refused.
struct Node {
  enum class Kind { null, scalar, sequence, mapping };

  // In node.cpp, where the type of the members is complete.
  Node();
  ~Node();
  Node(const Node&);
  Node(Node&&) noexcept;
  Node& operator=(const Node&);
  Node& operator=(Node&&) noexcept;

  Kind kind{Kind::null};
  std::string scalar;
  bool quoted{false};  ///< a quoted scalar is text, never a number or a boolean
  Mark mark;
  std::shared_ptr<const std::string> source;  ///< nearest `source` around it in its own file; null when none
  std::vector<Node> items;                            ///< of a sequence
  std::vector<std::pair<std::string, Node>> members;  ///< of a mapping
  std::vector<Mark> key_marks;                        ///< of a mapping, one for each member

  const Node* find(std::string_view key) const;
  Node* find(std::string_view key);
  /// Sets or adds a member of a mapping.
  void set(const std::string& key, Node value, const Mark& key_mark);
};

/// "nothing", "a number" (for an unquoted scalar that looks like one), "text", "a sequence", "a mapping".
std::string_view kind_name(const Node& node);

/// Parses one YAML document. Throws InputError with file:line:column on a syntax error, a duplicate key, an
/// alias, an anchor, a tag, a control character, a byte that is not UTF-8, an empty document, several documents, more than
/// 16 MiB, more than a million values or nesting deeper than 64.
Node parse_yaml(std::string_view text, const std::string& file_name);

/// Parses strict JSON, with the places of its values; the same errors.
Node parse_json(std::string_view text, const std::string& file_name);

/// Reads and parses a file by its extension (.json is JSON, all else YAML). Throws InputError when it cannot be
/// opened, is a folder, or does not parse.
Node parse_file(const std::filesystem::path& path);

}  // namespace presil::config
