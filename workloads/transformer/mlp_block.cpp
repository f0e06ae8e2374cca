// mlp_block.cpp -- dense and routed feed-forward blocks.
#include <algorithm>
#include <cmath>

#include "workloads/transformer/blocks.h"

namespace presil::workload {

namespace {

/// act(x), or act(gate) * up for a pair of halves of one fused projection.
TensorId activate(PassBuilder& builder, Activation kind, bool gated, TensorId input, std::uint64_t rows,
                  std::uint64_t width) {
  if (kind == Activation::none && !gated) return input;
  return builder.vector("activation", vector_work(rows, width, activation_cost(kind, gated)), {input}, {},
                        rows * width);
}

/// What one operator of all active experts looks like, with its weights for all experts and the share read.
struct Experts {
  std::uint64_t count{}, active{}, routed{};
  MatMul shape(std::uint64_t n, std::uint64_t k) const {
    return {.batch = active, .m = (routed + active - 1) / active, .n = n, .k = k, .routed_rows = routed};
  }
};

TensorId expert_linear(PassBuilder& builder, const std::string& name, const Experts& experts, TensorId input,
                       std::uint64_t n, std::uint64_t k, bool bias) {
  Op op;
  op.name = name;
  op.kind = OpKind::matmul;
  op.matmul = experts.shape(n, k);
  op.inputs = {input};
  op.weights = {builder.matrix(name + ".weight", experts.count * n * k)};
  if (bias) op.weights.push_back(builder.parameter(name + ".bias", experts.count * n));
  op.weight_fraction = static_cast<double>(experts.active) / static_cast<double>(experts.count);
  op.outputs = {builder.activation(name + ".out", experts.routed * n)};
  op.compute = builder.product_format(builder.tensor(op.weights.front()).format);
  return builder.add(std::move(op)).outputs.front();
}

/// Scores of all experts and the choice of `top_k`: for every token as many indices and mixing weights.
TensorId route(PassBuilder& builder, std::uint64_t hidden, const MoeShape& moe, std::uint64_t tokens, TensorId input) {
  std::vector<TensorId> weights{builder.parameter("router.weight", hidden * moe.experts)};
  if (moe.router_bias) weights.push_back(builder.parameter("router.bias", moe.experts));
  const MatMul shape{.batch = 1, .m = tokens, .n = moe.experts, .k = hidden};
  const TensorId scores = builder.matmul("router", shape, {input}, weights, tokens * moe.experts);
  VectorCost choose = (moe.sigmoid_scores ? cost::kSigmoid : cost::kSoftmax) + cost::top_k(moe.top_k);
  std::vector<TensorId> bias;
  if (moe.selection_bias) {
    choose = choose + cost::kAdd;
    bias = {builder.parameter("router.selection_bias", moe.experts)};
  }
  return builder.vector("router_topk", vector_work(tokens, moe.experts, choose), {scores}, bias,
                        2 * tokens * moe.top_k);
}

}  // namespace

VectorCost activation_cost(Activation activation, bool gated) {
  const VectorCost gate = gated ? cost::kMultiply : VectorCost{};
  switch (activation) {
    case Activation::none: return gate;
    case Activation::relu: return cost::kRelu + gate;
    case Activation::gelu: return cost::kGelu + gate;
    case Activation::gelu_tanh: return cost::kGeluTanh + gate;
    case Activation::quick_gelu: return cost::kQuickGelu + gate;
    case Activation::silu: return cost::kSilu + gate;
    case Activation::clamped_swiglu: return cost::kClampedSwiglu;  // its gate is counted in it
    case Activation::tanh: return cost::kTanh + gate;
    case Activation::sigmoid: return cost::kSigmoid + gate;
  }
  return gate;
}

std::uint64_t active_experts(std::uint64_t experts, std::uint64_t top_k, std::uint64_t tokens) {
  const double e = static_cast<double>(experts), k = static_cast<double>(top_k), t = static_cast<double>(tokens);
  const auto mean = static_cast<std::uint64_t>(std::llround(e * (1 - std::pow(1 - k / e, t))));
  const std::uint64_t most = tokens >= experts ? experts : std::min(experts, tokens * top_k);
  return std::clamp(mean, std::min(experts, top_k), most);
}

TensorId mlp_block(PassBuilder& builder, std::uint64_t hidden, const MlpShape& mlp, std::uint64_t rows,
                   TensorId input) {
  const std::uint64_t up_width = mlp.gated ? 2 * mlp.intermediate : mlp.intermediate;
  const TensorId up = builder.linear("mlp_up", input, rows, hidden, up_width, mlp.bias);
  const TensorId active = activate(builder, mlp.activation, mlp.gated, up, rows, mlp.intermediate);
  return builder.linear("mlp_down", active, rows, mlp.intermediate, hidden, mlp.bias);
}

TensorId moe_block(PassBuilder& builder, std::uint64_t hidden, const MoeShape& moe, std::uint64_t tokens,
                   TensorId input) {
  const TensorId routing = route(builder, hidden, moe, tokens, input);
  // Devices that share the experts hold as many each, and get as many rows from one another as they send.
  const std::uint64_t sharing = builder.options().expert_parallel, own = moe.experts / sharing;
  const std::uint64_t active = active_experts(moe.experts, moe.top_k, tokens * sharing) / sharing;
  const Experts experts{own, std::max<std::uint64_t>(1, active), tokens * moe.top_k};
  const std::uint64_t width = moe.intermediate;
  const TensorId sorted = builder.exchange_tokens(builder.gather("dispatch", {routing}, input, experts.routed, hidden));
  const TensorId up = expert_linear(builder, "expert_up", experts, sorted, 2 * width, hidden, moe.expert_bias);
  const TensorId activated = activate(builder, moe.activation, true, up, experts.routed, width);
  const TensorId down = builder.exchange_tokens(expert_linear(builder, "expert_down", experts, activated, hidden, width, moe.expert_bias));
  VectorCost combine = cost::weighted_sum(moe.top_k);
  std::vector<TensorId> summands{down, routing};
  if (moe.shared_intermediate != 0) {
    const std::uint64_t shared = moe.shared_intermediate;
    const TensorId shared_up = builder.linear("shared_up", input, tokens, hidden, 2 * shared, false);
    const TensorId shared_active = activate(builder, moe.activation, true, shared_up, tokens, shared);
    summands.push_back(builder.linear("shared_down", shared_active, tokens, shared, hidden, false));
    combine = combine + cost::kAdd;
  }
  return builder.vector("combine", vector_work(tokens, hidden, combine), summands, {}, tokens * hidden);
}

}  // namespace presil::workload
