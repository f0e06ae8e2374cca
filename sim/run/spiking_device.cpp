// spiking_device.cpp -- implementation of spiking_device.h.
#include "sim/run/spiking_device.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/base/error.h"
#include "sim/mapping/spiking_plan.h"

namespace presil::run {

namespace {

constexpr auto kMemory = static_cast<std::size_t>(api::Level::memory);
constexpr auto kHost = static_cast<std::size_t>(api::Level::host);

/// Everything but the host's part stretches as the chip's supply slows it.
double time_of(const mapping::SpikingCost& cost, double speed) { return (cost.time() - cost.host).value / speed + cost.host.value; }

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

ElaboratedSpiking::ElaboratedSpiking(spiking::ChipConfig config, const spiking::SpikeCode& code) : config_(std::move(config)), code_(code) {
  if (code.steps > 0) return;
  throw InputError(fmt::format("{} carries numbers by spikes; expected an experiment with workload.spikes, such as {{rate: 0.1, steps: 8}}, as measured on the network",
                               config_.name));
}

std::string ElaboratedSpiking::surroundings(const workload::Graph& graph, const mapping::MappingOptions&) const {
  return mapping::SpikingPlan(graph, config_, code_).layout();
}

api::DeviceCounters ElaboratedSpiking::run(const workload::Graph& graph, const workload::Segment& segment, const mapping::MappingOptions&,
                                           bool) {
  const mapping::SpikingPlan plan(graph, config_, code_);
  const double cores = static_cast<double>(config_.all_cores());
  api::DeviceCounters c;
  for (std::size_t i = 0; i < segment.ops.size(); ++i) {
    const mapping::SpikingCost cost = plan.cost(segment, i);
    const api::OpCounters op = counters_of(cost, c.elapsed_s, speed_);
    c.elapsed_s = op.finished_s;
    c.array_time.active += op.array_busy_s;
    c.array_time.wait_transfer += cores * cost.synchronisation.value / speed_;
    c.vector_busy_s += op.vector_busy_s;
    c.memory.bytes_read += op.bytes_read[kMemory];
    c.memory.bytes_written += op.bytes_written[kMemory];
    c.ops.push_back(op);
    ++c.commands;
  }
  c.array_time.wait_other = std::max(0.0, cores * c.elapsed_s - c.array_time.active - c.array_time.wait_transfer);
  return c;
}

}  // namespace presil::run
