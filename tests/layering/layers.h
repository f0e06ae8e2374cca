// layers.h -- the rule of which folder may include which, and a checker for it.
//
// The folders stand in an order (docs/architecture.md, "Layout"); a folder may include itself and the folders
// above it. The models are siblings: models/memory and models/noc meet only through models/api. One kind of
// sibling is an exception, because a chip composes units: see `compositions()`.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace presil::layering {

/// The folders, lowest first. "models/*" stands for every folder under models/ but models/api.
const std::vector<std::string>& layers();

/// Folders under models/ that may include their siblings: a chip composes units.
const std::set<std::string>& compositions();

/// A source file: its path from the root, and its text.
struct SourceFile {
  std::string path;
  std::string text;
};

/// What there is to check.
struct Tree {
  std::vector<SourceFile> sources;
  /// Folder -> the folders its CMake library declares in DEPENDS. A folder without an entry is not held to
  /// it.
  std::map<std::string, std::set<std::string>> declared;
};

struct Include {
  int line = 0;
  std::string path;
  bool quoted = false;
};

/// The #include directives of a file, in order; those in comments do not count.
std::vector<Include> includes_of(std::string_view text);

/// The folder a file belongs to as `layers` names it ("sim/base", "models/noc"), or "" if it is in none.
std::string folder_of(std::string_view path);

/// Every breach, as "path:line: what is wrong"; empty when the tree keeps the order.
std::vector<std::string> violations(const Tree& tree);

/// Folder of each presil_library() -> the folders of the libraries in its DEPENDS.
/// `cmake_files` are the CMakeLists.txt of the source folders.
std::map<std::string, std::set<std::string>> declared_dependencies(
    const std::vector<SourceFile>& cmake_files);

}  // namespace presil::layering
