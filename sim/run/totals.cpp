// totals.cpp -- implementation of totals.h.
#include "sim/run/totals.h"

#include <algorithm>

#include <fmt/format.h>

#include "models/fabric/collective_time.h"
#include "models/memory/memory_config.h"
#include "sim/base/error.h"

namespace presil::run {

using workload::OpKind;
using workload::TensorRole;

double Bounds::least() const { return std::max({compute, memory, vector, host, link}); }

const char* Bounds::which() const {
  const double l = least();
  return l == 0 ? "none" : l == compute ? "compute" : l == memory ? "memory" : l == vector ? "vector" : l == host ? "host" : "link";
}

Bounds& Bounds::add(const Bounds& other, double times) {
  compute += times * other.compute;
  memory += times * other.memory;
  vector += times * other.vector;
  host += times * other.host;
  link += times * other.link;
  return *this;
}

namespace {

void add_op(OpTotals& into, const OpTotals& op, double times) {
  into.count += times * op.count;
  into.time_s += times * op.time_s;
  into.span_s += times * op.span_s;
  into.flops += times * op.flops;
  into.macs += times * op.macs;
  into.vector_ops += times * op.vector_ops;
  into.array_busy_s += times * op.array_busy_s;
  into.array_preload_s += times * op.array_preload_s;
  into.vector_busy_s += times * op.vector_busy_s;
  for (std::size_t l = 0; l < api::kLevels; ++l) into.bytes[l] += times * op.bytes[l];
  into.scratchpad_bytes += times * op.scratchpad_bytes;
  into.register_bytes += times * op.register_bytes;
  into.fabric_bytes += times * op.fabric_bytes;
  into.fabric_s += times * op.fabric_s;
  into.macro.add(op.macro, times);
  into.spikes.add(op.spikes, times);
  into.offload.host_s += times * op.offload.host_s;
  into.offload.units_s += times * op.offload.units_s;
  into.offload.offloaded += times * op.offload.offloaded;
  into.bounds.add(op.bounds, times);
  into.format = op.format;
}

/// No operator beats its roofline; nothing is clamped.
void check_bound(const OpTotals& op) {
  if (op.bounds.beaten_by(op.span_s))
    throw RunError(fmt::format("operator '{}' of the {} pass took {:.6g} s, less than its {} bound of {:.6g} s: this is a defect of presil",
                               op.name, op.phase, op.span_s, op.bounds.which(), op.bounds.least()));
}

/// Where repetitions overlap, a unit waits less; it works as long.
api::ArrayTime shared_time(const api::ArrayTime& t, double share) {
  if (share >= 1) return t;
  const double work = t.active + t.preload, waits = t.wait_memory + t.wait_transfer + t.wait_other;
  const double left = waits > 0 ? std::max(0.0, share * (work + waits) - work) / waits : 0;
  return {t.active, t.preload, left * t.wait_memory, left * t.wait_transfer, left * t.wait_other};
}

template <class Rows, class Row, class Same>
typename Rows::value_type& find_or_add(Rows& rows, const Row& like, Same same) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return same(row, like); });
  if (found != rows.end()) return *found;
  rows.push_back({});
  rows.back().name = like.name;
  return rows.back();
}

}  // namespace

void Totals::add(const Totals& other, double times) {
  for (const OpTotals& op : other.ops) {
    OpTotals& into = find_or_add(ops, op, [](const OpTotals& a, const OpTotals& b) { return a.name == b.name && a.phase == b.phase; });
    into.phase = op.phase;
    add_op(into, op, times);
  }
  for (const PhaseTotals& phase : other.phases) {
    PhaseTotals& into = find_or_add(phases, phase, [](const PhaseTotals& a, const PhaseTotals& b) { return a.name == b.name; });
    into.passes += times * phase.passes;
    into.time_s += times * phase.time_s;
    into.bounds.add(phase.bounds, times);
  }
  for (const SegmentTotals& segment : other.segments) {
    SegmentTotals& into = find_or_add(segments, segment, [](const SegmentTotals& a, const SegmentTotals& b) {
      return a.name == b.name && a.phase == b.phase && a.kv_len == b.kv_len;
    });
    into.phase = segment.phase;
    into.kv_len = segment.kv_len;
    into.count += times * segment.count;
    into.activity.add(segment.activity, times);
    into.multiplying_s += times * segment.multiplying_s;
    into.cycles += times * segment.cycles;
  }
  array_time.add(other.array_time, times);
  memory.add(other.memory, times);
  for (std::size_t l = 0; l < api::kLevels; ++l) {
    read[l] += times * other.read[l];
    written[l] += times * other.written[l];
  }
  network_byte_hops += times * other.network_byte_hops;
  scratchpad_bytes += times * other.scratchpad_bytes;
  commands += times * other.commands;
  cycles += times * other.cycles;
  on_chip.add(other.on_chip, times);
  pim_j += times * other.pim_j;
  pim_register_j += times * other.pim_register_j;
}

double Totals::time_s() const {
  double sum = 0;
  for (const PhaseTotals& phase : phases) sum += phase.time_s;
  return sum;
}

double Totals::flops() const {
  double sum = 0;
  for (const OpTotals& op : ops) sum += op.flops;
  return sum;
}

double Totals::fabric_bytes() const {
  double sum = 0;
  for (const OpTotals& op : ops) sum += op.fabric_bytes;
  return sum;
}

void Peaks::set(const memory::MemoryConfig& memory) {
  memory_bytes_per_s = memory::sustained(memory).value;
  if (memory.model == memory::MemoryModel::channels) return;
  pins_bytes_per_s = memory::peak(memory).value;
  refresh_s = memory.refresh_time.value;
  // Banks that are refreshed one after another, or never, leave the others the whole rate.
  if (memory.dram.controller.refresh != memory::RefreshPolicy::all_bank) memory_bytes_per_s = pins_bytes_per_s;
}

Bounds bounds_of(const workload::Graph& graph, const workload::Op& op, const Peaks& peaks, const fabric::LinkConfig* link) {
  Bounds bounds;
  double memory = 0, host = 0;
  const bool stays = peaks.weights_stay && op.kind == OpKind::matmul;
  if (op.kind != OpKind::gather && !stays)
    for (const auto id : op.weights) memory += graph.tensors[id].bytes() * op.weight_fraction;
  else if (!op.weights.empty() && !stays)
    memory += static_cast<double>(op.gather.rows) * op.gather.row_bytes;
  const auto side = [&](workload::TensorId id) {
    const auto& tensor = graph.tensors[id];
    if (tensor.role == TensorRole::kv_cache) memory += tensor.bytes();
    if (tensor.role == TensorRole::input || tensor.role == TensorRole::output) host = std::max(host, tensor.bytes());
  };
  if (op.kind == OpKind::attention) {
    // Only the keys that are seen must come: a sliding window leaves the older ones alone.
    const auto& a = op.attention;
    const double seen = a.window > 0 ? std::min(1.0, static_cast<double>(a.window) / static_cast<double>(a.kv_len)) : 1.0;
    for (const auto id : op.inputs)
      if (graph.tensors[id].role == TensorRole::kv_cache) memory += graph.tensors[id].bytes() * seen;
  } else {
    for (const auto id : op.inputs) side(id);
  }
  for (const auto id : op.outputs)
    if (op.kind != OpKind::transfer || graph.tensors[id].role == TensorRole::output) side(id);
  bounds.compute = op.flops() > 0 ? op.flops() / peaks.ops_per_s[static_cast<std::size_t>(op.compute)] : 0;
  bounds.memory = memory > 0 ? peaks.memory_time(memory) : 0;
  bounds.host = host / peaks.host_bytes_per_s;
  if (op.kind == OpKind::vector) {
    const double rows = static_cast<double>(op.vector.rows), elements = rows * static_cast<double>(op.vector.columns);
    const double special = elements * op.vector.special + rows * op.vector.row_special;
    bounds.vector = (elements * op.vector.simple + special * peaks.special_cycles_per_op) / peaks.vector_ops_per_s;
  }
  if (op.kind == OpKind::collective && link != nullptr) bounds.link = fabric::collective_bound(*link, op.collective).value;
  return bounds;
}

Totals totals_of(const workload::Graph& graph, const workload::Segment& segment, const api::DeviceCounters& counters,
                 const Peaks& peaks, const fabric::LinkConfig* link) {
  Totals totals;
  double finished = 0;
  Bounds all;
  for (std::size_t i = 0; i < segment.ops.size(); ++i) {
    const workload::Op& op = segment.ops[i];
    OpTotals row;
    row.name = op.name;
    row.phase = graph.phase;
    row.count = 1;
    row.flops = op.flops();
    row.format = op.compute;
    row.bounds = bounds_of(graph, op, peaks, link);
    all.add(row.bounds, 1);
    if (i < counters.ops.size()) {
      const api::OpCounters& c = counters.ops[i];
      row.time_s = counters.share * std::max(0.0, c.finished_s - finished);
      finished = std::max(finished, c.finished_s);
      row.span_s = c.started_s < 0 ? 0 : c.finished_s - c.started_s;
      row.macs = c.macs;
      row.vector_ops = c.simple_ops + c.special_ops;
      row.array_busy_s = c.array_busy_s;
      row.array_preload_s = c.array_preload_s;
      row.vector_busy_s = c.vector_busy_s;
      for (std::size_t l = 0; l < api::kLevels; ++l) {
        row.bytes[l] = c.bytes_read[l] + c.bytes_written[l];
        totals.read[l] += c.bytes_read[l];
        totals.written[l] += c.bytes_written[l];
      }
      row.scratchpad_bytes = c.scratchpad_bytes;
      row.register_bytes = c.register_bytes;
      row.fabric_bytes = c.fabric_bytes;
      row.macro = c.macro;
      row.spikes = c.spikes;
      row.fabric_s = op.kind == OpKind::collective ? row.span_s : 0;
    }
    check_bound(row);
    Totals one;
    one.ops.push_back(row);
    totals.add(one, 1);
  }
  totals.phases.push_back({graph.phase, 0, counters.share * counters.elapsed_s, all});
  totals.array_time = shared_time(counters.array_time, counters.share);
  totals.memory = counters.memory;
  totals.network_byte_hops = counters.network.byte_hops;
  totals.scratchpad_bytes = counters.scratchpad_bytes;
  totals.commands = static_cast<double>(counters.commands);
  totals.cycles = counters.cycles;
  totals.on_chip = counters.on_chip;
  return totals;
}

ppa::Activity activity_of(const Totals& segment) {
  ppa::Activity activity;
  for (const OpTotals& op : segment.ops) {
    activity.macs[static_cast<std::size_t>(op.format)] += op.macs - op.macro.macs;
    activity.macro_passes += op.macro.passes;
    activity.macro_programmed += op.macro.programmed;
    activity.spikes.add(op.spikes, 1);
    activity.vector_ops += op.vector_ops;
    activity.register_bytes += op.register_bytes;
    activity.fabric_bytes += op.fabric_bytes;
  }
  const auto shared = static_cast<std::size_t>(api::Level::shared);
  activity.scratchpad_bytes = segment.scratchpad_bytes;
  activity.shared_bytes = segment.read[shared] + segment.written[shared];
  activity.network_byte_hops = segment.network_byte_hops;
  const api::MemoryCounters& memory = segment.memory;
  const double asked = memory.bytes_read + memory.bytes_written;
  activity.memory_bytes = memory.bytes_moved;
  activity.memory_written = asked > 0 ? memory.bytes_moved * (memory.bytes_written / asked) : 0;
  activity.activates = memory.activates;
  activity.arithmetic_j = segment.on_chip.arithmetic_j;
  activity.vector_j = segment.on_chip.vector_j;
  activity.shared_j = segment.on_chip.shared_j;
  activity.bare_j = segment.on_chip.bare_j;
  activity.register_j = segment.on_chip.register_j;
  activity.clock_j = segment.on_chip.clock_j;
  activity.leakage_j = segment.on_chip.leakage_j;
  activity.awake_s = segment.on_chip.awake_s;
  activity.pim_j = segment.pim_j;
  activity.pim_register_j = segment.pim_register_j;
  activity.time = {segment.time_s()};
  return activity;
}

}  // namespace presil::run
