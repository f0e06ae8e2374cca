// graph.cpp -- sums over a pass.
#include "workloads/graph/graph.h"

#include <algorithm>
#include <map>
#include <utility>

namespace presil::workload {

namespace {

/// Sum over the operators of a pass, every repetition counted.
template <class Value>
double sum_over_ops(const Graph& graph, Value value) {
  double total = 0;
  for (const Segment& segment : graph.segments) {
    double once = 0;
    for (const Op& op : segment.ops) once += value(op);
    total += once * static_cast<double>(segment.count);
  }
  return total;
}

double bytes_of(const Graph& graph, const std::vector<TensorId>& ids) {
  double total = 0;
  for (TensorId id : ids) total += graph.tensors[id].bytes();
  return total;
}

bool is_buffer(TensorRole role) {
  return role == TensorRole::activation || role == TensorRole::input || role == TensorRole::output;
}

/// First and last operator of a segment at which each of its buffers is alive.
using Lifetimes = std::map<TensorId, std::pair<std::size_t, std::size_t>>;

Lifetimes lifetimes(const Graph& graph, const Segment& segment) {
  Lifetimes lives;
  const auto touch = [&](TensorId id, std::size_t at) {
    if (!is_buffer(graph.tensors[id].role)) return;
    const auto [entry, fresh] = lives.try_emplace(id, at, at);
    if (!fresh) entry->second.second = std::max(entry->second.second, at);
  };
  const std::size_t last = segment.ops.empty() ? 0 : segment.ops.size() - 1;
  for (TensorId id : segment.entries) touch(id, 0);
  for (std::size_t i = 0; i < segment.ops.size(); ++i) {
    for (TensorId id : segment.ops[i].inputs) touch(id, i);
    for (TensorId id : segment.ops[i].outputs) touch(id, i);
  }
  for (std::size_t i = 1; i < segment.entries.size(); ++i) touch(segment.entries[i], last);
  for (TensorId id : segment.exits) touch(id, last);
  return lives;
}

double segment_peak(const Graph& graph, const Segment& segment) {
  std::vector<double> change(segment.ops.size() + 2, 0.0);
  for (const auto& [id, life] : lifetimes(graph, segment)) {
    change[life.first] += graph.tensors[id].bytes();
    change[life.second + 1] -= graph.tensors[id].bytes();
  }
  double alive = 0, peak = 0;
  for (double delta : change) peak = std::max(peak, alive += delta);
  return peak;
}

}  // namespace

TensorId Graph::add(Tensor tensor) {
  tensors.push_back(std::move(tensor));
  return static_cast<TensorId>(tensors.size() - 1);
}

double Graph::flops() const {
  return sum_over_ops(*this, [](const Op& op) { return op.flops(); });
}

double Graph::vector_ops() const {
  return sum_over_ops(*this, [](const Op& op) { return op.vector_ops(); });
}

double Graph::weight_bytes() const {
  // A tensor that several operators read (a tied embedding) counts once, at the largest share read.
  std::map<TensorId, double> share;
  for (const Segment& segment : segments)
    for (const Op& op : segment.ops)
      for (TensorId id : op.weights) {
        double& s = share[id];
        s = std::max(s, op.weight_fraction * static_cast<double>(segment.count));
      }
  double total = 0;
  for (const auto& [id, s] : share) total += s * tensors[id].bytes();
  return total;
}

double Graph::kv_read_bytes() const {
  return sum_over_ops(*this, [this](const Op& op) {
    double read = 0;
    for (TensorId id : op.inputs)
      if (tensors[id].role == TensorRole::kv_cache) read += tensors[id].bytes();
    return read;
  });
}

double operand_bytes(const Graph& graph, const Op& op) {
  return bytes_of(graph, op.inputs) + op.weight_fraction * bytes_of(graph, op.weights) + bytes_of(graph, op.outputs);
}

double peak_activation_bytes(const Graph& graph) {
  double peak = 0;
  for (const Segment& segment : graph.segments) peak = std::max(peak, segment_peak(graph, segment));
  return peak;
}

}  // namespace presil::workload
