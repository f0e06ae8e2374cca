// blocks.h -- the parts of a transformer layer, as operators appended to the current segment of a PassBuilder.
//
// Operator classes (Op::name), in order of execution:
//   attention: qkv, qk_norm, rope, kv_write, attention, attn_out
//     unfused: attention_scores, attention_softmax, attention_context instead of attention
//     MLA: mla_down, mla_norm, mla_q_up, rope, kv_write, then in prefill mla_kv_up, mla_concat, attention and in
//     decode mla_q_absorb, mla_concat, attention, mla_v_up; attn_out
//   cross-attention: cross_q, cross_kv and kv_write (prefill only), cross_attention, cross_out
//   MLP: mlp_up, activation, mlp_down
//   MoE: router, router_topk, dispatch, expert_up, activation, expert_down, [shared_up, activation, shared_down],
//     combine
//   between them: rms_norm or layer_norm, residual_add
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "workloads/transformer/architecture.h"
#include "workloads/transformer/pass_builder.h"

namespace presil::workload {

/// Tensors that stay the same for every layer of a pass; kNoTensor where the model has none.
struct LayerContext {
  TensorId position_bias{kNoTensor};   ///< heads x q_len x kv_len (T5)
  TensorId encoder_output{kNoTensor};  ///< batch x encoder_len x hidden, in prefill only
};

VectorCost activation_cost(Activation activation, bool gated);

/// Normalises `rows` rows of `width` values.
TensorId norm(PassBuilder& builder, const Stack& stack, const std::string& weight, TensorId input, std::uint64_t rows,
              std::uint64_t width);

/// From the normalised hidden state to the output of the attention's last projection.
TensorId self_attention(PassBuilder& builder, std::uint64_t hidden, const Stack& stack, const LayerKind& kind,
                        const PassShape& shape, const LayerContext& context, TensorId input);
TensorId latent_attention(PassBuilder& builder, std::uint64_t hidden, const Stack& stack, const PassShape& shape,
                          TensorId input);
TensorId cross_attention(PassBuilder& builder, std::uint64_t hidden, const Stack& stack, const PassShape& shape,
                         const LayerContext& context, TensorId input);

/// Operands of one attention: kv may be an activation or the cache.
struct AttentionOperands {
  TensorId q{}, k{}, v{};  ///< with shared_kv `v` is `k`
  TensorId bias{kNoTensor};
  TensorId sinks{kNoTensor};
};
/// softmax(Q K^T) V as one operator called `name`, or as three when the options say unfused.
TensorId attend(PassBuilder& builder, const std::string& name, const Attention& work, const AttentionOperands& operands);

/// Writes the new keys and values into the cache. In decode returns the cache as attention reads it (a sliding
/// window: its last keys only), in prefill the new tensors themselves. `widths` are values per token.
std::vector<TensorId> write_cache(PassBuilder& builder, const std::string& prefix, const PassShape& shape,
                                  std::uint64_t window, const std::vector<TensorId>& fresh,
                                  const std::vector<std::uint64_t>& widths);

TensorId mlp_block(PassBuilder& builder, std::uint64_t hidden, const MlpShape& mlp, std::uint64_t rows,
                   TensorId input);
TensorId moe_block(PassBuilder& builder, std::uint64_t hidden, const MoeShape& moe, std::uint64_t tokens,
                   TensorId input);

/// Distinct experts that `tokens` tokens use when each picks `top_k` of `experts` uniformly:
/// E (1 - (1 - k/E)^T), rounded, at least min(E, k) and at most min(E, T k).
std::uint64_t active_experts(std::uint64_t experts, std::uint64_t top_k, std::uint64_t tokens);

/// Different kinds of layers of a stack in order of first appearance, with how often each occurs.
std::vector<std::pair<LayerKind, std::uint64_t>> layer_kinds(const Stack& stack);

/// "layer"; in a stack that mixes kinds "dense_layer" beside MoE ones and "layer_sliding" beside full ones.
std::string segment_name(const Stack& stack, const LayerKind& kind);

/// One whole layer, from hidden state to hidden state.
TensorId layer_block(PassBuilder& builder, std::uint64_t hidden, const Stack& stack, const LayerKind& kind,
                     const PassShape& shape, const LayerContext& context, TensorId input);

}  // namespace presil::workload
