// bench_collective.cpp -- one collective over the links of a node (see run.h).
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "models/fabric/collective_time.h"
#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/config/loader.h"
#include "sim/config/reader.h"
#include "sim/run/experiment.h"
#include "sim/run/run.h"

namespace presil::run {

namespace {

std::optional<fabric::Algorithm> algorithm_named(const std::string& text) {
  if (text.empty()) return {};
  for (std::size_t i = 0; i < fabric::kAlgorithmNames.size(); ++i)
    if (fabric::kAlgorithmNames[i] == text) return static_cast<fabric::Algorithm>(i);
  const std::vector<std::string> names(fabric::kAlgorithmNames.begin(), fabric::kAlgorithmNames.end());
  throw UsageError(fmt::format("unknown algorithm '{}'; expected one of {}{}", text, join(names), did_you_mean(text, names)));
}

}  // namespace

nlohmann::ordered_json bench_collective(const CollectiveQuery& q, const std::vector<std::string>& overrides) {
  if (q.n_devices < 2) throw UsageError(fmt::format("--n-devices {} has nothing to exchange; expected 2 or more", q.n_devices));
  const config::SearchPath search{home() / "configs"};
  fabric::LinkConfig link;
  config::read(config::load(config::find_config(search, "links", q.link), overrides, reference_keys(), search), link);
  const workload::Collective work{q.op == "all_gather" ? workload::CollectiveKind::all_gather : workload::CollectiveKind::all_reduce,
                                  q.n_devices, q.bytes};
  const auto only = algorithm_named(q.algorithm);
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

}  // namespace presil::run
