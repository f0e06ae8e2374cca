// passes.h -- whole passes and whole requests from segments.
#pragma once

#include <vector>

#include "sim/run/experiment.h"
#include "sim/run/machine.h"
#include "sim/run/pim_offload.h"

namespace presil::run {

struct GenerationTotals {
  Totals totals;           ///< of the whole request
  double first_token_s{};  ///< encoder and prompt
  double latency_s{};
};

/// A pass that was simulated, at its place in the request.
struct PassRun {
  const workload::Graph* graph;
  const mapping::MappingOptions* mapping;
  const Totals* totals;        ///< null while an exact pass is under way
  double start_s{}, time_s{};
  double waits_s{};            ///< of it, at its beginning: launch and server
  std::uint64_t kv_len{};      ///< of a decode pass; else 0
};
/// Passes between two samples, each a little longer than the one before.
struct PassesBetween {
  std::string phase;
  std::uint64_t first_kv{}, count{};
  double start_s{}, first_s{}, last_s{};  ///< times of the first and the last of them
};

/// Is told of passes in order of time. Exact runs cannot be repeated: there it listens to every segment as it runs, and
/// is told of the pass afterwards.
class PassObserver {
 public:
  virtual ~PassObserver() = default;
  virtual void pass(const PassRun& pass) = 0;
  virtual void between(const PassesBetween& passes) = 0;
  virtual kernel::Trace* listen(double start_s) = 0;  ///< of the next segment; may be null
  virtual void heard(const PassRun& pass, const workload::Segment& segment, const Totals& totals, double start_s) = 0;
};

/// How many times each sampled KV length counts so that the piecewise linear interpolation through the samples is
/// summed over every length from `first` to `last`: sum over t of f(t) = sum over samples of weight x f(sample).
struct WeightedSample { std::uint64_t kv_len; double weight; };
std::vector<WeightedSample> sample_lengths(std::uint64_t first, std::uint64_t last, std::uint32_t samples);

/// One pass: launch and `server_s` of the software that asks for it, then every segment as often as it occurs. With `offload`
/// operators run in memory where that is faster. `observer` listens to an exact pass, which begins at `start_s`.
Totals run_pass(Machine& machine, const workload::Graph& graph, const mapping::MappingOptions& options, bool exact,
                double server_s = 0, PassObserver* observer = nullptr, double start_s = 0, PimOffload* offload = nullptr);

/// Of one device of the group; the others do the same.
/// Encoder pass if there is one, prompt, then out_len - 1 further tokens (the first comes with the prompt).
/// Throws RunError if a pass takes less time than its bounds allow.
GenerationTotals run_generation(Machine& machine, const workload::Architecture& architecture, const WorkloadConfig& workload,
                                const SimulationConfig& simulation, const DeviceGroup& group = {},
                                const ServerConfig& server = {}, PassObserver* observer = nullptr, PimOffload* offload = nullptr);

/// Does the model read a prompt and generate (as against encode only)?
bool generates(const workload::Architecture& architecture);

/// The graphs an experiment consists of, decode at its first and last KV length: for --explain and tests.
std::vector<workload::Graph> graphs_of(const workload::Architecture& architecture, const WorkloadConfig& workload,
                                       const SimulationConfig& simulation, const DeviceGroup& group = {});

/// What a pass of one device of the group is built from.
workload::PassOptions pass_options(const WorkloadConfig& workload, const SimulationConfig& simulation, const DeviceGroup& group);

}  // namespace presil::run
