// run.cpp -- implementation of run.h.
#include "sim/sweep/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/config/schema.h"
#include "sim/report/metrics.h"
#include "sim/run/run.h"

namespace presil::sweep {

namespace {

using Json = nlohmann::ordered_json;

const std::vector<std::string> kGemmMetrics{"latency_us",    "achieved_tflops", "peak_tflops",        "achieved_tops", "peak_tops",
                                            "utilisation",   "memory_gb_per_s", "memory_utilisation", "bound_us"};

std::uint64_t extent(const std::string& path, const std::string& value) {
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (problem == std::errc() && end == value.data() + value.size() && number >= 1 && number <= std::uint64_t{1} << 24) return number;
  throw InputError(fmt::format("--set {}={}: expected a whole number from 1 to 16777216", path, value));
}

bool flag(const std::string& path, const std::string& value) {
  if (value != "true" && value != "false") throw InputError(fmt::format("--set {}={}: expected true or false", path, value));
  return value == "true";
}

// The paths that are arguments of the bench; all others are the chip's.
bool take(run::GemmQuery& query, const std::string& path, const std::string& value) {
  if (path == "device") query.device = value;
  else if (path == "dtype") query.dtype = value;
  else if (path == "sparse") query.sparse = flag(path, value);
  else if (path == "m") query.m = extent(path, value);
  else if (path == "n") query.n = extent(path, value);
  else if (path == "k") query.k = extent(path, value);
  else if (path == "batch") query.batch = extent(path, value);
  else return false;
  return true;
}

Json run_gemm(const std::vector<std::string>& overrides) {
  run::GemmQuery query;
  std::vector<std::string> of_chip;
  for (const std::string& text : overrides) {
    const std::size_t equals = text.find('=');
    std::string value = text.substr(equals + 1);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    if (!take(query, text.substr(0, equals), value)) of_chip.push_back(text);
  }
  for (const auto& [name, missing] : {std::pair{"device", query.device.empty()}, {"m", query.m == 0}, {"n", query.n == 0}, {"k", query.k == 0}})
    if (missing) throw InputError(fmt::format("a sweep of bench gemm needs the path '{}' in set, grid, zip or sample", name));
  const Json record = run::bench_gemm(query, of_chip);
  Json metrics = Json::object();
  for (const std::string& name : kGemmMetrics)
    if (record.contains(name)) metrics[name] = record[name];
  return {{"metrics", metrics}};
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

Json run_subject(const Spec& spec, const std::vector<std::string>& overrides) {
  return spec.bench.empty() ? run::run_experiment(spec.experiment, {overrides, false}).result : run_gemm(overrides);
}

std::vector<std::string> metrics_of(const Spec& spec) {
  if (!spec.bench.empty()) return kGemmMetrics;
  std::vector<std::string> names;
  for (const report::Metric& metric : report::metrics()) names.emplace_back(metric.name);
  return names;
}

void check_objectives(const Spec& spec) {
  std::vector<std::string> known = metrics_of(spec);
  const std::vector<std::string> paths = spec.paths();
  known.insert(known.end(), paths.begin(), paths.end());
  for (const Objective& objective : spec.objectives)
    for (const std::string& name : objective.what.names())
      if (std::find(known.begin(), known.end(), name) == known.end())
        throw InputError(fmt::format("{}: there is no metric '{}'{}", objective.mark.text(), name, did_you_mean(name, known)));
}

std::string fingerprint(const Spec& spec, const std::string& version) {
  Json all{{"version", version}, {"bench", spec.bench}, {"experiment", text_of(spec.experiment)}, {"paths", spec.paths()}};
  for (std::size_t i = 0; i < spec.fixed.size(); ++i) all["set"].push_back(spec.fixed_paths[i] + "=" + spec.fixed[i].value);
  for (const Dimension& dimension : spec.dimensions)
    for (const auto& row : dimension.rows)
      for (const Setting& setting : row) all["values"].push_back(setting.value);
  for (const Expression& constraint : spec.constraints) all["constraints"].push_back(constraint.text());
  if (spec.explore) {
    all["explore"] = {spec.explore->population, spec.explore->generations, spec.explore->seed};
    for (const Objective& objective : spec.objectives) all["objectives"].push_back({objective.what.text(), objective.largest});
  }
  return config::hash_hex(all.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace presil::sweep
