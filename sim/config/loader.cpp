// loader.cpp -- references, includes and overrides (see loader.h).
#include "sim/config/loader.h"

#include <algorithm>
#include <map>
#include <system_error>

#include <fmt/format.h>

#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/config/override.h"
#include "sim/config/tree_builder.h"

namespace presil::config {

namespace fs = std::filesystem;

namespace {

using Kind = Node::Kind;
constexpr std::size_t kMaxFiles = 1000;  // files that refer to each other tenfold would never end

class Loader {
 public:
  Loader(const std::vector<std::string>& reference_keys, const SearchPath& search) : search_(search) {
    for (const auto& key : reference_keys) kinds_[key.substr(0, key.find(':'))] = kind_of_key(key);
  }

  Node open(const fs::path& path, const Mark& referrer);
  /// Replaces a value by what it refers to: a string under a reference key, a mapping with `include`.
  void expand(Node& node, std::string_view key);
  void expand_all(Node& node, std::string_view key, std::size_t depth);

 private:
  /// A file that was opened, and the file that asked for it (null for the first and for --set).
  struct Opened {
    fs::path canonical;
    const std::string* by;
  };

  fs::path locate(const Node& reference, std::string_view key) const;
  void refuse_cycle(const fs::path& canonical, const Mark& referrer) const;
  void include(Node& node, std::string_view key);
  void merge(Node& base, std::string_view key, Node changes);

  const SearchPath& search_;
  std::map<std::string, std::string, std::less<>> kinds_;  // reference key -> folder
  std::map<const std::string*, Opened> opened_;            // by the name that the file's marks share
  std::vector<std::shared_ptr<const std::string>> names_;  // keeps those names, and so their addresses, alive
};

/// Any mark of a parsed file carries the name they all share; the root has one.
Node Loader::open(const fs::path& path, const Mark& referrer) {
  if (opened_.size() >= kMaxFiles)
    fail_at(referrer, fmt::format("more than {} files refer to each other", kMaxFiles));
  std::error_code error;
  fs::path canonical = fs::weakly_canonical(path, error);
  if (error) canonical = path;
  refuse_cycle(canonical, referrer);
  Node root = parse_file(path);
  names_.push_back(root.mark.file);
  opened_[root.mark.file.get()] = {canonical, referrer.file.get()};
  return root;
}

void Loader::refuse_cycle(const fs::path& canonical, const Mark& referrer) const {
  std::vector<std::string> chain{canonical.filename().string()};
  for (auto it = opened_.find(referrer.file.get()); it != opened_.end(); it = opened_.find(it->second.by)) {
    chain.push_back(it->first->c_str());
    if (it->second.canonical != canonical) continue;
    chain.front() = *it->first;
    std::reverse(chain.begin(), chain.end());
    std::string text = chain.front();
    for (std::size_t i = 1; i < chain.size(); ++i) text += " -> " + chain[i];
    fail_at(referrer, "files include each other in a circle: " + text);
  }
}

/// " (did you mean 'x.yaml'?)" with a file of the same folder, or nothing.
std::string nearest(const fs::path& wanted) {
  const fs::path folder = wanted.has_parent_path() ? wanted.parent_path() : fs::path(".");
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string extension = it->path().extension().string();
    if (extension == ".yaml" || extension == ".yml" || extension == ".json")
      names.push_back((wanted.has_extension() ? it->path().filename() : it->path().stem()).string());
  }
  std::sort(names.begin(), names.end());
  return did_you_mean(wanted.filename().string(), names);
}

/// A bare name is looked up among its kind before the neighbouring files: systems/tpu_v4.yaml says `chip:
/// tpu_v4`.
fs::path Loader::locate(const Node& reference, std::string_view key) const {
  const std::string& name = reference.scalar;
  if (name.empty()) fail_at(reference.mark, "an empty name; expected the name of a file");
  const fs::path folder =
      reference.mark.from_command_line() ? fs::path() : fs::path(*reference.mark.file).parent_path();
  const auto kind = kinds_.find(key);
  std::string problem;
  if (kind != kinds_.end() && name.find('/') == std::string::npos) {
    try {
      const fs::path found = find_config(search_, kind->second, name);
      if (found.has_parent_path()) return found;
    } catch (const InputError& failure) {
      problem = failure.what();
    }
  }
  std::error_code error;
  for (const fs::path& base : {folder, search_.configs})
    for (const char* extension : {"", ".yaml", ".yml", ".json"}) {
      const fs::path candidate = base / (name + extension);
      if (fs::is_regular_file(candidate, error)) return candidate.lexically_normal();
    }
  if (fs::is_directory(folder / name, error))
    problem = fmt::format("{} is a folder; expected the name of a file", detail::quote(name));
  else if (problem.empty())
    problem = fmt::format("no file {} beside this one or in {}{}", detail::quote(name), search_.configs.string(),
                          nearest(folder / name));
  fail_at(reference.mark, problem);
}

void Loader::expand(Node& node, std::string_view key) {
  if (node.kind == Kind::scalar && kinds_.contains(key)) {
    node = open(locate(node, key), node.mark);
    if (node.kind != Kind::mapping)
      fail_at(node.mark, fmt::format("expected a mapping of keys to values, found {}", kind_name(node)));
  }
  if (node.kind == Kind::mapping && node.find("include") != nullptr) include(node, key);
}

/// {include: FILE, key: value} becomes the mapping in FILE with its keys overridden.
void Loader::include(Node& node, std::string_view key) {
  const Node target = *node.find("include");
  if (target.kind != Kind::scalar)
    fail_at(target.mark, fmt::format("include: expected the name of a file, found {}", kind_name(target)));
  const Mark place = node.mark;
  Node base = open(locate(target, key), target.mark);
  if (base.kind != Kind::mapping)
    fail_at(base.mark, fmt::format("expected a mapping of keys to values, found {}", kind_name(base)));
  const auto at = std::find_if(node.members.begin(), node.members.end(),
                               [](const auto& m) { return m.first == "include"; });
  node.key_marks.erase(node.key_marks.begin() + (at - node.members.begin()));
  node.members.erase(at);
  merge(base, key, std::move(node));
  node = std::move(base);
  node.mark = place;  // a missing key is missing here
}

/// Expands `base` and puts the members of the mapping `changes` over it.
void Loader::merge(Node& base, std::string_view key, Node changes) {
  expand(base, key);
  for (std::size_t i = 0; i < changes.members.size(); ++i) {
    auto& [name, change] = changes.members[i];
    Node* existing = base.find(name);
    const bool deep =
        existing != nullptr && change.kind == Kind::mapping && change.find("include") == nullptr;
    if (deep) expand(*existing, name);
    if (deep && existing->kind == Kind::mapping)
      merge(*existing, name, std::move(change));
    else
      base.set(name, std::move(change), changes.key_marks[i]);
    if (existing != nullptr) {  // the key too is now written here
      for (std::size_t j = 0; j < base.members.size(); ++j)
        if (base.members[j].first == name) base.key_marks[j] = changes.key_marks[i];
    }
  }
}

void Loader::expand_all(Node& node, std::string_view key, std::size_t depth) {
  if (depth > kMaxDepth)
    fail_at(node.mark, fmt::format("nested more than {} deep, references included", kMaxDepth));
  expand(node, key);
  for (auto& item : node.items) expand_all(item, key, depth + 1);
  for (auto& [name, value] : node.members) expand_all(value, name, depth + 1);
}

}  // namespace

Node load(const fs::path& file, const std::vector<std::string>& overrides,
          const std::vector<std::string>& reference_keys, const SearchPath& search) {
  std::vector<detail::Override> changes;
  for (const auto& text : overrides) changes.push_back(detail::parse_override(text));
  std::stable_sort(changes.begin(), changes.end(),
                   [](const auto& a, const auto& b) { return a.path.size() < b.path.size(); });
  Loader loader(reference_keys, search);
  Node root = loader.open(file, {});
  for (const auto& change : changes)
    detail::apply(root, change, [&](Node& node, std::string_view key) { loader.expand(node, key); });
  loader.expand_all(root, "", 0);
  return root;
}

}  // namespace presil::config
