// judge.cpp -- implementation of judge.h.
#include "sim/claims/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/claims/bench.h"
#include "sim/report/format.h"
#include "sim/sweep/pool.h"
#include "sim/sweep/run.h"

namespace presil::claims {

namespace {

using Json = nlohmann::ordered_json;
using Numbers = std::map<std::string, double>;

std::string key_of(const Run& run) { return run.experiment.string() + "\n" + run.bench + "\n" + join(run.overrides, "\n"); }

void flatten(const Json& value, const std::string& path, Json& numbers) {
  const std::string start = path.empty() ? "" : path + ".";
  if (value.is_number()) numbers[path] = value;
  if (value.is_object())
    for (const auto& [name, member] : value.items())
      flatten(member, name == "metrics" && path.empty() ? "" : start + name, numbers);
  if (value.is_array())
    for (const Json& row : value)
      if (row.is_object() && row.contains("name")) flatten(row, start + row["name"].get<std::string>(), numbers);
}

// In a process of its own: the numbers of a run, or its error.
std::string run_one(const Run& run) {
  Json answer;
  try {
    sweep::Spec spec;
    spec.experiment = run.experiment;
    Json document = run.bench.empty() ? sweep::run_subject(spec, run.overrides) : run_bench(run.bench, run.overrides);
    for (const char* part : {"experiment", "ops", "mapping", "assumptions"}) document.erase(part);
    answer["numbers"] = {{"status", 0}};
    flatten(document, "", answer["numbers"]);
  } catch (const CapacityError& error) {
    answer["numbers"] = {{"status", static_cast<int>(error.status())}};
  } catch (const std::exception& error) {
    answer["error"] = error.what();
  }
  return answer.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::map<std::string, Numbers> run_all(const std::vector<Claim>& claims, std::size_t jobs,
                                       const std::function<void(std::size_t, std::size_t)>& progress) {
  std::map<std::string, Numbers> results;
  std::vector<const Run*> runs;
  for (const Claim& claim : claims)
    for (const Run& run : claim.runs)
      if (results.try_emplace(key_of(run)).second) runs.push_back(&run);
  std::size_t done = 0;
  sweep::run_pool(
      0, runs.size(), jobs, [&](std::size_t i) { return run_one(*runs[i]); },
      [&](std::size_t i, const sweep::Reply& reply) {
        const auto fail = [&](const std::string& why) { throw InputError(fmt::format("{}: run '{}': {}", runs[i]->mark.text(), runs[i]->name, why)); };
        if (reply.signal != 0 || reply.status != 0) fail("the process died");
        const Json answer = Json::parse(reply.text);
        if (answer.contains("error")) fail(answer["error"].get<std::string>());
        for (const auto& [name, value] : answer.at("numbers").items()) results[key_of(*runs[i])][name] = value.get<double>();
        progress(++done, runs.size());
      });
  return results;
}

// "{slower}" becomes 1.93.
std::string filled(const std::string& text, const std::map<std::string, double>& figures, const config::Mark& mark) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = text.find('{', at), close = open == std::string::npos ? open : text.find('}', open);
    if (close == std::string::npos) return result + text.substr(at);
    const std::string name = text.substr(open + 1, close - open - 1);
    const auto found = figures.find(name);
    if (found == figures.end()) throw InputError(mark.text() + ": there is no figure '" + name + "'");
    result += text.substr(at, open - at) + report::number(found->second);
    at = close + 1;
  }
  return result;
}

Judgement judge_one(const Claim& claim, const std::map<std::string, Numbers>& results) {
  Judgement judgement{&claim, "open", claim.open, {}};
  if (!claim.open.empty()) return judgement;
  std::map<std::string, double> names, figures;
  for (const Run& run : claim.runs)
    for (const auto& [name, value] : results.at(key_of(run))) names[run.name + "." + name] = value;
  const NameLookup lookup = [&](std::string_view name) -> std::optional<ExpressionValue> {
    const auto found = names.find(std::string(name));
    if (found == names.end()) return std::nullopt;
    return found->second;
  };
  const auto value_of = [&](const Expression& what, const config::Mark& mark) {
    try {
      return what.value(lookup);
    } catch (const InputError& error) {
      throw InputError(mark.text() + ": " + error.what());
    }
  };
  for (const FigureRule& figure : claim.figures) {
    const double value = value_of(figure.is, figure.mark);
    names[figure.name] = figures[figure.name] = value;
    judgement.figures.push_back({filled(figure.text, figures, figure.mark), value});
  }
  const auto rule = std::find_if(claim.verdicts.begin(), claim.verdicts.end(),
                                 [&](const VerdictRule& v) { return !v.when || value_of(*v.when, v.mark) != 0; });
  judgement.verdict = rule->verdict;
  judgement.because = filled(rule->because, figures, rule->mark);
  return judgement;
}

std::string cell(std::string text) {
  for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2)) text.replace(at, 1, "\\|");
  return text;
}

std::string section(const Judgement& j) {
  std::string text = fmt::format("## {}\n\nDocument {}: {}\n\n", j.claim->id, j.claim->document, j.claim->claim);
  if (!j.claim->simulated.empty()) text += "Simulated: " + j.claim->simulated + "\n\n";
  if (!j.figures.empty()) {
    text += "| figure | value |\n|---|---:|\n";
    for (const Judgement::Value& figure : j.figures) text += fmt::format("| {} | {} |\n", cell(figure.text), report::number(figure.value));
    text += "\n";
  }
  return text + fmt::format("**{}**: {}\n", j.verdict, j.because);
}

}  // namespace

std::vector<Judgement> judge(const std::vector<Claim>& claims, std::size_t jobs,
                             const std::function<void(std::size_t, std::size_t)>& progress) {
  const std::map<std::string, Numbers> results = run_all(claims, jobs, progress);
  std::vector<Judgement> judgements;
  for (const Claim& claim : claims) judgements.push_back(judge_one(claim, results));
  return judgements;
}

std::string claims_page(const std::vector<Judgement>& judgements) {
  std::string text =
      "# Claims\n\nStatements from five industry reports (A to E), put to the test: each is a file in configs/experiments/claims that says what is run,\n"
      "what is computed from it and what would refute it. `presil claims` runs them all and writes this page; no figure on it is\n"
      "written by hand. \"open\" means that no model exists yet for what the claim speaks of.\n\n";
  for (const char* verdict : {"holds", "holds when", "refuted", "cannot be decided", "open"}) {
    const auto n = std::count_if(judgements.begin(), judgements.end(), [&](const Judgement& j) { return j.verdict == verdict; });
    text += fmt::format("{}{} {}", text.ends_with("\n") ? "" : ", ", n, verdict);
  }
  text += ".\n\n| claim | document | verdict | because |\n|---|---|---|---|\n";
  for (const Judgement& j : judgements)
    text += fmt::format("| [{0}](#{0}) | {1} | {2} | {3} |\n", j.claim->id, j.claim->document, j.verdict, cell(j.because));
  for (const Judgement& j : judgements) text += "\n" + section(j);
  return text;
}

}  // namespace presil::claims
