// pim_offload.cpp -- implementation of pim_offload.h.
#include "sim/run/pim_offload.h"

#include <algorithm>
#include <array>
#include <numeric>

#include <fmt/format.h>

#include "sim/base/error.h"

namespace presil::run {

using workload::Op;
using workload::OpKind;

namespace {

bool holds_sixteen_bits(const workload::Graph& graph, const std::vector<workload::TensorId>& ids) {
  return !ids.empty() &&
         std::all_of(ids.begin(), ids.end(), [&](auto id) { return bits(graph.tensors[id].format) == 16; });
}

bool is_product(const workload::Graph& graph, const Op& op) {
  return op.kind == OpKind::matmul && holds_sixteen_bits(graph, op.weights) && bits(op.compute) == 16;
}

bool is_sum(const workload::Graph& graph, const Op& op) {
  const workload::VectorWork& v = op.vector;
  return op.kind == OpKind::vector && v.simple == 1 && v.special == 0 && v.row_special == 0 && !v.reduces &&
         op.inputs.size() == 2 && holds_sixteen_bits(graph, op.inputs);
}

/// The chip's units wait for the memory's: less work by the operator's share of it; the parts of the time sum
/// up as before, over the new time.
void wait_for_units(Totals& totals, const OpTotals& row, double seconds, double units) {
  api::ArrayTime& t = totals.array_time;
  const double change = (seconds - row.time_s) * units, elapsed = totals.phases.front().time_s * units;
  double busy = 0;
  for (const OpTotals& op : totals.ops) busy += op.array_busy_s + op.array_preload_s;
  const double all = t.active + t.preload + t.wait_memory + t.wait_transfer + t.wait_other;
  const double left = busy > 0 ? 1 - (row.array_busy_s + row.array_preload_s) / busy : 1;
  t.active *= left;
  t.preload *= left;
  if (all < 0.99 * elapsed) {  // a chip that does not count what it waits for
    t.wait_memory += seconds * units;
    return;
  }
  const double rest = std::max(0.0, all + change - t.active - t.preload - t.wait_transfer - t.wait_other);
  t.wait_memory = rest;
  if (rest > 0) return;
  const double waits = t.wait_transfer + t.wait_other,
               room = std::max(0.0, all + change - t.active - t.preload);
  t.wait_transfer *= waits > 0 ? room / waits : 0;
  t.wait_other *= waits > 0 ? room / waits : 0;
}

/// Of a unit's register file for each 16-bit multiply-add: the other operand is read, the sum read and written; the weight
/// comes from the bank. [paper] Lee et al., HBM-PIM, ISCA 2021: MAC takes one operand from the bank, others from the GRF.
constexpr double kRegisterBytes = 6;

double over_levels(const std::array<double, api::kLevels>& bytes) {
  return std::accumulate(bytes.begin(), bytes.end(), 0.0);
}

/// Takes an operator's traffic and arithmetic out of its segment's: exactly where they are counted by
/// operator, in proportion where they are counted for the whole chip.
void take_traffic(Totals& t, OpTotals& row, double readback) {
  const auto memory = static_cast<std::size_t>(api::Level::memory),
             shared = static_cast<std::size_t>(api::Level::shared);
  const auto rest = [](double part, double whole) {
    return whole > 0 ? std::clamp(1 - part / whole, 0.0, 1.0) : 1;
  };
  double macs = 0, on_shared = 0, in_memory = 0, all = 0;
  for (const OpTotals& op : t.ops)
    macs += op.macs, on_shared += op.bytes[shared], in_memory += op.bytes[memory],
        all += over_levels(op.bytes);
  t.on_chip.arithmetic_j *= rest(row.macs, macs);
  t.on_chip.bare_j *= rest(row.macs, macs);
  t.on_chip.register_j *= rest(row.macs, macs);
  t.on_chip.shared_j *= rest(row.bytes[shared], on_shared);
  t.network_byte_hops *= rest(over_levels(row.bytes), all);
  t.scratchpad_bytes = std::max(0.0, t.scratchpad_bytes - row.scratchpad_bytes);
  const double left = rest(row.bytes[memory] - readback, in_memory);
  t.memory.bytes_moved *= left, t.memory.busy_s *= left, t.memory.bytes_read *= left;
  t.memory.activates *= left, t.memory.row_hits *= left;
  for (const std::size_t level : {memory, shared})
    t.read[level] = std::max(0.0, t.read[level] - row.bytes[level]);
  t.read[memory] += readback;
  row.bytes = {};
  row.bytes[memory] = readback;
  row.macs = row.scratchpad_bytes = row.register_bytes = 0;
}

}  // namespace

PimOffload::PimOffload(const PimDevice& device, const Chip& chip) : times_(device), chip_(chip) {
  const memory::MemoryConfig &own = chip->memory(), &units = device.memory;
  if (memory::channels(own) == memory::channels(units) &&
      memory::capacity(own).value == memory::capacity(units).value &&
      memory::peak(own).value == memory::peak(units).value)
    return;
  throw InputError(fmt::format(
      "pim.memory ({}: {} channels, {:.4g} GB/s, {:.4g} GiB) is not the memory of {} ({}: {} channels, "
      "{:.4g} GB/s, {:.4g} GiB); "
      "expected the same under chip.memory: units are in the chip's own memory",
      units.name, memory::channels(units), memory::peak(units).value / 1e9,
      memory::capacity(units).value / (1 << 30), chip->board().name, own.name, memory::channels(own),
      memory::peak(own).value / 1e9, memory::capacity(own).value / (1 << 30)));
}

void PimOffload::check_room(const workload::Graph& graph) const {
  double bytes = 0;
  for (const workload::Segment& segment : graph.segments)
    for (const Op& op : segment.ops)
      if (is_product(graph, op))
        for (const auto id : op.weights)
          bytes += static_cast<double>(segment.count) * graph.tensors[id].bytes();
  if (bytes > times_.room().value)
    throw CapacityError(fmt::format("{:.4g} GiB of weights; {} has {:.4g} GiB where its units are",
                                    bytes / (1 << 30), times_.device().name,
                                    times_.room().value / (1 << 30)));
}

PimOffload::Work PimOffload::work_of(const workload::Graph& graph, const Op& op) {
  pim::PimWork each;
  double times = 1, macs = 0;
  if (is_product(graph, op)) {
    each = {pim::PimOp::gemv, op.matmul.n, op.matmul.k};
    times = static_cast<double>(op.matmul.batch) * static_cast<double>(op.matmul.m);
    macs = times * static_cast<double>(each.out) * static_cast<double>(each.in);
  } else if (is_sum(graph, op) && times_.device().units.kind == pim::PimKind::bank_pairs) {
    each = {pim::PimOp::add, op.vector.rows * op.vector.columns, 1};
  } else {
    return {};
  }
  const PimTimes::Units& units = times_.units(each);
  const double readback =
      units.readback.value > 0 ? static_cast<double>(each.out) * times_.device().memory.burst.value : 0;
  return {times, times * units.total().value, times * units.energy.value, times * readback, macs};
}

void PimOffload::move(Totals& totals, OpTotals& row, const Work& work) const {
  wait_for_units(totals, row, work.seconds, static_cast<double>(chip_->units().count));
  PhaseTotals& phase = totals.phases.front();
  phase.time_s += work.seconds - row.time_s;
  phase.bounds.add(row.bounds, -1);
  take_traffic(totals, row, work.readback_bytes);
  const ppa::Technology& technology = chip_->board().technology;
  const double registers = work.macs * kRegisterBytes * 8 * technology.register_file.value;
  totals.pim_j += work.joules + work.macs * technology.mac_pj[static_cast<std::size_t>(row.format)] * 1e-12 + registers;
  totals.pim_register_j += registers;
  row.time_s = row.span_s = work.seconds;
  row.array_busy_s = row.array_preload_s = 0;
  row.bounds = {};
  row.offload.offloaded = row.count;
}

void PimOffload::apply(const workload::Graph& graph, const workload::Segment& segment, Totals& totals) {
  check_room(graph);
  const double before = activity_of(totals).vector_ops;
  for (OpTotals& row : totals.ops) {
    Work sum;
    bool all = true;
    for (const Op& op : segment.ops) {
      if (op.name != row.name) continue;
      const Work one = work_of(graph, op);
      all = all && one.possible();
      sum = {sum.times + one.times, sum.seconds + one.seconds, sum.joules + one.joules,
             sum.readback_bytes + one.readback_bytes, sum.macs + one.macs};
    }
    if (!all || !sum.possible()) continue;
    row.offload = {row.time_s, sum.seconds, 0};
    if (sum.seconds < row.time_s) move(totals, row, sum);
  }
  if (totals.segments.empty()) return;
  // What the power report is made of, at the supply that the segment ran at.
  SegmentTotals& segment_row = totals.segments.front();
  const double supply = before > 0 ? segment_row.activity.vector_ops / before : 1;
  segment_row.activity = activity_of(totals);
  segment_row.activity.scale_on_chip(supply);
  segment_row.multiplying_s = totals.array_time.active;
}

}  // namespace presil::run
