// bench_vector.cpp -- an element-wise or row-wise operator alone on a chip (see run.h).
#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "models/gpu/vector_library.h"
#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/run/bench_operator.h"
#include "sim/run/gpu_chip.h"
#include "sim/run/run.h"
#include "workloads/ops/vector_costs.h"

namespace presil::run {

using nlohmann::ordered_json;
using workload::VectorCost;
namespace cost = workload::cost;

namespace {

/// rows x cols values out of `inputs` tensors of that size and `parameters` rows of cols.
struct VectorOperator {
  const char* name;
  VectorCost cost;
  unsigned inputs, parameters;
};

constexpr std::array kOperators{
    VectorOperator{"softmax", cost::kSoftmax, 1, 0},
    VectorOperator{"layernorm", cost::kLayerNorm + cost::kAdd, 1, 2},
    VectorOperator{"rmsnorm", cost::kRmsNorm, 1, 1},
    VectorOperator{"gelu", cost::kGelu, 1, 0},
    VectorOperator{"gelu_tanh", cost::kGeluTanh, 1, 0},
    VectorOperator{"quick_gelu", cost::kQuickGelu, 1, 0},
    VectorOperator{"silu", cost::kSilu, 1, 0},
    VectorOperator{"relu", cost::kRelu, 1, 0},
    VectorOperator{"tanh", cost::kTanh, 1, 0},
    VectorOperator{"sigmoid", cost::kSigmoid, 1, 0},
    VectorOperator{"silu_mul", cost::kSilu + cost::kMultiply, 2, 0},
    VectorOperator{"gelu_mul", cost::kGelu + cost::kMultiply, 2, 0},
    VectorOperator{"gelu_tanh_mul", cost::kGeluTanh + cost::kMultiply, 2, 0},
    VectorOperator{"add", cost::kAdd, 2, 0},
    VectorOperator{"mul", cost::kMultiply, 2, 0},
    VectorOperator{"rope", cost::kRope, 1, 0},
};
constexpr const char* kEmbedding = "embedding";
/// Rows of an embedding's table when there are not more tokens: Llama 3's vocabulary. Only its spread in memory matters.
constexpr std::uint64_t kVocabulary = 128256;

constexpr std::uint64_t kMostSide = std::uint64_t{1} << 32;  ///< of rows and of columns

OneOperator embedding(const VectorQuery& q, Format format) {
  OneOperator one(q.op, workload::OpKind::gather, format);
  one.op().gather = {q.rows, static_cast<double>(q.cols) * bytes_per_value(format)};
  const std::uint64_t table = std::max(kVocabulary, q.rows);
  one.op().weight_fraction = static_cast<double>(q.rows) / static_cast<double>(table);
  one.input("tokens", Format::int32, q.rows);
  one.weight("table", format, values_of({table, q.cols}));
  one.output("out", format, values_of({q.rows, q.cols}));
  return one;
}

OneOperator operator_of(const VectorQuery& q, Format format) {
  if (q.op == kEmbedding) return embedding(q, format);
  const auto found = std::find_if(kOperators.begin(), kOperators.end(), [&](const VectorOperator& o) { return q.op == o.name; });
  if (found == kOperators.end()) {
    const std::vector<std::string> names = vector_operators();
    throw UsageError(fmt::format("unknown operator '{}'; expected one of {}{}", q.op, join(names), did_you_mean(q.op, names)));
  }
  OneOperator one(q.op, workload::OpKind::vector, format);
  one.op().vector = workload::vector_work(q.rows, q.cols, found->cost);
  for (unsigned i = 0; i < found->inputs; ++i) one.input(fmt::format("in{}", i), format, values_of({q.rows, q.cols}));
  for (unsigned i = 0; i < found->parameters; ++i) one.weight(fmt::format("parameter{}", i), format, q.cols);
  one.output("out", format, values_of({q.rows, q.cols}));
  return one;
}

void check_kernel(const VectorQuery& q, const Chip& chip) {
  const std::vector<std::string> kernels{"fused", "eager"};
  if (std::find(kernels.begin(), kernels.end(), q.kernel) == kernels.end())
    throw UsageError(fmt::format("unknown kernel '{}'; expected one of {}{}", q.kernel, join(kernels), did_you_mean(q.kernel, kernels)));
  if (q.kernel == "eager" && gpu_config(chip) == nullptr)
    throw UsageError(fmt::format("--kernel eager needs a chip of kind gpu, whose frameworks run one kernel per operator; {} is of kind {}",
                                 chip->board().name, chip->kind()));
}

/// The kernels that a library runs; no value for an operator of which none is described.
std::optional<gpu::VectorCall> library_call(const VectorQuery& q, Format format) {
  const std::vector<std::string>& known = gpu::vector_operators();
  const bool eager = q.kernel == "eager";
  if (std::find(known.begin(), known.end(), q.op) != known.end())
    return gpu::vector_call(q.op, static_cast<double>(q.rows), static_cast<double>(q.cols), bytes_per_value(format), eager);
  if (eager) throw UsageError(fmt::format("--kernel eager: the kernels of {} are not described; expected one of {}", q.op, join(known)));
  return std::nullopt;
}

BenchRun run_call(const Chip& chip, const gpu::GpuConfig& gpu, const OneOperator& one, const gpu::VectorCall& call) {
  std::vector<gpu::Kernel> kernels;
  for (const gpu::VectorShape& shape : call.kernels) kernels.push_back(gpu::vector_kernel(gpu, shape));
  BenchRun run = run_alone(chip, one, kernels);
  if (kernels.size() > 1) run.plan = fmt::format("{} kernels of {}", kernels.size(), run.plan);
  return run;
}

}  // namespace

std::vector<std::string> vector_operators() {
  std::vector<std::string> names;
  for (const VectorOperator& o : kOperators) names.emplace_back(o.name);
  names.emplace_back(kEmbedding);
  return names;
}

ordered_json bench_vector(const VectorQuery& q, const std::vector<std::string>& overrides) {
  check_extent("rows", q.rows, kMostSide);
  check_extent("cols", q.cols, kMostSide);
  const Format format = bench_format(q.dtype);
  const OneOperator one = operator_of(q, format);
  const Chip chip = bench_chip(q.device, overrides);
  check_kernel(q, chip);
  const gpu::GpuConfig* gpu = gpu_config(chip);
  const std::optional<gpu::VectorCall> call = gpu != nullptr ? library_call(q, format) : std::nullopt;
  BenchRun run = call ? run_call(chip, *gpu, one, *call) : run_alone(chip, one);
  const double host = q.kernel == "eager" ? call->framework_operators * gpu->architecture.fit.operator_overhead.value : 0;
  run.time_s += host;
  run.op.time_s += host;

  ordered_json record{{"device", chip->board().name}, {"op", q.op}, {"dtype", q.dtype}, {"rows", q.rows}, {"cols", q.cols}, {"kernel", q.kernel},
                      {"latency_us", run.time_s * 1e6}};
  if (host > 0) record["host_us"] = host * 1e6;
  const double peak = chip->peaks().vector_ops_per_s, rate = one.op().vector_ops() / run.time_s;
  record["achieved_gops"] = rate / 1e9;
  record["peak_gops"] = peak / 1e9;
  record["utilisation"] = rate / peak;
  add_memory_timing(record, chip, run);
  record["mapping"] = run.plan;
  return record;
}

}  // namespace presil::run
