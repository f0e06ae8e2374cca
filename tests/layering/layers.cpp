// layers.cpp -- implementation of layers.h.
#include "tests/layering/layers.h"

#include <algorithm>
#include <regex>
#include <sstream>

namespace presil::layering {

namespace {

constexpr std::string_view any_model = "models/*";

// Its place in the order, or -1.
int rank_of(const std::string& folder) {
  const auto& order = layers();
  const bool model = folder.starts_with("models/") && folder != "models/api";
  const auto place = std::find(order.begin(), order.end(), model ? std::string(any_model) : folder);
  return place == order.end() ? -1 : static_cast<int>(place - order.begin());
}

bool may_use(const std::string& from, const std::string& to) {
  if (from == to) return true;
  const int low = rank_of(to), high = rank_of(from);
  if (low == high) return compositions().contains(from) && !compositions().contains(to);
  return low < high;
}

// Libraries that belong to some layers only.
struct ForeignRule {
  std::string_view prefix;
  std::string_view allowed_from;  // the lowest layer that may include it
  std::string_view reason;
};

constexpr ForeignRule foreign_rules[] = {
    {"systemc", "sim/kernel", "SystemC starts at sim/kernel"},
    {"tlm", "sim/kernel", "SystemC starts at sim/kernel"},
    {"sysc/", "sim/kernel", "SystemC starts at sim/kernel"},
};

std::string check_foreign(const std::string& folder, const std::string& header) {
  for (const auto& rule : foreign_rules) {
    if (header.starts_with(rule.prefix) && rank_of(folder) < rank_of(std::string(rule.allowed_from))) {
      return "includes <" + header + ">: " + std::string(rule.reason);
    }
  }
  const bool loader = folder == "sim/config";
  if (header.starts_with("yaml-cpp/") && !loader)
    return "includes <" + header + ">: only sim/config reads YAML";
  return "";
}

// All folders reachable from `folder` through declared dependencies.
std::set<std::string> closure(const std::string& folder,
                              const std::map<std::string, std::set<std::string>>& declared) {
  std::set<std::string> seen{folder};
  std::vector<std::string> open{folder};
  while (!open.empty()) {
    const std::string next = open.back();
    open.pop_back();
    const auto found = declared.find(next);
    if (found == declared.end()) continue;
    for (const auto& other : found->second) {
      if (seen.insert(other).second) open.push_back(other);
    }
  }
  return seen;
}

// Comments become blanks, so that lines keep their numbers; string literals are left alone.
std::string without_comments(std::string_view text) {
  std::string result(text);
  enum class In { code, line, block, string, character } in = In::code;
  for (std::size_t i = 0; i < result.size(); ++i) {
    const char c = result[i];
    const char next = i + 1 < result.size() ? result[i + 1] : '\0';
    switch (in) {
      case In::code:
        if (c == '/' && (next == '/' || next == '*')) {
          in = next == '/' ? In::line : In::block;
          result[i] = result[i + 1] = ' ';
          ++i;
        } else if (c == '"') {
          in = In::string;
        } else if (c == '\'' && (i == 0 || std::isalnum(static_cast<unsigned char>(result[i - 1])) == 0)) {
          in = In::character;  // not the separator in 1'000
        }
        break;
      case In::line:
        if (c == '\n')
          in = In::code;
        else
          result[i] = ' ';
        break;
      case In::block:
        if (c == '*' && next == '/') {
          in = In::code;
          result[i + 1] = ' ';
        }
        if (c != '\n') result[i] = ' ';
        break;
      case In::string:
      case In::character:
        if (c == '\\')
          ++i;
        else if (c == '\n' || c == (in == In::string ? '"' : '\''))
          in = In::code;
        break;
    }
  }
  return result;
}

}  // namespace

const std::vector<std::string>& layers() {
  static const std::vector<std::string> order{
      "sim/base",        "sim/config",
      "workloads/ops",   "workloads/graph",
      "workloads/transformer", "workloads/training",
      "workloads/import", "workloads/scenario",
      "sim/ppa",         "sim/kernel",
      "models/api",      "models/*",
      "sim/mapping",     "sim/parallel",    "sim/run",
      "sim/report",      "sim/sweep",
      "sim/claims",      "sim/validate",
      "sim/cli",
  };
  return order;
}

const std::set<std::string>& compositions() {
  static const std::set<std::string> folders{"models/npu", "models/gpu"};
  return folders;
}

std::vector<Include> includes_of(std::string_view text) {
  static const std::regex directive(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  std::vector<Include> result;
  std::istringstream lines(without_comments(text));
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::smatch match;
    if (std::regex_search(line, match, directive)) result.push_back({number, match[2], match[1] == "\""});
  }
  return result;
}

std::string folder_of(std::string_view path) {
  const auto first = path.find('/');
  const auto second = first == std::string_view::npos ? std::string_view::npos : path.find('/', first + 1);
  if (second == std::string_view::npos) return "";
  std::string folder(path.substr(0, second));
  return rank_of(folder) < 0 ? "" : folder;
}

std::vector<std::string> violations(const Tree& tree) {
  std::set<std::string> paths;
  for (const auto& file : tree.sources) paths.insert(file.path);

  std::vector<std::string> result;
  for (const auto& file : tree.sources) {
    const bool test = file.path.starts_with("tests/");
    const std::string folder = folder_of(file.path);
    if (folder.empty() && !test) {
      result.push_back(file.path + ":1: lies in no folder of the layout");
      continue;
    }
    const std::set<std::string> usable = closure(folder, tree.declared);
    for (const auto& include : includes_of(file.text)) {
      const auto report = [&](const std::string& what) {
        result.push_back(file.path + ":" + std::to_string(include.line) + ": " + what);
      };
      if (!include.quoted) {
        if (paths.contains(include.path))
          report("includes <" + include.path + ">: our own headers take quotes");
        const std::string foreign = test ? "" : check_foreign(folder, include.path);
        if (!foreign.empty()) report(foreign);
        continue;
      }
      if (!paths.contains(include.path)) {
        report("includes \"" + include.path + "\", which is no file when read from the root");
        continue;
      }
      if (test) continue;
      const std::string target = folder_of(include.path);
      if (target.empty()) {
        report("includes \"" + include.path + "\", which is in no folder of the layout");
      } else if (!may_use(folder, target)) {
        const bool siblings = rank_of(folder) == rank_of(target);
        report("includes \"" + include.path + "\": " + folder + " may not use " + target +
               (siblings ? ", its sibling" : ", which is above it in the order"));
      } else if (tree.declared.contains(folder) && !usable.contains(target)) {
        report("includes \"" + include.path + "\", but DEPENDS in " + folder +
               "/CMakeLists.txt does not lead to " + target);
      }
    }
  }
  for (const auto& [folder, others] : tree.declared) {
    for (const auto& other : others) {
      if (!may_use(folder, other)) {
        result.push_back(folder + "/CMakeLists.txt:1: DEPENDS names the library of " + other + ", which " +
                         folder + " may not use");
      }
    }
  }
  return result;
}

std::map<std::string, std::set<std::string>> declared_dependencies(
    const std::vector<SourceFile>& cmake_files) {
  static const std::regex call(R"(presil_library\s*\(\s*(\w+)([^)]*)\))");
  static const std::regex word(R"([\w:-]+)");
  struct Library {
    std::string folder;
    std::vector<std::string> depends;
  };
  std::map<std::string, Library> libraries;
  for (const auto& file : cmake_files) {
    std::smatch match;
    if (!std::regex_search(file.text, match, call)) continue;
    Library library{file.path.substr(0, file.path.rfind('/')), {}};
    const std::string rest = match[2];
    for (std::sregex_iterator i(rest.begin(), rest.end(), word), end; i != end; ++i)
      library.depends.push_back(i->str());
    libraries[match[1]] = library;
  }
  std::map<std::string, std::set<std::string>> result;
  for (const auto& [name, library] : libraries) {
    auto& folders = result[library.folder];
    for (const auto& other : library.depends) {
      if (const auto found = libraries.find(other); found != libraries.end())
        folders.insert(found->second.folder);
    }
  }
  return result;
}

}  // namespace presil::layering
