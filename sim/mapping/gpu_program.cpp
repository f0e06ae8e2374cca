// gpu_program.cpp -- implementation of gpu_program.h.
#include "sim/mapping/gpu_program.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "models/fabric/exchange_times.h"
#include "models/gpu/attention_kernel.h"
#include "models/gpu/matmul_policy.h"
#include "models/gpu/vector_kernel.h"
#include "sim/base/error.h"
#include "sim/mapping/kernel.h"

namespace presil::mapping {

using workload::Op;
using workload::OpKind;
using workload::TensorId;
using workload::TensorRole;

namespace {

class Builder {
 public:
  Builder(const workload::Graph& graph, const workload::Segment& segment, const gpu::GpuConfig& gpu, const MappingOptions& options)
      : graph_(graph), segment_(segment), gpu_(gpu), link_(options.link), exchanges_(options.exchanges) {}

  gpu::Launch launch(const Kernel& fused) const {
    const Op& op = segment_.ops[fused.main];
    gpu::Launch launch;
    switch (op.kind) {
      case OpKind::matmul: launch.kernel = gpu::plan_matmul(gpu_, matmul_shape(op, fused)); break;
      case OpKind::attention: launch.kernel = gpu::attention_kernel(gpu_, attention_shape(op)); break;
      case OpKind::collective: launch.kernel = collective_kernel(op); break;
      default: launch.kernel = gpu::vector_kernel(gpu_, vector_shape(op, fused)); break;
    }
    launch.ops.push_back(counted(op, static_cast<std::uint32_t>(fused.main), launch.kernel.macs));
    for (const std::size_t i : fused.epilogue) add_epilogue(launch, segment_.ops[i], static_cast<std::uint32_t>(i));
    if (op.kind == OpKind::matmul || op.kind == OpKind::attention) add_side_inputs(launch.kernel, fused);
    launch.kernel.host_bytes = host_bytes(fused);
    if (!graph_.benchmark) launch.kernel.activity = gpu_.architecture.fit.operand_activity;
    return launch;
  }

 private:
  const workload::Tensor& tensor(TensorId id) const { return graph_.tensors[id]; }
  double value_bytes(const std::vector<TensorId>& ids, std::size_t index, Format otherwise) const {
    return bytes_per_value(index < ids.size() ? tensor(ids[index]).format : otherwise);
  }
  bool on_host(TensorId id) const { return tensor(id).role == TensorRole::input || tensor(id).role == TensorRole::output; }

  gpu::MatmulShape matmul_shape(const Op& op, const Kernel& fused) const {
    gpu::MatmulShape s;
    s.batch = op.matmul.batch;
    s.m = op.matmul.m;
    s.n = op.matmul.n;
    s.k = op.matmul.k;
    s.format = op.compute;
    // Activations that are multiplied in a narrower format were converted by the kernel that made them.
    s.a_bytes = std::min(value_bytes(op.inputs, 0, op.compute), std::max(1.0, bytes_per_value(op.compute)));
    s.b_bytes = op.weights.empty() ? value_bytes(op.inputs, 1, op.compute) : value_bytes(op.weights, 0, op.compute);
    // What leaves the kernel, behind its epilogue: a gate halves it, a sum in place of the product does not.
    double out = 0;
    for (const TensorId id : fused.outputs) out += on_host(id) ? 0 : tensor(id).bytes();
    s.c_bytes = out / (static_cast<double>(s.batch) * static_cast<double>(s.m) * static_cast<double>(s.n));
    return s;
  }

  gpu::AttentionShape attention_shape(const Op& op) const {
    const workload::Attention& a = op.attention;
    gpu::AttentionShape s;
    s.batch = a.batch;
    s.q_len = a.q_len;
    s.kv_len = a.kv_len;
    s.heads = a.heads;
    s.kv_heads = a.kv_heads;
    s.qk_dim = a.qk_dim;
    s.v_dim = a.v_dim;
    s.causal = a.causal;
    s.window = a.window;
    s.shared_kv = a.shared_kv;
    s.backward = a.backward;
    s.format = op.compute;
    s.q_bytes = value_bytes(op.inputs, 0, op.compute);
    s.kv_bytes = value_bytes(op.inputs, 1, op.compute);
    return s;
  }

  /// Vector, gather and transfer operators alike: bytes in, operations, bytes out.
  gpu::VectorShape vector_shape(const Op& op, const Kernel& fused) const {
    gpu::VectorShape s;
    s.rows = static_cast<double>(std::max<std::uint64_t>(1, op.kind == OpKind::gather ? op.gather.rows : op.vector.rows));
    s.columns = static_cast<double>(std::max<std::uint64_t>(1, op.vector.columns));
    if (op.kind == OpKind::gather) {
      s.read_bytes += static_cast<double>(op.gather.rows) * op.gather.row_bytes;
      s.columns = std::max(1.0, op.gather.row_bytes / 2);
    } else {
      for (const TensorId id : op.weights) s.read_bytes += tensor(id).bytes() * op.weight_fraction;
    }
    for (const auto* ids : {&fused.main_inputs, &fused.epilogue_inputs})
      for (const TensorId id : *ids) s.read_bytes += on_host(id) ? 0 : tensor(id).bytes();
    for (const TensorId id : fused.outputs) s.write_bytes += on_host(id) ? 0 : tensor(id).bytes();
    const double values = static_cast<double>(op.vector.rows) * static_cast<double>(op.vector.columns);
    s.simple = values * op.vector.simple;
    s.special = values * op.vector.special + static_cast<double>(op.vector.rows) * op.vector.row_special;
    return s;
  }

 public:
  /// Without fusion, a product in a narrower format than its operand's needs that converted by a kernel of its own, unless
  /// an element-wise operator made the operand and wrote it so.
  std::optional<gpu::Launch> conversion(const Kernel& fused) const {
    const Op& op = segment_.ops[fused.main];
    if (op.kind != OpKind::matmul || op.weights.empty() || op.inputs.empty()) return std::nullopt;
    const workload::Tensor& operand = tensor(op.inputs.front());
    if (bits(operand.format) <= bits(op.compute)) return std::nullopt;
    for (const Op& maker : segment_.ops)
      if (maker.kind == OpKind::vector && !maker.vector.reduces && contains(maker.outputs, op.inputs.front())) return std::nullopt;
    gpu::VectorShape s;
    s.columns = static_cast<double>(std::max<std::uint64_t>(1, op.matmul.k));
    s.rows = static_cast<double>(operand.values) / s.columns;
    s.simple = static_cast<double>(operand.values);
    s.read_bytes = operand.bytes();
    s.write_bytes = static_cast<double>(operand.values) * bytes_per_value(op.compute);
    gpu::Launch launch{gpu::vector_kernel(gpu_, s), {}};
    launch.ops.push_back({static_cast<std::uint32_t>(fused.main), 0, s.simple, 0});
    return launch;
  }

 private:
  static bool contains(const std::vector<TensorId>& ids, TensorId id) { return std::find(ids.begin(), ids.end(), id) != ids.end(); }

  gpu::Kernel collective_kernel(const Op& op) const {
    if (link_ == nullptr)
      throw InputError(fmt::format("operator '{}' exchanges data between {} devices, and no link joins them", op.name, op.collective.ranks));
    const fabric::PricedExchange best = fabric::priced_exchange(*link_, op.collective, fabric::Library::serving, exchanges_);
    gpu::Kernel kernel;
    kernel.name = "collective";
    kernel.plan = fmt::format("{} over {} x {}, {}", best.algorithm, op.collective.ranks, link_->name, best.protocol);
    kernel.latency_s = best.time.value;
    kernel.fabric_bytes = best.sent.value;
    return kernel;
  }

  gpu::LaunchedOp counted(const Op& op, std::uint32_t index, double macs) const {
    const double rows = static_cast<double>(op.vector.rows), values = rows * static_cast<double>(op.vector.columns);
    if (op.kind != OpKind::vector) return {index, macs, 0, 0};
    return {index, 0, values * op.vector.simple, values * op.vector.special + rows * op.vector.row_special};
  }

  /// Lanes and special functions of an element-wise operator, spread over the kernel's phases.
  void add_epilogue(gpu::Launch& launch, const Op& op, std::uint32_t index) const {
    const gpu::LaunchedOp part = counted(op, index, 0);
    const double cycles = (part.simple_ops / gpu_.lanes + part.special_ops / gpu_.architecture.special_lanes) / gpu_.sms;
    for (gpu::Phase& phase : launch.kernel.phases) phase.sm_cycles += cycles / static_cast<double>(launch.kernel.phases.size());
    launch.kernel.simple_ops += part.simple_ops;
    launch.kernel.special_ops += part.special_ops;
    launch.ops.push_back(part);
  }

  /// What the epilogue reads beside the product (residuals, gates), biases, and outputs of fused cache writes.
  void add_side_inputs(gpu::Kernel& kernel, const Kernel& fused) const {
    double bytes = 0;
    for (const TensorId id : fused.epilogue_inputs) bytes += on_host(id) ? 0 : tensor(id).bytes();
    if (const Op& op = segment_.ops[fused.main]; op.kind == OpKind::matmul && op.matmul.accumulate)
      for (const TensorId id : op.outputs) bytes += tensor(id).bytes();
    for (const std::size_t i : fused.epilogue)
      for (const TensorId id : segment_.ops[i].weights) bytes += tensor(id).bytes() * segment_.ops[i].weight_fraction;
    for (gpu::Phase& phase : kernel.phases) {
      phase.read_bytes += bytes / static_cast<double>(kernel.phases.size());
      phase.l2_bytes += bytes / static_cast<double>(kernel.phases.size());
    }
  }

  double host_bytes(const Kernel& fused) const {
    double bytes = 0;
    for (const auto* ids : {&fused.main_inputs, &fused.epilogue_inputs, &fused.outputs})
      for (const TensorId id : *ids) bytes += on_host(id) ? tensor(id).bytes() : 0;
    return bytes;
  }

  const workload::Graph& graph_;
  const workload::Segment& segment_;
  const gpu::GpuConfig& gpu_;
  const fabric::LinkConfig* link_;
  fabric::ExchangeTimes* exchanges_;
};

}  // namespace

std::vector<gpu::Launch> gpu_program(const workload::Graph& graph, const workload::Segment& segment, const gpu::GpuConfig& gpu,
                                     const MappingOptions& options) {
  const Builder builder(graph, segment, gpu, options);
  std::vector<gpu::Launch> program;
  for (const Kernel& kernel : fuse(graph, segment, options.fuse)) {
    if (!options.fuse)
      if (auto conversion = builder.conversion(kernel)) program.push_back(std::move(*conversion));
    program.push_back(builder.launch(kernel));
  }
  return program;
}

}  // namespace presil::mapping
