// spec.cpp -- implementation of spec.h.
#include "sim/sweep/spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>

#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/config/reader.h"
#include "sim/config/schema.h"
#include "sim/sweep/sample.h"

namespace presil::sweep {

namespace {

using config::fail_at;
using config::Mark;
using config::Node;

constexpr std::size_t kMostDimensionsOfASample = 1000;

const std::vector<std::string> kKeys{"experiment", "bench",      "set",     "grid", "zip",
                                     "sample",     "constraints", "objectives", "explore", "output"};

// The parts of the file that hold no free paths.
struct Declared {
  std::string experiment, bench, output;
  std::vector<std::string> constraints;
  void describe(config::Visitor& v) {
    v.text("experiment", experiment, config::optional, "The experiment file, relative to this one.");
    v.text("bench", bench, config::optional,
           "Instead of an experiment: gemm, one matrix product; its paths are device, dtype, m, n, k, batch and those of the chip.");
    v.texts("constraints", constraints, config::optional,
            "Expressions over the paths; a point that breaks one is left out.");
    v.text("output", output, config::optional, "The CSV file to write, relative to the current folder.");
  }
};

struct ExploreKeys {
  Explore explore;
  void describe(config::Visitor& v) {
    v.integer("population", explore.population, config::optional, 4, 10'000, "Points of a generation.");
    v.integer("generations", explore.generations, config::optional, 1, 10'000, "Generations, the first one included.");
    v.integer("seed", explore.seed, config::optional, 0, 1 << 30, "Of the random numbers.");
  }
};

struct SampleKeys {
  static constexpr std::string_view kMethods[] = {"sobol", "random"};
  std::uint64_t points{0}, seed{0};
  SampleMethod method{SampleMethod::sobol};
  void describe(config::Visitor& v) {
    v.integer("points", points, config::required, 1, 1 << 24, "How many; a row that comes twice counts once.");
    v.choice("method", method, config::optional, kMethods, "How they are spread.");
    v.integer("seed", seed, config::optional, 0, 1 << 30, "Of the random numbers; of Sobol's sequence, 0 leaves it as it is.");
  }
};

std::string text_of(const Node& root, const char* key) {
  const Node* node = root.find(key);
  if (!node) return "";
  if (node->kind != Node::Kind::scalar || node->scalar.empty())
    fail_at(node->mark, fmt::format("'{}' must name {}", key, std::string_view(key) == "bench" ? "a bench" : "a file"));
  return node->scalar;
}

void check_path(const std::string& path, const Mark& mark) {
  if (path.empty() || path.find('=') != std::string::npos) fail_at(mark, fmt::format("'{}' is not a path to a value", path));
}

const Node& mapping(const Node& node, const char* key, const char* of) {
  if (node.kind != Node::Kind::mapping) fail_at(node.mark, fmt::format("'{}' must be a mapping from paths to {}", key, of));
  if (node.members.empty()) fail_at(node.mark, fmt::format("'{}' is empty", key));
  for (std::size_t i = 0; i < node.members.size(); ++i) check_path(node.members[i].first, node.key_marks[i]);
  return node;
}

void read_grid(const Node& grid, std::uint64_t most, Spec& spec) {
  mapping(grid, "grid", "lists of values");
  for (std::size_t i = 0; i < grid.members.size(); ++i) {
    const auto& [path, values] = grid.members[i];
    Dimension dimension{{path}, {grid.key_marks[i]}, {}};
    for (const Setting& setting : read_values(path, values, most)) dimension.rows.push_back({setting});
    spec.dimensions.push_back(std::move(dimension));
  }
}

void read_zip(const Node& zip, std::uint64_t most, Spec& spec) {
  mapping(zip, "zip", "lists of values of one length");
  Dimension dimension;
  for (std::size_t i = 0; i < zip.members.size(); ++i) {
    const auto& [path, node] = zip.members[i];
    // Values may come twice here: what must differ is the row.
    std::vector<Setting> values;
    if (node.kind == Node::Kind::sequence)
      for (const Node& item : node.items) {
        Node alone;
        alone.kind = Node::Kind::sequence;
        alone.items = {item};
        values.push_back(read_values(path, alone, most).front());
      }
    else
      values = read_values(path, node, most);
    if (values.empty()) fail_at(node.mark, fmt::format("'{}' has no values", path));
    if (i > 0 && values.size() != dimension.rows.size())
      fail_at(node.mark, fmt::format("'{}' has {} values, but '{}' has {}; lists of a zip are of one length", path,
                                     values.size(), dimension.paths.front(), dimension.rows.size()));
    dimension.rows.resize(values.size());
    for (std::size_t row = 0; row < values.size(); ++row) dimension.rows[row].push_back(values[row]);
    dimension.paths.push_back(path);
    dimension.marks.push_back(zip.key_marks[i]);
  }
  spec.dimensions.push_back(std::move(dimension));
}

void read_sample(Node node, std::uint64_t most, Spec& spec) {
  if (node.kind != Node::Kind::mapping || !node.find("of"))
    fail_at(node.mark, "'sample' must be a mapping with 'points' and 'of', a mapping from paths to values");
  const Node of = *node.find("of");
  const auto at = std::find_if(node.members.begin(), node.members.end(), [](const auto& m) { return m.first == "of"; });
  node.key_marks.erase(node.key_marks.begin() + (at - node.members.begin()));
  node.members.erase(at);
  SampleKeys keys;
  config::read(node, keys);
  mapping(of, "of", "values");
  if (of.members.size() > kMostDimensionsOfASample)
    fail_at(of.mark, fmt::format("a sample has at most {} paths", kMostDimensionsOfASample));
  if (keys.points > most) fail_at(node.mark, fmt::format("a sample of {} points, more than {}; --allow N raises the limit", keys.points, most));
  Dimension dimension{{}, of.key_marks, {}};
  std::vector<Range> ranges;
  for (const auto& [path, values] : of.members) {
    dimension.paths.push_back(path);
    ranges.emplace_back(path, values, most);
  }
  for (const auto& shares : sample(keys.method, keys.points, ranges.size(), keys.seed)) {
    std::vector<Setting> row;
    for (std::size_t i = 0; i < ranges.size(); ++i) row.push_back(ranges[i].at(shares[i]));
    dimension.rows.push_back(std::move(row));
  }
  std::set<std::string> seen;
  std::erase_if(dimension.rows, [&](const std::vector<Setting>& row) {
    std::string key;
    for (const Setting& s : row) key += s.value + '\0';
    return !seen.insert(key).second;
  });
  spec.dimensions.push_back(std::move(dimension));
}

void read_fixed(const Node& set, Spec& spec) {
  mapping(set, "set", "values");
  for (const auto& [path, node] : set.members) {
    Node alone;
    alone.kind = Node::Kind::sequence;
    alone.items = {node};
    spec.fixed_paths.push_back(path);
    spec.fixed.push_back(read_values(path, alone, 1).front());
  }
}

void check_keys(const Node& root) {
  for (std::size_t i = 0; i < root.members.size(); ++i) {
    const std::string& key = root.members[i].first;
    if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end())
      fail_at(root.key_marks[i], fmt::format("unknown key '{}'; a sweep has {}{}", key, join(kKeys), did_you_mean(key, kKeys)));
  }
}

void check_experiment(const std::filesystem::path& file, const Mark& mark) {
  std::error_code error;
  if (std::filesystem::is_directory(file, error))
    fail_at(mark, fmt::format("{} is a folder; expected an experiment file", file.string()));
  if (std::filesystem::exists(file, error)) return;
  std::vector<std::string> names;
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    names.push_back(it->path().filename().string());
  std::sort(names.begin(), names.end());
  fail_at(mark, fmt::format("there is no file {}{}", file.string(), did_you_mean(file.filename().string(), names)));
}

void read_subject(const Node& root, Spec& spec) {
  const Node *experiment = root.find("experiment"), *bench = root.find("bench");
  if (experiment && bench) fail_at(bench->mark, "a sweep has 'experiment' or 'bench', not both");
  if (!experiment && !bench) fail_at(root.mark, "a sweep needs the key 'experiment'");
  spec.bench = text_of(root, "bench");
  if (bench && spec.bench != "gemm")
    fail_at(bench->mark, fmt::format("unknown bench '{}'; a sweep can run gemm{}", spec.bench, did_you_mean(spec.bench, {"gemm"})));
  if (!experiment) return;
  spec.experiment = std::filesystem::path(spec.file).parent_path() / text_of(root, "experiment");
  check_experiment(spec.experiment, experiment->mark);
}

void check_paths_once(const Spec& spec) {
  std::vector<std::string> seen = spec.fixed_paths;
  for (const Dimension& dimension : spec.dimensions)
    for (std::size_t i = 0; i < dimension.paths.size(); ++i) {
      if (std::find(seen.begin(), seen.end(), dimension.paths[i]) != seen.end())
        fail_at(dimension.marks[i], fmt::format("'{}' is in two places of this sweep", dimension.paths[i]));
      seen.push_back(dimension.paths[i]);
    }
}

Expression expression_at(const Node& node) {
  if (node.kind != Node::Kind::scalar) fail_at(node.mark, "expected an expression, such as \"workload.batch <= 64\"");
  try {
    return Expression(node.scalar);
  } catch (const InputError& error) {
    fail_at(node.mark, error.what());
  }
}

void read_constraints(const Node& list, Spec& spec) {
  if (list.kind != Node::Kind::sequence) fail_at(list.mark, "'constraints' must be a list of expressions");
  std::vector<std::string> known = spec.paths();
  known.insert(known.end(), spec.fixed_paths.begin(), spec.fixed_paths.end());
  for (const Node& node : list.items) {
    spec.constraints.push_back(expression_at(node));
    for (const std::string& name : spec.constraints.back().names())
      if (std::find(known.begin(), known.end(), name) == known.end())
        fail_at(node.mark, fmt::format("'{}' is not a path of this sweep{}", name, did_you_mean(name, known)));
  }
}

void read_objectives(const Node& objectives, Spec& spec) {
  if (objectives.kind != Node::Kind::mapping || objectives.members.empty())
    fail_at(objectives.mark, "'objectives' must be a mapping from metrics to min or max");
  for (std::size_t i = 0; i < objectives.members.size(); ++i) {
    const auto& [what, goal] = objectives.members[i];
    if (goal.kind != Node::Kind::scalar || (goal.scalar != "min" && goal.scalar != "max"))
      fail_at(goal.mark, fmt::format("'{}' must be min or max", what));
    Node text;
    text.kind = Node::Kind::scalar;
    text.scalar = what;
    text.mark = objectives.key_marks[i];
    spec.objectives.push_back({expression_at(text), goal.scalar == "max", text.mark});
  }
}

// Walks the whole space, the last dimension fastest.
void enumerate(const Mark& mark, std::uint64_t most, Spec& spec) {
  double all = 1;
  for (const Dimension& dimension : spec.dimensions) all *= static_cast<double>(dimension.rows.size());
  if (all > static_cast<double>(most))
    fail_at(mark, fmt::format("the space has {:.6g} points, more than {}; --allow N raises the limit", all, most));
  Choice choice(spec.dimensions.size(), 0);
  for (std::uint64_t left = static_cast<std::uint64_t>(all); left > 0; --left) {
    if (spec.allowed(choice)) spec.points.push_back(choice);
    for (std::size_t d = choice.size(); d-- > 0;) {
      if (++choice[d] < spec.dimensions[d].rows.size()) break;
      choice[d] = 0;
    }
  }
  if (spec.points.empty()) fail_at(mark, "no point keeps the constraints");
}

void read_space(const Node& root, std::uint64_t most, Spec& spec) {
  if (const Node* set = root.find("set")) read_fixed(*set, spec);
  if (const Node* grid = root.find("grid")) read_grid(*grid, most, spec);
  if (const Node* zip = root.find("zip")) read_zip(*zip, most, spec);
  if (const Node* node = root.find("sample")) read_sample(*node, most, spec);
  if (spec.dimensions.empty()) fail_at(root.mark, "a sweep needs the key 'grid': a mapping from paths to lists of values");
  check_paths_once(spec);
  if (const Node* constraints = root.find("constraints")) read_constraints(*constraints, spec);
  if (const Node* objectives = root.find("objectives")) read_objectives(*objectives, spec);
}

}  // namespace

std::vector<std::string> Spec::paths() const {
  std::vector<std::string> all;
  for (const Dimension& dimension : dimensions) all.insert(all.end(), dimension.paths.begin(), dimension.paths.end());
  return all;
}

std::vector<std::string> Spec::overrides(const Choice& choice) const {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < fixed.size(); ++i) result.push_back(fixed_paths[i] + "=" + fixed[i].value);
  for (std::size_t d = 0; d < dimensions.size(); ++d)
    for (std::size_t i = 0; i < dimensions[d].paths.size(); ++i)
      result.push_back(dimensions[d].paths[i] + "=" + dimensions[d].rows[choice[d]][i].value);
  return result;
}

std::vector<std::string> Spec::cells(const Choice& choice) const {
  std::vector<std::string> result;
  for (std::size_t d = 0; d < dimensions.size(); ++d)
    for (const Setting& setting : dimensions[d].rows[choice[d]]) result.push_back(setting.cell);
  return result;
}

bool Spec::allowed(const Choice& choice) const {
  if (constraints.empty()) return true;
  const std::vector<std::string> names = paths(), values = cells(choice);
  const NameLookup lookup = [&](std::string_view name) -> std::optional<ExpressionValue> {
    for (std::size_t i = 0; i < names.size(); ++i)
      if (names[i] == name) return expression_value(values[i]);
    for (std::size_t i = 0; i < fixed_paths.size(); ++i)
      if (fixed_paths[i] == name) return expression_value(fixed[i].cell);
    return std::nullopt;
  };
  return std::all_of(constraints.begin(), constraints.end(), [&](const Expression& e) { return e.holds(lookup); });
}

const Mark* Spec::mark_of(const std::string& path) const {
  for (const Dimension& dimension : dimensions)
    for (std::size_t i = 0; i < dimension.paths.size(); ++i)
      if (dimension.paths[i] == path) return &dimension.marks[i];
  return nullptr;
}

Spec read_spec(const std::filesystem::path& file, std::uint64_t most_points) {
  const Node root = config::parse_file(file);
  if (root.kind != Node::Kind::mapping) fail_at(root.mark, "a sweep is a mapping with 'experiment' and 'grid'");
  check_keys(root);
  Spec spec;
  spec.file = file.string();
  spec.output = text_of(root, "output");
  read_space(root, most_points, spec);
  read_subject(root, spec);
  const Node* explore = root.find("explore");
  if (!explore) {
    const Node* grid = root.find("grid");
    enumerate(grid ? grid->mark : root.mark, most_points, spec);
    return spec;
  }
  ExploreKeys keys;
  config::read(*explore, keys);
  spec.explore = keys.explore;
  if (spec.objectives.empty()) fail_at(explore->mark, "'explore' needs 'objectives', a mapping from metrics to min or max");
  return spec;
}

nlohmann::ordered_json spec_schema() {
  using Json = nlohmann::ordered_json;
  Declared declared;
  Json schema = config::schema_of([&](config::Visitor& v) { declared.describe(v); });
  const Json ends = {{"type", "array"}, {"minItems", 2}, {"maxItems", 2}};
  const Json range = {{"type", "object"}, {"required", {"range"}}, {"additionalProperties", false},
                      {"properties", {{"range", ends}, {"step", {{"type", {"number", "string"}}}}}}};
  const auto form = [&](const char* word) {
    return Json{{"type", "object"}, {"required", {word}}, {"additionalProperties", false}, {"properties", {{word, ends}}}};
  };
  const Json list = {{"type", "array"}, {"minItems", 1}};
  const Json values = {{"anyOf", {list, range, form("log2")}}};
  const Json sampled = {{"anyOf", {list, range, form("log2"), form("uniform"), form("log")}}};
  const auto paths = [](const char* text, const Json& of) {
    return Json{{"type", "object"}, {"description", text}, {"minProperties", 1}, {"additionalProperties", of}};
  };
  Json& properties = schema["properties"];
  properties["set"] = paths("Paths as for --set, each with the value that every point has.", Json(true));
  properties["grid"] = paths("Paths as for --set, each with the values to try; every combination is run, the last path fastest.", values);
  properties["zip"] = paths("Paths whose lists, of one length, vary together.", values);
  SampleKeys sample_keys;
  properties["sample"] = config::schema_of([&](config::Visitor& v) { sample_keys.describe(v); });
  properties["sample"].erase("$schema");
  properties["sample"]["properties"]["of"] = paths("Paths, each with the values it is drawn from.", sampled);
  properties["sample"]["required"] = {"points", "of"};
  properties["objectives"] = paths("Metrics, or expressions of them, to be made small or large: the Pareto front is theirs.", {{"enum", {"min", "max"}}});
  ExploreKeys explore;
  properties["explore"] = config::schema_of([&](config::Visitor& v) { explore.describe(v); });
  properties["explore"].erase("$schema");
  return schema;
}

}  // namespace presil::sweep
