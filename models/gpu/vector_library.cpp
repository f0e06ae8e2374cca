// vector_library.cpp -- implementation of vector_library.h.
#include "models/gpu/vector_library.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/base/error.h"
#include "sim/base/names.h"

namespace presil::gpu {

namespace {

struct Fused {
  const char* name;
  double reads, writes;    ///< values per value
  double simple, special;  ///< operations per value
  double accesses, dependent;
  double integer{0};
  double threads{1024};    ///< of a block
};
// Operations as workloads/ops/vector_costs.h counts them. The embedding kernel finds its place by 64-bit divisions:
// [assumed] 120 integer instructions a value.
constexpr Fused kFused[] = {
    {"softmax", 1, 1, 4, 1, 2.1, 0},   {"layernorm", 1, 1, 6, 0, 0, 0}, {"rmsnorm", 1, 1, 4, 0, 3, 2}, {"gelu", 1, 1, 4, 1, 0, 0},
    {"gelu_tanh", 1, 1, 7, 1, 0, 0}, {"silu", 1, 1, 2, 2, 0, 0},      {"silu_mul", 2, 1, 3, 2, 2.6, 1.3}, {"relu", 1, 1, 1, 0, 0, 0},
    {"add", 2, 1, 1, 0, 0, 0},       {"mul", 2, 1, 1, 0, 0, 0},       {"rope", 1, 1, 3, 0, 2.2, 0.6, 0, 512}, {"embedding", 1, 1, 0, 0, 0, 0, 120},
};

/// Values of a row that the threads of a block hold in registers; of wider rows every value is loaded again, from the
/// cache. [PyTorch, aten/src/ATen/native/cuda/layer_norm_kernel.cu: 16 bytes x 1024 threads]
constexpr double kNormRow = 8192, kWideAccesses = 1.9;

VectorShape shape(double rows, double cols, double read_bytes, double write_bytes) {
  VectorShape s;
  s.rows = rows;
  s.columns = cols;
  s.read_bytes = rows * cols * read_bytes;
  s.write_bytes = rows * cols * write_bytes;
  s.simple = rows * cols;
  return s;
}

/// Kernels of an operator without fusion: bytes read and written per value, one after another.
VectorCall chain(double rows, double cols, std::initializer_list<std::pair<double, double>> kernels) {
  VectorCall call;
  for (const auto& [read, write] : kernels) call.kernels.push_back(shape(rows, cols, read, write));
  call.framework_operators = static_cast<double>(kernels.size());
  return call;
}

/// Operators that PyTorch composes of others.
bool composed(const std::string& op, double rows, double cols, double b, VectorCall& call) {
  if (op == "rmsnorm") {  // to fp32, square, mean, add, rsqrt, times, back, times weight
    call = chain(rows, cols, {{b, 4}, {4, 4}, {4, 0}, {0, 0}, {0, 0}, {4, 4}, {4, b}, {b, b}});
  } else if (op == "silu") {  // the gate: silu, times
    call = chain(rows, cols, {{b, b}, {2 * b, b}});
  } else if (op == "rope") {  // cos and sin gathered; for q and k times cos, negate, join, times sin, add
    call = chain(rows, cols, {{0, 0}, {0, 0}});
    for (const double part : {0.8, 0.2}) {
      const VectorCall half = chain(rows, cols * part, {{b, b}, {b / 2, b / 2}, {b, b}, {b, b}, {2 * b, b}});
      call.kernels.insert(call.kernels.end(), half.kernels.begin(), half.kernels.end());
      call.framework_operators += half.framework_operators;
    }
  } else {
    return false;
  }
  return true;
}

}  // namespace

const std::vector<std::string>& vector_operators() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Fused& f : kFused) all.emplace_back(f.name);
    return all;
  }();
  return names;
}

VectorCall vector_call(const std::string& op, double rows, double cols, double bytes, bool eager) {
  VectorCall call;
  if (eager && composed(op, rows, cols, bytes, call)) return call;
  const auto found = std::find_if(std::begin(kFused), std::end(kFused), [&](const Fused& f) { return op == f.name; });
  if (found == std::end(kFused))
    throw InputError(fmt::format("unknown vector operator '{}'; expected one of {}{}", op, join(vector_operators()), did_you_mean(op, vector_operators())));
  // An operator that PyTorch calls as one still dispatches its parts on the host: [assumed] layer_norm and the tanh
  // form of GELU four, softmax one.
  if (eager && (op == "layernorm" || op == "gelu_tanh")) call.framework_operators = 4;
  VectorShape one = shape(rows, cols, found->reads * bytes, found->writes * bytes);
  one.simple *= found->simple;
  one.special = rows * cols * found->special;
  one.integer = rows * cols * found->integer;
  one.accesses = op == "layernorm" && cols > kNormRow ? kWideAccesses : found->accesses;
  one.threads = found->threads;
  if (!eager) one.dependent = found->dependent;
  call.kernels.push_back(one);
  return call;
}

}  // namespace presil::gpu
