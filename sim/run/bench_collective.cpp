// bench_collective.cpp -- collectives: over the links of a node in closed form, on a system simulated (see run.h and bench_collective.h).
#include "sim/run/bench_collective.h"

#include <array>
#include <numeric>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "models/fabric/collective.h"
#include "models/fabric/collective_time.h"
#include "models/fabric/topology.h"
#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/config/loader.h"
#include "sim/config/reader.h"
#include "sim/run/collective_trace.h"
#include "sim/run/exchange_counts.h"
#include "sim/run/experiment.h"
#include "sim/run/run.h"
#include "sim/run/system.h"

namespace presil::run {

namespace {

/// The enumerator of that name; none when the text is empty.
template <class Enum, std::size_t n>
std::optional<Enum> named(const char* what, const std::string& text, const std::array<std::string_view, n>& all) {
  if (text.empty()) return {};
  for (std::size_t i = 0; i < n; ++i)
    if (all[i] == text) return static_cast<Enum>(i);
  const std::vector<std::string> names(all.begin(), all.end());
  throw UsageError(fmt::format("unknown {} '{}'; expected one of {}{}", what, text, join(names), did_you_mean(text, names)));
}

nlohmann::ordered_json row(const fabric::SystemConfig& system, const fabric::CollectiveJob& job, const fabric::CollectiveResult& result) {
  const double algbw = job.bytes / result.time.value / 1e9;
  const Seconds bound = fabric::collective_bound(system, job);
  // Rounded once for every chunk to 1 fs.
  if (result.time.value < bound.value * (1 - 1e-9))
    throw RunError(fmt::format("{} of {:.0f} B took {:.3f} us, below its bound of {:.3f} us", fabric::kOperationNames[static_cast<std::size_t>(job.operation)],
                               job.bytes, result.time.value * 1e6, bound.value * 1e6));
  return {{"size_b", job.bytes}, {"time_us", result.time.value * 1e6}, {"algbw_gb_per_s", algbw},
          {"busbw_gb_per_s", algbw * fabric::bus_factor(job.operation, job.ranks)},
          {"algorithm", std::string(fabric::kPatternNames[static_cast<std::size_t>(result.choice.pattern)])},
          {"protocol", std::string(fabric::kProtocolNames[static_cast<std::size_t>(result.choice.protocol)])},
          {"predicted_us", result.choice.predicted().value * 1e6}, {"bound_us", bound.value * 1e6}};
}

}  // namespace

nlohmann::ordered_json bench_collective(const CollectiveQuery& q, const std::vector<std::string>& overrides) {
  if (q.n_devices < 2) throw UsageError(fmt::format("--n-devices {} has nothing to exchange; expected 2 or more", q.n_devices));
  const config::SearchPath search{home() / "configs"};
  fabric::LinkConfig link;
  config::read(config::load(config::find_config(search, "links", q.link), overrides, reference_keys(), search), link);
  const workload::Collective work{q.op == "all_gather" ? workload::CollectiveKind::all_gather : workload::CollectiveKind::all_reduce,
                                  q.n_devices, q.bytes};
  const auto only = named<fabric::Algorithm>("algorithm", q.algorithm, fabric::kAlgorithmNames);
  const bool direct = only && *only >= fabric::Algorithm::one_shot;
  const fabric::CollectiveEstimate best =
      fabric::collective_estimate(link, work, {q.serving || direct ? fabric::Library::serving : fabric::Library::nccl, only});
  return {{"link", link.name}, {"op", q.op}, {"n_devices", q.n_devices}, {"bytes", q.bytes},
          {"time_us", best.time.value * 1e6}, {"algbw_gb_per_s", q.bytes / best.time.value / 1e9},
          {"busbw_gb_per_s", fabric::bus_bandwidth(work, best.time).value / 1e9},
          {"algorithm", std::string(fabric::kAlgorithmNames[static_cast<std::size_t>(best.algorithm)])},
          {"protocol", std::string(fabric::kProtocolNames[static_cast<std::size_t>(best.protocol)])},
          {"bound_us", fabric::collective_bound(link, work).value * 1e6}};
}

nlohmann::ordered_json bench_collective(const SystemCollectiveQuery& q, const std::vector<std::string>& overrides,
                                        std::vector<std::string>* warnings, const TraceOptions& trace) {
  const fabric::SystemConfig system = load_system(q.system, overrides);
  fabric::CollectiveJob job;
  job.operation = named<fabric::Operation>("operation", q.op, fabric::kOperationNames).value();
  job.pattern = named<fabric::Pattern>("algorithm", q.algorithm, fabric::kPatternNames);
  job.protocol = named<fabric::Protocol>("protocol", q.protocol, fabric::kProtocolNames);
  job.ranks = q.ranks > 0 ? q.ranks : system.devices();
  job.unfolded = q.unfolded;
  job.serving = q.serving;
  if ((!q.counts.empty() || q.imbalance > 0) && job.operation != fabric::Operation::all_to_all)
    throw UsageError(fmt::format("--counts and --imbalance are of all_to_all, not of {}", q.op));
  double least = q.least, most = q.most;
  if (!q.counts.empty()) {
    job.counts = read_counts(q.counts, job.ranks);
    least = most = std::accumulate(job.counts.begin(), job.counts.end(), 0.0) / job.ranks;
    if (least <= 0) throw InputError(fmt::format("{}: nothing is sent; expected a number of bytes above 0", q.counts));
  }
  if (warnings) *warnings = fabric::warnings(fabric::build_graph(fabric::part_for(system, job.ranks)));
  fabric::CollectiveSimulator simulator;
  if (trace.sink != nullptr && 2 * least <= most) throw UsageError("a trace shows one size; expected --bytes");
  if (trace.sink != nullptr) simulator.watch(CollectiveTrace(trace, simulator.fabric()));
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (job.bytes = least; job.bytes <= most; job.bytes *= 2) {
    if (q.imbalance > 0) job.counts = hot_counts(job.ranks, job.bytes, q.imbalance);
    rows.push_back(row(system, job, simulator.run(system, job)));
  }
  return rows;
}

}  // namespace presil::run
