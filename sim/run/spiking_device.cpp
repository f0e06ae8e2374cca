// spiking_device.cpp -- implementation of spiking_device.h.
#include "sim/run/spiking_device.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/base/error.h"
#include "sim/mapping/spiking_plan.h"
#include "sim/run/imc_device.h"
#include "sim/run/machine.h"
#include "sim/run/pipelined.h"

namespace presil::run {

namespace {

constexpr auto kMemory = static_cast<std::size_t>(api::Level::memory);
constexpr auto kHost = static_cast<std::size_t>(api::Level::host);

/// Everything but the host's part stretches as the chip's supply slows it.
double time_of(const mapping::SpikingCost& cost, double speed) {
  return (cost.time() - cost.host).value / speed + cost.host.value;
}

api::OpCounters counters_of(const mapping::SpikingCost& cost, double start, double speed) {
  api::OpCounters op;
  op.started_s = start;
  op.finished_s = start + time_of(cost, speed);
  op.array_busy_s = cost.busy.value / speed;
  op.array_preload_s = cost.synchronisation.value / speed;
  op.vector_busy_s = cost.processors.value / speed;
  op.simple_ops = cost.simple_ops;
  op.special_ops = cost.special_ops;
  op.bytes_read[kMemory] = cost.synapse_bytes_read;
  op.bytes_written[kMemory] = cost.events.synapse_bytes_written;
  op.bytes_read[kHost] = cost.host_read;
  op.bytes_written[kHost] = cost.host_written;
  op.spikes = cost.events;
  return op;
}

}  // namespace

ElaboratedSpiking::ElaboratedSpiking(spiking::ChipConfig config, const spiking::SpikeCode& code)
    : config_(std::move(config)), code_(code) {
  if (code.steps > 0) return;
  throw InputError(
      fmt::format("{} carries numbers by spikes; expected an experiment with workload.spikes, such as "
                  "{{rate: 0.1, steps: 8}}, as measured on the network",
                  config_.name));
}

std::string ElaboratedSpiking::surroundings(const workload::Graph& graph,
                                            const mapping::MappingOptions& options) const {
  std::string key = mapping::SpikingPlan(graph, config_, code_).layout();
  if (config_.pipelined)
    for (const workload::Segment& segment : graph.segments)
      key += fmt::format("{}x{}", segment.count, segment_key(graph, segment, options));
  return key;
}

double ElaboratedSpiking::share_of(const workload::Graph& graph) const {
  const std::uint64_t vectors = vectors_of(graph);
  if (!config_.pipelined || vectors < 2) return 1;
  const workload::Graph one = one_vector(graph, vectors);
  const mapping::SpikingPlan plan(graph, config_, code_), plan_of_one(one, config_, code_);
  std::vector<PipelineSegment> parts;
  for (std::size_t i = 0; i < graph.segments.size(); ++i) {
    PipelineSegment part{static_cast<double>(graph.segments[i].count), 0, 0, 0, 0};
    double processors = 0, host = 0, link = 0;
    for (std::size_t op = 0; op < graph.segments[i].ops.size(); ++op) {
      const mapping::SpikingCost cost = plan.cost(graph.segments[i], op);
      const double time = time_of(cost, speed_);
      part.all_s += time;
      part.one_s += time_of(plan_of_one.cost(one.segments[i], op), speed_);
      part.longest_span_s = std::max(part.longest_span_s, time);
      processors += cost.processors.value / speed_;
      host += cost.host.value;
      link += cost.link.value / speed_;
    }
    part.busy_s = std::max({processors, host, link});
    parts.push_back(part);
  }
  return pipelined_share(parts, static_cast<double>(vectors));
}

api::DeviceCounters ElaboratedSpiking::run(const workload::Graph& graph, const workload::Segment& segment,
                                           const mapping::MappingOptions&, bool) {
  const mapping::SpikingPlan plan(graph, config_, code_);
  const double cores = static_cast<double>(config_.all_cores());
  api::DeviceCounters c;
  c.share = share_of(graph);
  for (std::size_t i = 0; i < segment.ops.size(); ++i) {
    const mapping::SpikingCost cost = plan.cost(segment, i);
    api::OpCounters op = counters_of(cost, c.elapsed_s, speed_);
    op.spikes.idle_updates *= c.share;
    c.elapsed_s = op.finished_s;
    c.array_time.active += op.array_busy_s;
    c.array_time.wait_transfer += cores * cost.synchronisation.value / speed_;
    c.vector_busy_s += op.vector_busy_s;
    c.memory.bytes_read += op.bytes_read[kMemory];
    c.memory.bytes_written += op.bytes_written[kMemory];
    c.ops.push_back(op);
    ++c.commands;
  }
  c.array_time.wait_other =
      std::max(0.0, cores * c.elapsed_s - c.array_time.active - c.array_time.wait_transfer);
  return c;
}

}  // namespace presil::run
