// claim.cpp -- implementation of claim.h.
#include "sim/claims/claim.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/claims/bench.h"
#include "sim/config/schema.h"
#include "sim/sweep/axis.h"

namespace presil::claims {

namespace {

using config::fail_at;
using config::Node;

const std::vector<std::string> kVerdicts{"holds", "holds when", "refuted", "cannot be decided"};

struct Declared {
  std::string id, document, claim, simulated, open;
  void describe(config::Visitor& v) {
    v.text("id", id, config::required, "A short name, that of the file.");
    v.text("document", document, config::required, "The letter of the document that says it.");
    v.text("claim", claim, config::required, "What it says, in a sentence.");
    v.text("simulated", simulated, config::optional, "What is run and compared.");
    v.text("open", open, config::optional, "Instead of runs: what today's models lack to judge it.");
  }
};

void check_keys(const Node& node, const std::vector<std::string>& keys, const char* what) {
  if (node.kind != Node::Kind::mapping) fail_at(node.mark, fmt::format("{} must be a mapping with {}", what, join(keys)));
  for (std::size_t i = 0; i < node.members.size(); ++i)
    if (std::find(keys.begin(), keys.end(), node.members[i].first) == keys.end())
      fail_at(node.key_marks[i], fmt::format("unknown key '{}'; {} has {}{}", node.members[i].first, what, join(keys), did_you_mean(node.members[i].first, keys)));
}

std::string text_of(const Node& node, const char* key, bool required) {
  const Node* value = node.find(key);
  if (!value && required) fail_at(node.mark, fmt::format("missing key '{}'", key));
  if (!value) return "";
  if (value->kind != Node::Kind::scalar) fail_at(value->mark, fmt::format("'{}' must be text", key));
  return value->scalar;
}

Expression expression_of(const Node& node, const char* key) {
  const std::string text = text_of(node, key, true);
  try {
    return Expression(text);
  } catch (const InputError& error) {
    fail_at(node.find(key)->mark, error.what());
  }
}

std::vector<sweep::Setting> values_of(const std::string& path, const Node& node, bool several) {
  if (several) return sweep::read_values(path, node, 1000);
  Node list;
  list.kind = Node::Kind::sequence;
  list.items = {node};
  return sweep::read_values(path, list, 1);
}

// A run, or one for each value of `over`.
void read_run(const std::filesystem::path& folder, const std::string& name, const Node& node, Claim& claim) {
  check_keys(node, {"experiment", "bench", "set", "over"}, "a run");
  Run run{name, {}, {}, {}, node.mark};
  const std::string experiment = text_of(node, "experiment", false), bench = text_of(node, "bench", false);
  if (experiment.empty() == bench.empty()) fail_at(node.mark, "a run has either 'experiment' or 'bench'");
  if (!bench.empty() && std::find(benches().begin(), benches().end(), bench) == benches().end())
    fail_at(node.find("bench")->mark, fmt::format("unknown bench '{}'; expected one of {}{}", bench, join(benches()), did_you_mean(bench, benches())));
  run.bench = bench;
  if (!experiment.empty()) run.experiment = folder / experiment;
  if (const Node* set = node.find("set"))
    for (const auto& [path, value] : set->members) run.overrides.push_back(path + "=" + values_of(path, value, false).front().value);
  const Node* over = node.find("over");
  if (!over) {
    claim.runs.push_back(run);
    return;
  }
  if (over->members.size() != 1) fail_at(over->mark, "'over' must be a mapping from one path to a list of values");
  const auto& [path, list] = over->members.front();
  for (const sweep::Setting& setting : values_of(path, list, true)) {
    Run one = run;
    one.name = name + "." + setting.cell;
    one.overrides.push_back(path + "=" + setting.value);
    claim.runs.push_back(std::move(one));
  }
}

void read_figures(const Node& node, Claim& claim) {
  if (node.kind != Node::Kind::mapping) fail_at(node.mark, "'figures' must be a mapping from names to {is, text}");
  for (std::size_t i = 0; i < node.members.size(); ++i) {
    const auto& [name, of] = node.members[i];
    check_keys(of, {"is", "text"}, "a figure");
    claim.figures.push_back({name, text_of(of, "text", true), expression_of(of, "is"), node.key_marks[i]});
  }
}

void read_verdicts(const Node& node, Claim& claim) {
  if (node.kind != Node::Kind::sequence || node.items.empty()) fail_at(node.mark, "'verdicts' must be a list of {when, verdict, because}");
  for (const Node& item : node.items) {
    check_keys(item, {"when", "verdict", "because"}, "a verdict");
    VerdictRule rule{std::nullopt, text_of(item, "verdict", true), text_of(item, "because", true), item.mark};
    if (std::find(kVerdicts.begin(), kVerdicts.end(), rule.verdict) == kVerdicts.end())
      fail_at(item.find("verdict")->mark, fmt::format("unknown verdict '{}'; verdicts: {}{}", rule.verdict, join(kVerdicts), did_you_mean(rule.verdict, kVerdicts)));
    if (item.find("when")) rule.when = expression_of(item, "when");
    claim.verdicts.push_back(std::move(rule));
  }
  if (claim.verdicts.back().when) fail_at(node.items.back().mark, "the last verdict must be without 'when': it stands when no other one does");
}

}  // namespace

Claim read_claim(const std::filesystem::path& file) {
  const Node root = config::parse_file(file);
  check_keys(root, {"id", "document", "claim", "simulated", "open", "runs", "figures", "verdicts"}, "a claim");
  Claim claim{file.string(), text_of(root, "id", true), text_of(root, "document", true), text_of(root, "claim", true),
              text_of(root, "simulated", false), text_of(root, "open", false), {}, {}, {}};
  if (claim.id != file.stem().string()) fail_at(root.find("id")->mark, fmt::format("the id '{}' is not the file's name", claim.id));
  if (!claim.open.empty()) {
    for (const char* key : {"runs", "figures", "verdicts"})
      if (const Node* node = root.find(key)) fail_at(node->mark, fmt::format("an open claim has no '{}'", key));
    return claim;
  }
  if (claim.simulated.empty()) fail_at(root.mark, "a claim needs 'simulated', or 'open' when nothing can be run");
  if (const Node* runs = root.find("runs")) {
    if (runs->kind != Node::Kind::mapping) fail_at(runs->mark, "'runs' must be a mapping from names to runs");
    for (const auto& [name, node] : runs->members) read_run(file.parent_path(), name, node, claim);
  }
  for (const char* key : {"figures", "verdicts"})
    if (!root.find(key)) fail_at(root.mark, fmt::format("a claim needs '{}'", key));
  read_figures(*root.find("figures"), claim);
  read_verdicts(*root.find("verdicts"), claim);
  return claim;
}

std::vector<Claim> read_claims(const std::filesystem::path& folder) {
  std::error_code error;
  std::set<std::filesystem::path> files;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (it->path().extension() == ".yaml") files.insert(it->path());
  if (error) throw InputError(folder.string() + ": " + error.message());
  if (files.empty()) throw InputError(folder.string() + ": holds no claims");
  std::vector<Claim> claims;
  for (const auto& file : files) claims.push_back(read_claim(file));
  return claims;
}

nlohmann::ordered_json claim_schema() {
  using Json = nlohmann::ordered_json;
  Declared declared;
  Json schema = config::schema_of([&](config::Visitor& v) { declared.describe(v); });
  const Json text = {{"type", {"string", "number"}}};
  const auto object = [](Json properties, Json required) {
    return Json{{"type", "object"}, {"additionalProperties", false}, {"required", std::move(required)}, {"properties", std::move(properties)}};
  };
  const Json free = {{"type", "object"}};
  schema["properties"]["runs"] = {{"type", "object"}, {"description", "Runs by name: an experiment, or a bench."},
                                  {"additionalProperties", object({{"experiment", text}, {"bench", {{"enum", benches()}}}, {"set", free}, {"over", free}}, Json::array())}};
  schema["properties"]["figures"] = {{"type", "object"}, {"description", "Expressions over RUN.metric and earlier figures."},
                                     {"additionalProperties", object({{"is", text}, {"text", text}}, {"is", "text"})}};
  schema["properties"]["verdicts"] = {{"type", "array"}, {"minItems", 1}, {"description", "The first whose condition holds; {figure} in `because` is its value."},
                                      {"items", object({{"when", text}, {"verdict", {{"enum", kVerdicts}}}, {"because", text}}, {"verdict", "because"})}};
  return schema;
}

}  // namespace presil::claims
