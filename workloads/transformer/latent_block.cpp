// latent_block.cpp -- multi-head latent attention (DeepSeek-V2, arXiv:2405.04434, section 2.1; DeepSeek-V3).
//
// Prefill expands the latents of the new tokens to full keys and values of every head. Decode multiplies the key
// expansion into the query instead and the value expansion into the result ("absorbed"), so that attention runs
// over the cached latents, which all heads share.
#include "workloads/transformer/blocks.h"

namespace presil::workload {

namespace {

struct LatentTensors {
  TensorId q_nope{kNoTensor};   ///< decode only: queries without their rotated part
  TensorId q{};                 ///< decode: the part to rotate; prefill: whole queries, rotated in part
  TensorId latent{}, k_rope{};  ///< of all heads together
};

TensorId rms(PassBuilder& builder, const std::string& weight, TensorId x, std::uint64_t rows, std::uint64_t width) {
  return builder.vector("mla_norm", vector_work(rows, width, cost::kRmsNorm), {x}, {builder.parameter(weight, width)},
                        rows * width);
}

/// Down-projections of queries and keys/values in one product, norms, and the up-projection of the queries.
LatentTensors project(PassBuilder& builder, std::uint64_t hidden, const AttentionShape& a, const PassShape& shape,
                      TensorId input) {
  const LatentAttention& l = *a.latent;
  const std::uint64_t tokens = shape.tokens();
  std::vector<Part> heads{{"q", a.heads * l.qk_dim()}};
  if (shape.decode) heads = {{"q_nope", a.heads * l.nope_dim}, {"q_rope", a.heads * l.rope_dim}};
  std::vector<Part> parts{{"kv_latent", l.kv_rank}, {"k_rope", l.rope_dim}};
  if (l.q_rank != 0) parts.push_back({"q_latent", l.q_rank});
  else parts.insert(parts.end(), heads.begin(), heads.end());
  const std::uint64_t bias = (a.k_bias ? l.latent_dim() : 0) + (a.q_bias ? l.q_rank : 0);
  const auto down = builder.fused_linear("mla_down", input, tokens, hidden, parts, bias);
  LatentTensors t;
  t.latent = rms(builder, "kv_norm.weight", down[0], tokens, l.kv_rank);
  t.k_rope = down[1];
  std::vector<TensorId> queries(down.begin() + 2, down.end());
  if (l.q_rank != 0) {
    const TensorId q = rms(builder, "q_norm.weight", down[2], tokens, l.q_rank);
    queries = builder.fused_linear("mla_q_up", q, tokens, l.q_rank, heads, 0);
  }
  t.q = queries.back();
  if (shape.decode) t.q_nope = queries.front();
  return t;
}

void rotate(PassBuilder& builder, const AttentionShape& a, std::uint64_t tokens, LatentTensors& t) {
  const std::uint64_t dim = a.latent->rope_dim;
  Op op;
  op.name = "rope";
  op.kind = OpKind::vector;
  op.vector = vector_work(tokens, (a.heads + 1) * dim, cost::kRope);
  op.inputs = {t.q, t.k_rope};
  op.outputs = {builder.activation("q_rotated", builder.tensor(t.q).values),
                builder.activation("k_rotated", tokens * dim)};
  op.compute = builder.activations();
  const std::vector<TensorId> rotated = builder.add(std::move(op)).outputs;
  t.q = rotated[0];
  t.k_rope = rotated[1];
}

TensorId concatenate(PassBuilder& builder, const std::string& name, TensorId a, TensorId b, std::uint64_t values) {
  const TensorId joined = builder.activation(name, values);
  builder.transfer("mla_concat", {a, b}, {joined});
  return joined;
}

TensorId attend_prefill(PassBuilder& builder, const AttentionShape& a, const PassShape& shape, const LatentTensors& t) {
  const LatentAttention& l = *a.latent;
  const std::uint64_t tokens = shape.tokens();
  const auto kv = builder.fused_linear("mla_kv_up", t.latent, tokens, l.kv_rank,
                                       {{"k_nope", a.heads * l.nope_dim}, {"v", a.heads * l.v_dim}}, 0);
  // The rotated key is repeated for every head.
  const TensorId k = concatenate(builder, "k", kv[0], t.k_rope, tokens * a.heads * l.qk_dim());
  const Attention work{shape.batch, shape.q_len, shape.kv_len, a.heads, a.heads, l.qk_dim(), l.v_dim, true, 0, false};
  return attend(builder, "attention", work, {t.q, k, kv[1], kNoTensor, kNoTensor});
}

TensorId attend_absorbed(PassBuilder& builder, const AttentionShape& a, const PassShape& shape,
                         const LatentTensors& t, TensorId cache) {
  const LatentAttention& l = *a.latent;
  const std::uint64_t tokens = shape.tokens();
  const MatMul absorb{.batch = a.heads, .m = tokens, .n = l.kv_rank, .k = l.nope_dim};
  const TensorId w_uk = builder.matrix("mla_k_up.weight", a.heads * l.kv_rank * l.nope_dim);
  const TensorId q_latent = builder.matmul("mla_q_absorb", absorb, {t.q_nope}, {w_uk}, tokens * a.heads * l.kv_rank);
  const TensorId q = concatenate(builder, "q", q_latent, t.q, tokens * a.heads * l.latent_dim());
  const Attention work{shape.batch, shape.q_len, shape.kv_len, a.heads, 1, l.latent_dim(), l.kv_rank, true, 0, true};
  const TensorId mixed = attend(builder, "attention", work, {q, cache, cache, kNoTensor, kNoTensor});
  const MatMul expand{.batch = a.heads, .m = tokens, .n = l.v_dim, .k = l.kv_rank};
  const TensorId w_uv = builder.matrix("mla_v_up.weight", a.heads * l.kv_rank * l.v_dim);
  return builder.matmul("mla_v_up", expand, {mixed}, {w_uv}, tokens * a.heads * l.v_dim);
}

}  // namespace

TensorId latent_attention(PassBuilder& builder, std::uint64_t hidden, const Stack& stack, const PassShape& shape,
                          TensorId input) {
  const AttentionShape& a = stack.attention;
  const LatentAttention& l = *a.latent;
  LatentTensors t = project(builder, hidden, a, shape, input);
  rotate(builder, a, shape.tokens(), t);
  // One slot per token holds the latent and the rotated key side by side.
  if (!builder.options().training)
    builder.transfer("kv_write", {t.latent, t.k_rope}, {builder.cache("latent.new", shape.tokens() * l.latent_dim())});
  TensorId mixed{};
  if (shape.decode) {
    const TensorId cache = builder.cache("latent", shape.batch * shape.kv_len * l.latent_dim());
    mixed = attend_absorbed(builder, a, shape, t, cache);
  } else {
    mixed = attend_prefill(builder, a, shape, t);
  }
  return builder.linear("attn_out", mixed, shape.tokens(), a.heads * l.v_dim, hidden, a.out_bias);
}

}  // namespace presil::workload
