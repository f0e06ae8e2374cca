// node.cpp -- nodes, marks and files (see node.h); the parsers are in yaml.cpp and json.cpp.
#include "sim/config/node.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "sim/base/error.h"
#include "sim/base/names.h"

namespace presil::config {

namespace fs = std::filesystem;

std::string Mark::text() const {
  const std::string& name = file ? *file : std::string();
  return from_command_line() ? name : fmt::format("{}:{}:{}", name, line, column);
}

void fail_at(const Mark& mark, const std::string& message) { throw InputError(mark.text() + ": " + message); }

Node::Node() = default;
Node::~Node() = default;
Node::Node(const Node&) = default;
Node::Node(Node&&) noexcept = default;
Node& Node::operator=(const Node&) = default;
Node& Node::operator=(Node&&) noexcept = default;

const Node* Node::find(std::string_view key) const {
  const auto found =
      std::find_if(members.begin(), members.end(), [&](const auto& m) { return m.first == key; });
  return found == members.end() ? nullptr : &found->second;
}

Node* Node::find(std::string_view key) { return const_cast<Node*>(std::as_const(*this).find(key)); }

void Node::set(const std::string& key, Node value, const Mark& key_mark) {
  if (Node* existing = find(key)) {
    *existing = std::move(value);
    return;
  }
  members.emplace_back(key, std::move(value));
  key_marks.push_back(key_mark);
}

std::string_view kind_name(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null: return "nothing";
    case Node::Kind::sequence: return "a sequence";
    case Node::Kind::mapping: return "a mapping";
    case Node::Kind::scalar: break;
  }
  const bool numeric = !node.quoted && node.scalar.find_first_of("0123456789") != std::string::npos &&
                       node.scalar.find_first_not_of("+-.0123456789eE") == std::string::npos;
  return numeric ? "a number" : "text";
}

namespace {

/// " (did you mean 'x'?)" with the nearest name in the folder of a file that does not exist.
std::string nearest_file(const fs::path& path) {
  std::error_code error;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (!fs::is_directory(folder, error))
    return fmt::format("; the folder '{}' does not exist", folder.string());
  std::vector<std::string> names;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    names.push_back(it->path().filename().string());
  std::sort(names.begin(), names.end());
  std::string nearest = nearest_name(path.filename().string(), names);
  for (const char* extension : {".yaml", ".yml", ".json"})
    if (fs::exists(path.string() + extension, error)) nearest = path.filename().string() + extension;
  if (nearest.empty()) return "";
  return fmt::format(" (did you mean '{}'?)", path.has_parent_path() ? (folder / nearest).string() : nearest);
}

std::string contents(const fs::path& path) {
  if (path.empty()) throw InputError("an empty name; expected the name of a file");
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found)
    throw InputError(fmt::format("{}: no such file{}", path.string(), nearest_file(path)));
  if (fs::is_directory(status))
    throw InputError(fmt::format("{}: is a folder; expected a file", path.string()));
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in)
    throw InputError(
        fmt::format("{}: cannot be read: {}", path.string(), std::strerror(errno ? errno : EACCES)));
  std::string text;
  std::string block(std::size_t{1} << 16, '\0');
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0) {
    text.append(block, 0, static_cast<std::size_t>(in.gcount()));
    if (text.size() > kMaxBytes) break;  // the parser refuses it, and /dev/zero ends
  }
  if (in.bad()) throw InputError(fmt::format("{}: cannot be read", path.string()));
  return text;
}

}  // namespace

Node parse_file(const fs::path& path) {
  const std::string text = contents(path);
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return extension == ".json" ? parse_json(text, path.string()) : parse_yaml(text, path.string());
}

}  // namespace presil::config
