// catalogue.cpp -- finding configurations by name (see loader.h).
#include <algorithm>
#include <map>
#include <system_error>

#include <fmt/format.h>

#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/config/loader.h"
#include "sim/config/tree_builder.h"

namespace presil::config {

namespace fs = std::filesystem;

namespace {

std::string normal(std::string_view name) {
  std::string result(name);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '-' || c == ' ') c = '_';
  }
  return result;
}

bool is_config(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

/// What else a file may be called: its top-level `name` at rank 1 and `aliases` at rank 2. A file that does
/// not parse has no other name; whoever asks for it by stem is told why.
std::vector<std::pair<int, std::string>> other_names(const fs::path& path) {
  std::vector<std::pair<int, std::string>> names;
  try {
    const Node root = parse_file(path);
    if (const Node* name = root.find("name"); name != nullptr && name->kind == Node::Kind::scalar)
      names.emplace_back(1, name->scalar);
    if (const Node* aliases = root.find("aliases"))
      for (const Node& alias : aliases->items)
        if (alias.kind == Node::Kind::scalar) names.emplace_back(2, alias.scalar);
  } catch (const InputError&) {
  }
  return names;
}

[[noreturn]] void not_found(const SearchPath& search, const std::string& kind, const std::string& name,
                            const std::vector<std::string>& known) {
  const std::string folder = (search.configs / kind).string();
  std::vector<std::string> stems;
  for (const auto& [stem, path] : catalogue(search, kind)) stems.push_back(stem);
  std::string nearest = did_you_mean(name, stems);
  if (nearest.empty()) nearest = did_you_mean(name, known);
  const std::string have = stems.empty() ? "there are none there" : "there are " + join(stems);
  throw InputError(
      fmt::format("no {} named {} in {}{}; {}", kind, detail::quote(name), folder, nearest, have));
}

}  // namespace

std::string kind_of_key(const std::string& reference_key) {
  if (const std::size_t colon = reference_key.find(':'); colon != std::string::npos)
    return reference_key.substr(colon + 1);
  const std::size_t size = reference_key.size();
  if (size > 1 && reference_key.back() == 'y' &&
      std::string_view("aeiou").find(reference_key[size - 2]) == std::string_view::npos)
    return reference_key.substr(0, size - 1) + "ies";
  return reference_key + "s";
}

std::vector<std::pair<std::string, fs::path>> catalogue(const SearchPath& search, const std::string& kind) {
  std::vector<std::pair<std::string, fs::path>> found;
  std::error_code error;
  for (fs::directory_iterator it(search.configs / kind, error), end; !error && it != end;
       it.increment(error)) {
    std::error_code ignored;
    if (it->is_regular_file(ignored) && is_config(it->path()))
      found.emplace_back(it->path().stem().string(), it->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

fs::path find_config(const SearchPath& search, const std::string& kind, const std::string& name) {
  std::error_code error;
  const bool looks_like_path = name.find('/') != std::string::npos || is_config(name);
  if (looks_like_path && fs::is_regular_file(name, error)) return name;
  const auto files = catalogue(search, kind);
  const std::string wanted = normal(name);
  std::map<int, std::vector<std::string>> matches;  // rank -> files
  for (const auto& [stem, path] : files)
    if (normal(stem) == wanted) matches[0].push_back(path.string());
  std::vector<std::string> known;
  if (matches.empty()) {
    for (const auto& [stem, path] : files)
      for (const auto& [rank, other] : other_names(path)) {
        known.push_back(other);
        auto& same = matches[rank];
        if (normal(other) == wanted && (same.empty() || same.back() != path.string()))
          same.push_back(path.string());
      }
  }
  for (const auto& [rank, paths] : matches) {
    if (paths.size() > 1)
      throw InputError(fmt::format("{} may mean any of {}; give the file", detail::quote(name), join(paths)));
    if (paths.size() == 1) return paths.front();
  }
  not_found(search, kind, name, known);
}

}  // namespace presil::config
