// machine.cpp -- implementation of machine.h.
#include "sim/run/machine.h"

#include <fmt/format.h>

#include "models/fabric/collective_time.h"
#include "sim/kernel/time.h"

namespace presil::run {

Machine::Machine(const Chip& chip) : chip_(chip), peaks_(chip_->peaks()) {
  kernel::initialise();
  elaborated_ = chip_->elaborate();
}

Machine::~Machine() = default;

std::string segment_key(const workload::Graph& graph, const workload::Segment& segment, const mapping::MappingOptions& options) {
  std::string key = fmt::format("{};fuse{};", graph.phase, options.fuse);
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

const Totals& Machine::run(const workload::Graph& graph, const workload::Segment& segment,
                           const mapping::MappingOptions& options, bool canonical) {
  const std::string key = canonical ? segment_key(graph, segment, options) + elaborated_->surroundings(graph, options) : "";
  if (const auto found = known_.find(key); canonical && found != known_.end()) return found->second;
  last_ = totals_of(graph, segment, elaborated_->run(graph, segment, options, canonical), peaks_, options.link);
  commands_ += last_.commands;
  seconds_ += last_.time_s();
  if (!canonical) return last_;
  return known_.insert_or_assign(key, last_).first->second;
}

}  // namespace presil::run
