// attention_block.cpp -- self-attention, cross-attention, and their common core.
#include <algorithm>

#include "workloads/transformer/blocks.h"

namespace presil::workload {

namespace {

/// The three operators of unfused attention. The machine computes the whole rectangle of scores; what the mask
/// discards is not work of the model (MatMul::useful_fraction). With grouped heads, the queries of a group share
/// one product with the keys of their head.
TensorId attend_unfused(PassBuilder& builder, const std::string& name, const Attention& a,
                        const AttentionOperands& operands) {
  // A single query computes scores only for the keys in its window.
  const std::uint64_t kv = a.q_len == 1 && a.window != 0 ? std::min(a.window, a.kv_len) : a.kv_len;
  const std::uint64_t products = a.batch * a.kv_heads;
  const std::uint64_t queries = a.heads / a.kv_heads * a.q_len;
  const std::uint64_t rows = a.batch * a.heads * a.q_len;
  const double useful = static_cast<double>(a.pairs()) / (static_cast<double>(a.q_len) * static_cast<double>(kv));
  const bool masked = a.causal && a.q_len > 1;

  const MatMul scores{.batch = products, .m = queries, .n = kv, .k = a.qk_dim, .useful_fraction = useful};
  const TensorId s = builder.matmul(name + "_scores", scores, {operands.q, operands.k}, {}, rows * kv);
  VectorCost softmax = cost::kMultiply + cost::kSoftmax;  // scale by 1/sqrt(d)
  std::vector<TensorId> inputs{s}, weights;
  if (masked) softmax = softmax + cost::kAdd;
  if (operands.bias != kNoTensor) {
    softmax = softmax + cost::kAdd;
    inputs.push_back(operands.bias);
  }
  if (operands.sinks != kNoTensor) weights.push_back(operands.sinks);
  const TensorId p = builder.vector(name + "_softmax", vector_work(rows, kv, softmax), inputs, weights, rows * kv);
  TensorId kept = p;
  if (builder.options().dropout) {
    kept = builder.vector(name + "_dropout", vector_work(rows, kv, {}), {p}, {}, rows * kv);
    builder.drop_in_place(1);
  }
  const MatMul values{.batch = products, .m = queries, .n = a.v_dim, .k = kv, .useful_fraction = useful};
  return builder.matmul(name + "_context", values, {kept, operands.v}, {}, rows * a.v_dim);
}

TensorId attend_fused(PassBuilder& builder, const std::string& name, const Attention& a,
                      const AttentionOperands& operands) {
  Op op;
  op.name = name;
  op.kind = OpKind::attention;
  op.attention = a;
  op.inputs = {operands.q, operands.k};
  if (!a.shared_kv) op.inputs.push_back(operands.v);
  if (operands.bias != kNoTensor) op.inputs.push_back(operands.bias);
  if (operands.sinks != kNoTensor) op.weights.push_back(operands.sinks);
  op.outputs = {builder.activation(name + ".out", a.batch * a.heads * a.q_len * a.v_dim)};
  op.compute = wider(builder.activations(), builder.tensor(operands.k).format);
  return builder.add(std::move(op)).outputs.front();
}

/// Norm and rotation of the query and key heads.
void prepare_heads(PassBuilder& builder, const AttentionShape& a, std::uint64_t tokens, TensorId& q, TensorId& k) {
  const std::uint64_t q_values = tokens * a.heads * a.head_dim, k_values = tokens * a.kv_heads * a.head_dim;
  if (a.qk_norm) {
    const auto normalise = [&](TensorId x, std::uint64_t values, const std::string& weight) {
      const VectorWork work = vector_work(values / a.head_dim, a.head_dim, cost::kRmsNorm);
      return builder.vector("qk_norm", work, {x}, {builder.parameter(weight, a.head_dim)}, values);
    };
    q = normalise(q, q_values, "q_norm.weight");
    k = normalise(k, k_values, "k_norm.weight");
  }
  if (a.rope_dim != 0) {
    Op op;
    op.name = "rope";
    op.kind = OpKind::vector;
    op.vector = vector_work(tokens, (a.heads + a.kv_heads) * a.rope_dim, cost::kRope);
    op.inputs = {q, k};
    op.outputs = {builder.activation("q_rotated", q_values), builder.activation("k_rotated", k_values)};
    op.compute = builder.activations();
    const std::vector<TensorId> rotated = builder.add(std::move(op)).outputs;
    q = rotated[0];
    k = rotated[1];
  }
}

/// Devices that share a causal sequence take an early and a late piece each, so that all see as many keys: a query (kv + 1) / 2 on
/// average [Llama 3, arXiv:2407.21783, section 3.3.2], which a rectangle of so many keys stands for.
void share_sequence(Attention& a) {
  if (!a.causal) return;
  Attention whole = a;
  whole.q_len = whole.kv_len;
  a.causal = false;
  a.kv_len = (whole.pairs() + whole.kv_len - 1) / whole.kv_len;
  a.window = 0;
}

}  // namespace

TensorId attend(PassBuilder& builder, const std::string& name, const Attention& work,
                const AttentionOperands& operands) {
  return builder.options().fused_attention ? attend_fused(builder, name, work, operands)
                                           : attend_unfused(builder, name, work, operands);
}

std::vector<TensorId> write_cache(PassBuilder& builder, const std::string& prefix, const PassShape& shape,
                                  std::uint64_t window, const std::vector<TensorId>& fresh,
                                  const std::vector<std::uint64_t>& widths) {
  const auto kept = [&](std::uint64_t length) { return window == 0 ? length : std::min(window, length); };
  std::vector<TensorId> slots, cached;
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    const std::string name = prefix + std::to_string(i);
    slots.push_back(builder.cache(name + ".new", shape.batch * kept(shape.q_len) * widths[i]));
    if (shape.decode) cached.push_back(builder.cache(name, shape.batch * kept(shape.kv_len) * widths[i]));
  }
  builder.transfer("kv_write", fresh, slots);
  return shape.decode ? cached : fresh;
}

TensorId self_attention(PassBuilder& builder, std::uint64_t hidden, const Stack& stack, const LayerKind& kind,
                        const PassShape& shape, const LayerContext& context, TensorId input) {
  const AttentionShape& a = stack.attention;
  if (a.latent) return latent_attention(builder, hidden, stack, shape, input);
  const std::uint64_t q_width = a.heads * a.head_dim, kv_width = a.kv_heads * a.head_dim;
  const std::uint64_t bias = (a.q_bias ? q_width : 0) + (a.k_bias ? kv_width : 0) + (a.v_bias ? kv_width : 0);
  const auto qkv = builder.fused_linear("qkv", input, shape.tokens(), hidden,
                                        {{"q", q_width}, {"k", kv_width}, {"v", kv_width}}, bias);
  TensorId q = qkv[0], k = qkv[1], v = qkv[2];
  prepare_heads(builder, a, shape.tokens(), q, k);
  if (stack.causal && !builder.options().training) {
    const auto kv = write_cache(builder, "kv_cache", shape, kind.window, {k, v}, {kv_width, kv_width});
    k = kv[0];
    v = kv[1];
  }
  k = builder.gather_context(k);
  v = builder.gather_context(v);
  AttentionOperands operands{q, k, v, context.position_bias, kNoTensor};
  if (a.sinks) operands.sinks = builder.parameter("attention.sinks", a.heads);
  Attention work{shape.batch, shape.q_len, shape.kv_len, a.heads, a.kv_heads, a.head_dim, a.head_dim,
                 stack.causal, kind.window, false};
  if (builder.options().context_parallel > 1) share_sequence(work);
  const TensorId mixed = attend(builder, "attention", work, operands);
  return builder.linear("attn_out", mixed, shape.tokens(), q_width, hidden, a.out_bias);
}

TensorId cross_attention(PassBuilder& builder, std::uint64_t hidden, const Stack& stack, const PassShape& shape,
                         const LayerContext& context, TensorId input) {
  const AttentionShape& a = stack.attention;
  const std::uint64_t width = a.heads * a.head_dim, kv_width = a.kv_heads * a.head_dim;
  const TensorId q = builder.linear("cross_q", input, shape.tokens(), hidden, width, a.q_bias);
  PassShape encoder = shape;  // the cache of cross-attention is as long as the encoder's output, and never grows
  encoder.q_len = encoder.kv_len = shape.encoder_len;
  std::vector<TensorId> kv;
  if (shape.decode) {
    const std::uint64_t values = encoder.batch * encoder.kv_len * kv_width;
    kv = {builder.cache("cross_cache0", values), builder.cache("cross_cache1", values)};
  } else {
    const std::uint64_t bias = (a.k_bias ? kv_width : 0) + (a.v_bias ? kv_width : 0);
    kv = builder.fused_linear("cross_kv", context.encoder_output, encoder.tokens(), hidden,
                              {{"cross_k", kv_width}, {"cross_v", kv_width}}, bias);
    kv = write_cache(builder, "cross_cache", encoder, 0, kv, {kv_width, kv_width});
  }
  const Attention work{shape.batch, shape.q_len, shape.encoder_len, a.heads, a.kv_heads, a.head_dim, a.head_dim,
                       false, 0, false};
  const TensorId mixed = attend(builder, "cross_attention", work, {q, kv[0], kv[1], kNoTensor, kNoTensor});
  return builder.linear("cross_out", mixed, shape.tokens(), width, hidden, a.out_bias);
}

}  // namespace presil::workload
