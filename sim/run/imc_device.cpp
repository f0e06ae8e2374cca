// imc_device.cpp -- implementation of imc_device.h.
#include "sim/run/imc_device.h"

#include <algorithm>

#include <fmt/format.h>

#include "models/memory/make_memory.h"
#include "sim/mapping/segment_program.h"
#include "sim/run/machine.h"
#include "sim/run/pipelined.h"

namespace presil::run {

using workload::OpKind;
using workload::TensorRole;

std::uint64_t vectors_of(const workload::Graph& graph) {
  std::uint64_t most = 1;
  for (const workload::Segment& segment : graph.segments)
    for (const workload::Op& op : segment.ops)
      if (op.kind == OpKind::matmul && !op.weights.empty())
        most = std::max(most, op.matmul.batch * op.matmul.m);
  return most;
}

workload::Graph one_vector(const workload::Graph& graph, std::uint64_t vectors) {
  workload::Graph one = graph;
  const auto part = [vectors](std::uint64_t rows) { return std::max<std::uint64_t>(1, rows / vectors); };
  std::vector<bool> whole(one.tensors.size(), false);  // keys and values that attention reads
  for (const workload::Segment& segment : one.segments)
    for (const workload::Op& op : segment.ops)
      for (std::size_t i = 1; op.kind == OpKind::attention && i < op.inputs.size(); ++i)
        whole[op.inputs[i]] = true;
  for (std::size_t id = 0; id < one.tensors.size(); ++id)
    if (one.tensors[id].role != TensorRole::weight && !whole[id])
      one.tensors[id].values = part(one.tensors[id].values);
  for (workload::Segment& segment : one.segments)
    for (workload::Op& op : segment.ops) {
      op.matmul.m = part(op.matmul.m);
      op.matmul.routed_rows = op.matmul.routed_rows > 0 ? part(op.matmul.routed_rows) : 0;
      op.vector.rows = part(op.vector.rows);
      op.gather.rows = part(op.gather.rows);
      if (op.attention.q_len > 1) op.attention.q_len = 1;
      if (op.kind == OpKind::attention) op.attention.batch = 1;
    }
  return one;
}

ElaboratedImc::ElaboratedImc(npu::MacroChipConfig config)
    : config_(std::move(config)),
      memory_(memory::make_memory("memory", config_.memory)),
      device_("chip", config_, *memory_) {}
ElaboratedImc::~ElaboratedImc() = default;

api::DeviceCounters ElaboratedImc::simulate(const workload::Graph& graph, const workload::Segment& segment,
                                            const mapping::MappingOptions& options, bool canonical) {
  const mapping::SegmentMapping mapping(graph, segment, config_, options);
  mapping::SegmentProgram program(mapping);
  return device_.run(program, canonical);
}

const workload::Segment& layers_of(const workload::Graph& graph) {
  return *std::max_element(graph.segments.begin(), graph.segments.end(),
                           [](const auto& a, const auto& b) { return a.count < b.count; });
}

double ElaboratedImc::busy_of(const api::DeviceCounters& c, double chips) const {
  double arrays = 0, shared = 0, host = 0;
  for (const api::OpCounters& op : c.ops) {
    arrays += op.macro.macs > 0 ? 0 : op.array_busy_s + op.array_preload_s;
    const auto of = [&op](api::Level level) {
      return op.bytes_read[static_cast<std::size_t>(level)] +
             op.bytes_written[static_cast<std::size_t>(level)];
    };
    shared += of(api::Level::shared);
    host += of(api::Level::host);
  }
  const double own = std::max({c.vector_busy_s / config_.cores, arrays / config_.arrays(), c.array_time.active / config_.cores,
                               config_.shared.present() ? shared / config_.shared.bandwidth.value : 0, c.network.busiest_link_busy_s});
  return std::max({own / chips, c.memory.busy_s, host / config_.host.bandwidth.value});
}

std::string ElaboratedImc::surroundings(const workload::Graph& graph,
                                        const mapping::MappingOptions& options) const {
  std::string key = fmt::format("{} resident;", mapping::place_weights(graph, config_).resident);
  if (config_.pipelined)
    for (const workload::Segment& segment : graph.segments)
      key += fmt::format("{}x{}", segment.count, segment_key(graph, segment, options));
  return key;
}

double ElaboratedImc::share_of(const workload::Graph& graph, const mapping::MappingOptions& options) {
  const std::uint64_t vectors = vectors_of(graph);
  const mapping::WeightPlacement placed = mapping::place_weights(graph, config_);
  if (!config_.pipelined || vectors < 2 || placed.resident < 1) return 1;
  const std::string key = surroundings(graph, options);
  if (const auto known = shares_.find(key); known != shares_.end()) return known->second;
  const workload::Graph one = one_vector(graph, vectors);
  std::vector<PipelineSegment> parts;
  for (std::size_t i = 0; i < graph.segments.size(); ++i) {
    const api::DeviceCounters all = simulate(graph, graph.segments[i], options, true);
    PipelineSegment part{static_cast<double>(graph.segments[i].count), all.elapsed_s,
                         simulate(one, one.segments[i], options, true).elapsed_s, 0, busy_of(all, placed.chips)};
    for (const api::OpCounters& op : all.ops)
      part.longest_span_s = std::max(part.longest_span_s, op.finished_s - std::max(0.0, op.started_s));
    parts.push_back(part);
  }
  if (placed.chips > 1) {  // a link between chips is a stage too
    const double bytes = graph.tensors[layers_of(graph).exits.front()].bytes();
    parts.front().longest_span_s = std::max(parts.front().longest_span_s, bytes / config_.chain.bandwidth.value);
  }
  return shares_[key] = pipelined_share(parts, static_cast<double>(vectors));
}

// The layers' repetitions bear an equal part of a pass's transfers each, behind their last operator. Where they overlap, a
// transfer adds what its first vector takes: the others follow behind it (share_of).
void ElaboratedImc::hand_over(api::DeviceCounters& c, const workload::Graph& graph,
                              const workload::Segment& segment) const {
  if (&layers_of(graph) == &segment) {
    const double transfers =
        (mapping::place_weights(graph, config_).chips - 1) / static_cast<double>(segment.count);
    const double bytes = graph.tensors[segment.exits.front()].bytes();
    const double first = c.share < 1 ? bytes / static_cast<double>(vectors_of(graph)) : bytes;
    const double time =
        transfers * (first / config_.chain.bandwidth.value + config_.chain.latency.value) / c.share;
    api::OpCounters& last = *std::max_element(
        c.ops.begin(), c.ops.end(), [](const auto& x, const auto& y) { return x.finished_s < y.finished_s; });
    last.finished_s += time;
    last.fabric_bytes += transfers * bytes;
    c.elapsed_s += time;
    c.array_time.wait_transfer += time * config_.cores;
  }
  // The other chips, of which one works at a time.
  c.array_time.wait_other += c.elapsed_s * config_.cores * (config_.chain.chips - 1);
}

api::DeviceCounters ElaboratedImc::run(const workload::Graph& graph, const workload::Segment& segment,
                                       const mapping::MappingOptions& options, bool canonical) {
  const double share = share_of(graph, options);
  api::DeviceCounters counters = simulate(graph, segment, options, canonical);
  counters.share = share;
  if (config_.chain.chips > 1) hand_over(counters, graph, segment);
  return counters;
}

}  // namespace presil::run
