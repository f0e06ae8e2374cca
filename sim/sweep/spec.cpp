// spec.cpp -- implementation of spec.h.
#include "sim/sweep/spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <system_error>

#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/config/schema.h"

namespace presil::sweep {

namespace {

using config::Node;

[[noreturn]] void refuse(const config::Mark& mark, const std::string& message) {
  throw InputError(mark.text() + ": " + message);
}

// The declared part of the file; the grid is free, so it is read from the document itself.
struct Declared {
  std::string experiment, output;
  void describe(config::Visitor& v) {
    v.text("experiment", experiment, config::required, "The experiment file, relative to this one.");
    v.text("output", output, config::optional, "The CSV file to write, relative to the current folder.");
  }
};

// A value in YAML's flow style, so that it can stand on the right of PATH=VALUE.
std::string flow(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null: return "null";
    case Node::Kind::scalar: return node.quoted ? nlohmann::json(node.scalar).dump() : node.scalar;
    case Node::Kind::sequence: {
      std::vector<std::string> parts;
      for (const Node& item : node.items) parts.push_back(flow(item));
      return "[" + join(parts) + "]";
    }
    case Node::Kind::mapping: {
      std::vector<std::string> parts;
      for (const auto& [key, value] : node.members) parts.push_back(key + ": " + flow(value));
      return "{" + join(parts) + "}";
    }
  }
  return "";
}

std::string text_of(const Node& root, const char* key, bool is_required) {
  const Node* node = root.find(key);
  if (!node && is_required) refuse(root.mark, fmt::format("a sweep needs the key '{}'", key));
  if (!node) return "";
  if (node->kind != Node::Kind::scalar || node->scalar.empty())
    refuse(node->mark, fmt::format("'{}' must name a file", key));
  return node->scalar;
}

Axis read_axis(const std::string& path, const Node& values, const config::Mark& mark) {
  if (path.empty() || path.find('=') != std::string::npos)
    refuse(mark, fmt::format("'{}' is not a path to a value", path));
  if (values.kind != Node::Kind::sequence)
    refuse(values.mark, fmt::format("'{}' must be a list of values, such as [1, 2]", path));
  if (values.items.empty()) refuse(values.mark, fmt::format("'{}' has no values", path));
  Axis axis{path, {}, {}, mark};
  for (const Node& value : values.items) {
    const std::string text = flow(value);
    if (std::find(axis.values.begin(), axis.values.end(), text) != axis.values.end())
      refuse(value.mark, fmt::format("'{}' has the value {} twice", path, text));
    axis.values.push_back(text);
    axis.cells.push_back(value.kind == Node::Kind::scalar ? value.scalar : text);
  }
  return axis;
}

std::vector<Axis> read_grid(const Node& root) {
  const Node* grid = root.find("grid");
  if (!grid) refuse(root.mark, "a sweep needs the key 'grid': a mapping from paths to lists of values");
  if (grid->kind != Node::Kind::mapping)
    refuse(grid->mark, "'grid' must be a mapping from paths to lists of values");
  if (grid->members.empty()) refuse(grid->mark, "'grid' is empty");
  std::vector<Axis> axes;
  for (std::size_t i = 0; i < grid->members.size(); ++i)
    axes.push_back(read_axis(grid->members[i].first, grid->members[i].second, grid->key_marks[i]));
  return axes;
}

void check_keys(const Node& root) {
  static const std::vector<std::string> kKeys{"experiment", "grid", "output"};
  for (std::size_t i = 0; i < root.members.size(); ++i) {
    const std::string& key = root.members[i].first;
    if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end())
      refuse(root.key_marks[i],
             fmt::format("unknown key '{}'; a sweep has {}{}", key, join(kKeys), did_you_mean(key, kKeys)));
  }
}

void check_experiment(const std::filesystem::path& file, const config::Mark& mark) {
  std::error_code error;
  if (std::filesystem::is_directory(file, error))
    refuse(mark, fmt::format("{} is a folder; expected an experiment file", file.string()));
  if (std::filesystem::exists(file, error)) return;
  std::vector<std::string> names;
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    names.push_back(it->path().filename().string());
  std::sort(names.begin(), names.end());
  refuse(mark, fmt::format("there is no file {}{}", file.string(), did_you_mean(file.filename().string(), names)));
}

void check_size(const std::vector<Axis>& grid, const config::Mark& mark, std::uint64_t most) {
  std::uint64_t points = 1;
  for (const Axis& axis : grid) {
    if (points > most / axis.values.size())
      refuse(mark, fmt::format("the grid has more than {} points; --allow N raises the limit", most));
    points *= axis.values.size();
  }
}

}  // namespace

std::size_t Spec::points() const {
  std::size_t points = 1;
  for (const Axis& axis : grid) points *= axis.values.size();
  return points;
}

std::vector<std::size_t> Spec::position(std::size_t point) const {
  std::vector<std::size_t> result(grid.size());
  for (std::size_t a = grid.size(); a-- > 0;) {
    result[a] = point % grid[a].values.size();
    point /= grid[a].values.size();
  }
  return result;
}

std::vector<std::string> Spec::overrides(std::size_t point) const {
  const std::vector<std::size_t> at = position(point);
  std::vector<std::string> result;
  for (std::size_t a = 0; a < grid.size(); ++a) result.push_back(grid[a].path + "=" + grid[a].values[at[a]]);
  return result;
}

std::vector<std::string> Spec::cells(std::size_t point) const {
  const std::vector<std::size_t> at = position(point);
  std::vector<std::string> result;
  for (std::size_t a = 0; a < grid.size(); ++a) result.push_back(grid[a].cells[at[a]]);
  return result;
}

Spec read_spec(const std::filesystem::path& file, std::uint64_t most_points) {
  const Node root = config::parse_file(file);
  if (root.kind != Node::Kind::mapping)
    refuse(root.mark, "a sweep is a mapping with 'experiment' and 'grid'");
  check_keys(root);
  Spec spec;
  spec.file = file.string();
  spec.experiment = file.parent_path() / text_of(root, "experiment", true);
  spec.output = text_of(root, "output", false);
  spec.grid = read_grid(root);
  check_size(spec.grid, root.find("grid")->mark, most_points);
  check_experiment(spec.experiment, root.find("experiment")->mark);
  return spec;
}

nlohmann::ordered_json spec_schema() {
  Declared declared;
  nlohmann::ordered_json schema = config::schema_of([&](config::Visitor& v) { declared.describe(v); });
  schema["properties"]["grid"] = {
      {"type", "object"},
      {"description",
       "Paths as for --set, each with the values to try; every combination is run, the last path fastest."},
      {"minProperties", 1},
      {"additionalProperties", {{"type", "array"}, {"minItems", 1}, {"uniqueItems", true}}}};
  schema["required"] = {"experiment", "grid"};
  return schema;
}

}  // namespace presil::sweep
