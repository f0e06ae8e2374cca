// work.cpp -- implementation of work.h.
#include "sim/validate/work.h"

#include <array>
#include <string_view>
#include <utility>

namespace presil::validate {

namespace {

double product(std::initializer_list<std::uint64_t> factors) {
  double result = 1;
  for (const std::uint64_t factor : factors) result *= static_cast<double>(factor);
  return result;
}

Work gemm(std::uint64_t batch, std::uint64_t m, std::uint64_t n, std::uint64_t k, Format format) {
  Work work;
  work.ops = 2 * product({batch, m, n, k});
  work.bytes = static_cast<double>(batch) * (product({m, k}) + product({k, n}) + product({m, n})) *
               bytes_per_value(format);
  work.format = format;
  return work;
}

std::optional<Work> shape(const GemmRow& row) {
  Work work = gemm(row.batch, row.m, row.n, row.k, row.dtype);
  work.launched = row.includes_launch;
  return work;
}

std::optional<Work> shape(const TpuGemmRow& row) {
  Work work = gemm(1, row.m, row.n, row.k, row.dtype);
  work.rate = true;
  work.scale = 1e12;
  return work;
}

struct VectorOp {
  std::string_view name;
  double ops, values;  ///< per element of rows x cols: operations, and values read and written
};

constexpr std::array kVectorOps{
    VectorOp{"add", 1, 3},       VectorOp{"mul", 1, 3},     VectorOp{"softmax", 5, 2},
    VectorOp{"layernorm", 7, 2}, VectorOp{"rmsnorm", 4, 2}, VectorOp{"gelu", 8, 2},
    VectorOp{"gelu_tanh", 8, 2}, VectorOp{"silu", 4, 2},    VectorOp{"silu_mul", 5, 3},
    VectorOp{"relu", 1, 2},      VectorOp{"rope", 3, 2},    VectorOp{"embedding", 0, 2},
};

std::optional<Work> shape(const VectorRow& row) {
  for (const VectorOp& op : kVectorOps) {
    if (op.name != row.op) continue;
    Work work;
    work.ops = op.ops * product({row.rows, row.cols});
    work.bytes = op.values * product({row.rows, row.cols}) * bytes_per_value(row.dtype);
    work.format = row.dtype;
    work.vector = true;
    work.launched = row.includes_launch;
    return work;
  }
  return std::nullopt;
}

std::optional<Work> shape(const AttentionRow& row) {
  Work work;
  const double seen =
      static_cast<double>(row.kv_len) - (row.causal ? (static_cast<double>(row.q_len) - 1) / 2 : 0);
  work.ops = 4 * product({row.batch, row.heads, row.head_dim, row.q_len}) * seen;
  work.bytes = 2 *
               (product({row.batch, row.heads, row.head_dim, row.q_len}) +
                product({row.batch, row.kv_heads, row.head_dim, row.kv_len})) *
               bytes_per_value(row.dtype);
  work.format = row.dtype;
  work.launched = row.includes_launch;
  return work;
}

std::optional<Work> shape(const FlashAttentionRow& row) {
  Work work;
  work.ops = row.flops();
  work.bytes = product({row.batch, row.heads, row.head_dim, row.seq}) * bytes_per_value(row.dtype) *
               ((row.forward() ? 4 : 0) + (row.backward() ? 8 : 0));
  work.format = row.dtype;
  work.launched = false;
  work.rate = true;
  work.scale = 1e12;
  return work;
}

std::optional<Work> shape(const TrainingPaperRow& row) {
  Work work;
  work.format = Format::fp16;
  work.launched = false;
  work.rate = true;
  work.scale = 1e12;
  work.share = row.mfu.empty() ? Share::hfu : Share::mfu;
  return work;
}

template <class Other>
std::optional<Work> shape(const Other&) {
  return std::nullopt;
}

}  // namespace

std::optional<Work> work_of(const AnyRow& row) {
  return std::visit([](const auto& r) { return shape(r); }, row);
}

}  // namespace presil::validate
