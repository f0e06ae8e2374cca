// machine.cpp -- implementation of machine.h.
#include "sim/run/machine.h"

#include <fmt/format.h>

#include "models/fabric/collective_time.h"
#include "models/fabric/exchange_times.h"
#include "sim/base/error.h"
#include "sim/kernel/time.h"

namespace presil::run {

Machine::Machine(const Chip& chip, bool fabric) : chip_(chip), peaks_(chip_->peaks()), governor_(chip_) {
  kernel::initialise();
  elaborated_ = chip_->elaborate();
  if (fabric) exchanges_ = std::make_unique<fabric::ExchangeTimes>();
}

Machine::~Machine() = default;

std::string segment_key(const workload::Graph& graph, const workload::Segment& segment, const mapping::MappingOptions& options) {
  std::string key = fmt::format("{};alone{};fuse{};", graph.phase, graph.benchmark, options.fuse);
  // Tensors by their place of first mention, so that equal segments of different graphs have equal keys.
  std::map<workload::TensorId, std::size_t> number;
  const auto tensors = [&](const std::vector<workload::TensorId>& ids) {
    for (const auto id : ids) {
      const auto& t = graph.tensors[id];
      key += fmt::format("{}:{}:{}:{},", number.emplace(id, number.size()).first->second, static_cast<int>(t.role), static_cast<int>(t.format), t.values);
    }
    key += ';';
  };
  for (const workload::Op& op : segment.ops) {
    const auto& m = op.matmul;
    const auto& a = op.attention;
    const auto& v = op.vector;
    key += op.name;
    key += fmt::format("|{}|{}|{}|{},{},{},{},{},{}|{},{},{},{},{},{},{},{},{},{}|{},{},{},{},{},{}|{},{}|", static_cast<int>(op.kind),
                       static_cast<int>(op.compute), op.weight_fraction, m.batch, m.m, m.n, m.k,
                       m.routed_rows, m.useful_fraction, a.batch, a.q_len, a.kv_len,
                       a.heads, a.kv_heads, a.qk_dim, a.v_dim, a.causal, a.window, a.shared_kv, v.rows, v.columns, v.simple,
                       v.special, v.row_special, v.reduces, op.gather.rows, op.gather.row_bytes);
    if (op.kind == workload::OpKind::collective) {
      key += fmt::format("{}|{}|{}|", static_cast<int>(op.collective.kind), op.collective.ranks, op.collective.bytes);
      if (options.exchanges) key += fmt::format("{}|", options.exchanges->system());
      if (const auto* link = options.link)  // all of it that a collective's time and bound depend on
        key += fmt::format("{}|{}|{}|", link->name, fabric::collective_bound(*link, op.collective).value,
                           fabric::collective_time(*link, op.collective, {.library = fabric::Library::serving}).value);
    }
    if (m.accumulate || a.backward) key += "gradient|";
    tensors(op.inputs);
    tensors(op.weights);
    tensors(op.outputs);
  }
  tensors(segment.entries);
  tensors(segment.exits);
  return key;
}

Totals Machine::simulate(const workload::Graph& graph, const workload::Segment& segment, const mapping::MappingOptions& options,
                         bool canonical, double speed, kernel::Trace* trace) {
  elaborated_->set_speed(speed);
  if (trace != nullptr) elaborated_->attach(trace);
  Totals totals = totals_of(graph, segment, elaborated_->run(graph, segment, options, canonical), peaks_, options.link);
  if (trace != nullptr) elaborated_->attach(nullptr);
  commands_ += totals.commands;
  seconds_ += totals.time_s();
  SegmentTotals row;
  row.name = segment.name;
  row.phase = graph.phase;
  row.count = 1;
  row.activity = activity_of(totals);
  row.activity.scale_on_chip(governor_.energy_at(speed));
  row.multiplying_s = totals.array_time.active;
  row.cycles = totals.cycles > 0 ? totals.cycles : totals.time_s() * chip_->clock().value * speed;
  totals.segments.push_back(row);
  return totals;
}

const Machine::Known& Machine::canonical(const workload::Graph& graph, const workload::Segment& segment,
                                         const mapping::MappingOptions& options) {
  const std::string key = segment_key(graph, segment, options) + elaborated_->surroundings(graph, options);
  const auto found = known_.find(key);
  if (found != known_.end()) return found->second;
  Known known;
  known.speed = governor_.highest_speed([&](double speed) {
    known.totals = simulate(graph, segment, options, true, speed);
    return known.totals.segments.front();
  });
  return known_.emplace(key, std::move(known)).first->second;
}

void Machine::simulate_again(const workload::Graph& graph, const workload::Segment& segment, const mapping::MappingOptions& options,
                             const Known& known, kernel::Trace& trace) {
  elaborated_->set_speed(known.speed);
  elaborated_->attach(&trace);
  const double time = elaborated_->run(graph, segment, options, true).elapsed_s;
  elaborated_->attach(nullptr);
  if (time != known.totals.time_s())
    throw RunError(fmt::format("segment {} took {:.9g} s when it was watched and {:.9g} s before: this is a defect of presil", segment.name, time,
                               known.totals.time_s()));
}

const Totals& Machine::run(const workload::Graph& graph, const workload::Segment& segment,
                           const mapping::MappingOptions& options, bool canonical_start, kernel::Trace* trace) {
  if (canonical_start) {
    const Known& known = canonical(graph, segment, options);
    if (trace != nullptr) simulate_again(graph, segment, options, known, *trace);
    return known.totals;
  }
  const double speed = governor_.present() ? canonical(graph, segment, options).speed : 1;
  last_ = simulate(graph, segment, options, false, speed, trace);
  return last_;
}

}  // namespace presil::run
