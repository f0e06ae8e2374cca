// op.cpp -- the work of one operator.
#include "workloads/ops/op.h"

#include <algorithm>

namespace presil::workload {

namespace {

/// first + (first + 1) + ... over `count` numbers.
std::uint64_t arithmetic_series(std::uint64_t first, std::uint64_t count) {
  return count == 0 ? 0 : count * first + count * (count - 1) / 2;
}

double to_double(std::uint64_t n) { return static_cast<double>(n); }

double matmul_flops(const MatMul& m) {
  const double rows = m.routed_rows != 0 ? to_double(m.routed_rows) : to_double(m.batch) * to_double(m.m);
  return 2 * rows * to_double(m.n) * to_double(m.k) * m.useful_fraction;
}

double attention_flops(const Attention& a) {
  return (a.backward ? 4 : 2) * to_double(a.pairs()) * to_double(a.heads) * to_double(a.batch) * to_double(a.qk_dim + a.v_dim);
}

}  // namespace

std::uint64_t Attention::pairs() const {
  const std::uint64_t limit = window == 0 ? kv_len : std::min(window, kv_len);
  if (!causal) return q_len * limit;
  // The queries are the last q_len positions: they see first, first + 1, ... kv_len keys, cut at the window.
  const std::uint64_t queries = std::min(q_len, kv_len);
  const std::uint64_t first = kv_len - queries + 1;
  const std::uint64_t growing = limit > first ? std::min(limit - first, queries) : 0;
  return arithmetic_series(first, growing) + (queries - growing) * limit;
}

double VectorWork::operations() const {
  return to_double(rows) * (to_double(columns) * (simple + special) + row_special);
}

double Op::flops() const {
  switch (kind) {
    case OpKind::matmul: return matmul_flops(matmul);
    case OpKind::attention: return attention_flops(attention);
    case OpKind::vector: case OpKind::gather: case OpKind::transfer: case OpKind::collective:
      return 0;
  }
  return 0;
}

double Op::vector_ops() const { return kind == OpKind::vector ? vector.operations() : 0; }

}  // namespace presil::workload
