// spiking_matrices.cpp -- implementation of spiking_matrices.h.
#include "sim/mapping/spiking_matrices.h"

#include <algorithm>
#include <cmath>

namespace presil::mapping {

using spiking::Matrices;
using workload::OpKind;

std::uint64_t kept_keys(const workload::Attention& a) {
  return a.window > 0 ? std::min(a.window, a.kv_len) : a.kv_len;
}

std::vector<Matrices> weight_matrices(const workload::Graph& graph, const workload::Op& op) {
  if (op.weights.empty()) return {};
  const workload::Tensor& table = graph.tensors[op.weights.front()];
  if (op.kind == OpKind::gather) {
    const auto columns =
        static_cast<std::uint64_t>(std::llround(op.gather.row_bytes / bytes_per_value(table.format)));
    return {{1, std::max<std::uint64_t>(1, table.values / columns), columns, table.format}};
  }
  if (op.kind != OpKind::matmul) return {};
  std::uint64_t values = 0;
  for (const auto id : op.weights) values += graph.tensors[id].values;
  const workload::MatMul& m = op.matmul;
  return {{std::max(m.batch, values / (m.k * m.n)), m.k, m.n, table.format}};
}

std::vector<Matrices> written_matrices(const workload::Graph& graph, const workload::Op& op) {
  if (op.kind == OpKind::matmul && op.weights.empty() && op.inputs.size() > 1) {
    const workload::MatMul& m = op.matmul;
    return {{m.batch, m.k, m.n, graph.tensors[op.inputs[1]].format}};
  }
  if (op.kind != OpKind::attention) return {};
  const workload::Attention& a = op.attention;
  const Format format = graph.tensors[op.inputs[1]].format;
  const std::uint64_t count = a.batch * a.kv_heads, keys = kept_keys(a);
  return {{count, a.qk_dim, keys, format}, {count, keys, a.v_dim, format}};
}

}  // namespace presil::mapping
