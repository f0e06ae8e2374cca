// bench_collective.h -- collectives on the simulated fabric of a system.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "sim/run/trace_options.h"

namespace presil::run {

struct SystemCollectiveQuery {
  std::string system;                   ///< file or name
  std::string op{"all_reduce"};         ///< fabric::kOperationNames
  std::string algorithm;                ///< fabric::kPatternNames; empty: as NCCL chooses
  std::string protocol;                 ///< LL, LL128, Simple; empty: as NCCL chooses
  std::uint32_t ranks{};                ///< 0: all devices
  double least{}, most{};               ///< B; sizes double from the one to the other
  bool unfolded{false};                 ///< simulate every rank, even where one node stands for all
  std::string counts;                   ///< of all_to_all: file of what every rank has for every other (exchange_counts.h)
  double imbalance{0};                  ///< of all_to_all: times the mean that the first rank gets; 0: as much as all
  bool serving{false};                  ///< kernels of inference servers are there too
};

/// One row for every size (models/fabric/collective.h). Keys: nccl-tests' size_b, time_us, algbw_gb_per_s, busbw_gb_per_s (of
/// `counts` one row, size_b what a rank sends in the mean), then algorithm, protocol, predicted_us, bound_us. `warnings`: of the
/// system's links. `trace`: told what every link carries, of one size; throws UsageError when there are more.
nlohmann::ordered_json bench_collective(const SystemCollectiveQuery& query, const std::vector<std::string>& overrides,
                                        std::vector<std::string>* warnings, const TraceOptions& trace = {});

}  // namespace presil::run
