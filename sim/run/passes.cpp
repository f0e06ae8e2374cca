// passes.cpp -- implementation of passes.h.
#include "sim/run/passes.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "sim/base/error.h"

namespace presil::run {

namespace {

/// No pass may beat its roofline; nothing is clamped.
void check_bounds(const Totals& pass) {
  const Bounds& sum = pass.phases.front().bounds;
  const double time = pass.time_s();
  if (sum.beaten_by(time))
    throw RunError(fmt::format("the {} pass took {:.6g} s, less than its {} bound of {:.6g} s: this is a defect of presil",
                               pass.phases.front().name, time, sum.which(), sum.least()));
}

/// What the host does before a pass.
void add_host_time(Totals& totals, const Machine& machine, const char* name, double time) {
  OpTotals row;
  row.name = name;
  row.phase = totals.phases.front().name;
  row.count = 1;
  row.time_s = row.span_s = time;
  totals.ops.push_back(row);
  totals.phases.front().time_s += time;
  SegmentTotals host;
  host.name = name;
  host.phase = row.phase;
  host.count = 1;
  host.activity.time = {time};
  totals.segments.push_back(host);
  totals.array_time.wait_other += time * static_cast<double>(machine.chip()->units().count);
}

Totals launch_of(const Machine& machine, const std::string& phase, double server_s) {
  Totals launch;
  launch.phases.push_back({phase, 1, 0, {}});
  add_host_time(launch, machine, "launch", machine.chip()->board().host.launch.value);
  if (server_s > 0) add_host_time(launch, machine, "server", server_s);
  return launch;
}

/// Where passes stand in the time of the request, for whoever observes it.
class Calendar {
 public:
  explicit Calendar(PassObserver* observer) : observer_(observer) {}
  double now() const { return now_; }

  /// `skipped`: passes since the last one that no sample stands for; their time is linear in the length.
  void enter(PassRun pass, std::uint64_t skipped) {
    if (skipped > 0) {
      const double step = (pass.time_s - last_) / static_cast<double>(skipped + 1);
      const PassesBetween gap{pass.graph->phase, pass.kv_len - skipped, skipped, now_, last_ + step, pass.time_s - step};
      if (observer_) observer_->between(gap);
      now_ += static_cast<double>(skipped) * (gap.first_s + gap.last_s) / 2;
    }
    pass.start_s = now_;
    if (observer_) observer_->pass(pass);
    now_ += pass.time_s;
    last_ = pass.time_s;
  }

 private:
  PassObserver* observer_;
  double now_{0}, last_{0};
};

bool has_encoder(const workload::Architecture& a) { return a.encoder.has_value() || a.mlp.has_value(); }

}  // namespace

workload::PassOptions pass_options(const WorkloadConfig& workload, const SimulationConfig& simulation, const DeviceGroup& group) {
  return {workload.batch, workload.formats, simulation.fused_attention, group.parallelism.tensor};
}

bool generates(const workload::Architecture& architecture) { return architecture.decoder.has_value(); }

std::vector<WeightedSample> sample_lengths(std::uint64_t first, std::uint64_t last, std::uint32_t samples) {
  if (last < first) return {};
  const std::uint64_t count = last - first + 1;
  if (count <= samples) {
    std::vector<WeightedSample> all;
    for (std::uint64_t t = first; t <= last; ++t) all.push_back({t, 1});
    return all;
  }
  std::vector<WeightedSample> chosen;
  for (std::uint32_t i = 0; i < samples; ++i) chosen.push_back({first + (count - 1) * i / (samples - 1), 0});
  for (std::size_t i = 0; i + 1 < chosen.size(); ++i) {
    // Lengths a <= t < b: f(t) = f(a) (b - t) / (b - a) + f(b) (t - a) / (b - a).
    const double n = static_cast<double>(chosen[i + 1].kv_len - chosen[i].kv_len);
    chosen[i].weight += (n + 1) / 2;
    chosen[i + 1].weight += (n - 1) / 2;
  }
  chosen.back().weight += 1;
  return chosen;
}

Totals run_pass(Machine& machine, const workload::Graph& graph, const mapping::MappingOptions& options, bool exact, double server_s,
                PassObserver* observer, double start_s, PimOffload* offload) {
  Totals pass = launch_of(machine, graph.phase, server_s);
  const PassRun run{&graph, &options, nullptr, start_s, 0, pass.time_s()};
  const auto once = [&](const workload::Segment& segment, bool canonical, kernel::Trace* trace) {
    Totals totals = machine.run(graph, segment, options, canonical, trace);
    if (offload == nullptr) return totals;
    offload->apply(graph, segment, totals);
    return totals;
  };
  for (const workload::Segment& segment : graph.segments) {
    if (exact)
      for (std::uint64_t i = 0; i < segment.count; ++i) {
        const double begin = start_s + pass.time_s();
        const Totals one = once(segment, false, observer ? observer->listen(begin) : nullptr);
        if (observer) observer->heard(run, segment, one, begin);
        pass.add(one, 1);
      }
    else
      pass.add(once(segment, true, nullptr), static_cast<double>(segment.count));
  }
  check_bounds(pass);
  return pass;
}

GenerationTotals run_generation(Machine& machine, const workload::Architecture& architecture, const WorkloadConfig& workload,
                                const SimulationConfig& simulation, const DeviceGroup& group, const ServerConfig& server,
                                PassObserver* observer, PimOffload* offload) {
  const workload::PassOptions options = pass_options(workload, simulation, group);
  const mapping::MappingOptions mapping{simulation.fuse, group.link_between(), machine.exchanges()};
  double server_s = server.request.value;  // of the next pass
  GenerationTotals all;
  Calendar calendar(observer);
  const auto pass = [&](const workload::Graph& graph, std::uint64_t kv_len = 0, std::uint64_t skipped = 0) {
    const double waits = server_s + machine.chip()->board().host.launch.value;
    const Totals totals = run_pass(machine, graph, mapping, simulation.exact, server_s, simulation.exact ? observer : nullptr, calendar.now(), offload);
    server_s = 0;
    calendar.enter({&graph, &mapping, &totals, 0, totals.time_s(), waits, kv_len}, skipped);
    return totals;
  };
  if (has_encoder(architecture)) all.totals.add(pass(workload::encode_pass(architecture, options, workload.in_len)), 1);
  if (generates(architecture)) all.totals.add(pass(workload::prefill_pass(architecture, options, workload.in_len)), 1);
  all.first_token_s = all.totals.time_s();
  if (generates(architecture) && workload.out_len > 1) {
    // An encoder-decoder's own sequence begins with one token; a decoder's with the prompt.
    const std::uint64_t start = architecture.encoder ? 1 : workload.in_len;
    const auto lengths = simulation.exact ? sample_lengths(start + 1, start + workload.out_len - 1, ~0u)
                                          : sample_lengths(start + 1, start + workload.out_len - 1, simulation.kv_samples);
    std::uint64_t next = lengths.front().kv_len;
    for (const WeightedSample& sample : lengths) {
      server_s = server.sequence.value * static_cast<double>(workload.batch);
      Totals step = pass(workload::decode_pass(architecture, options, sample.kv_len, workload.in_len), sample.kv_len, sample.kv_len - next);
      if (!simulation.exact)
        for (SegmentTotals& segment : step.segments) segment.kv_len = sample.kv_len;
      all.totals.add(step, sample.weight);
      next = sample.kv_len + 1;
    }
  }
  all.latency_s = all.totals.time_s();
  return all;
}

std::vector<workload::Graph> graphs_of(const workload::Architecture& architecture, const WorkloadConfig& workload,
                                       const SimulationConfig& simulation, const DeviceGroup& group) {
  const workload::PassOptions options = pass_options(workload, simulation, group);
  std::vector<workload::Graph> graphs;
  if (has_encoder(architecture)) graphs.push_back(workload::encode_pass(architecture, options, workload.in_len));
  if (!generates(architecture)) return graphs;
  graphs.push_back(workload::prefill_pass(architecture, options, workload.in_len));
  const std::uint64_t start = architecture.encoder ? 1 : workload.in_len;
  if (workload.out_len > 1)
    graphs.push_back(workload::decode_pass(architecture, options, start + workload.out_len - 1, workload.in_len));
  return graphs;
}

}  // namespace presil::run
