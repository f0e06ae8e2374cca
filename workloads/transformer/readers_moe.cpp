// readers_moe.cpp -- decoders with routed experts.
#include "workloads/transformer/readers.h"

#include <algorithm>

#include <fmt/format.h>

namespace presil::workload {

namespace {

MoeShape read_experts(const Fields& fields, std::string_view experts_field, std::uint64_t intermediate) {
  const Number experts = fields.heads(experts_field);
  const Number top_k = fields.heads("num_experts_per_tok");
  if (top_k.value > experts.value)
    fields.fail(top_k.name, fmt::format("is {}, but '{}' is {}; expected at most that many", top_k.value,
                                        experts.name, experts.value));
  if (top_k.value * intermediate > kMaxDimension)
    fields.fail(top_k.name, fmt::format("is {}, times {} values per expert; expected at most {} values for a token",
                                        top_k.value, intermediate, kMaxDimension));
  MoeShape moe;
  moe.experts = experts;
  moe.top_k = top_k;
  moe.intermediate = intermediate;
  return moe;
}

void make_every_layer_moe(Stack& stack) {
  for (LayerKind& layer : stack.layers) layer.moe = true;
}

LatentAttention read_latent(const Fields& fields) {
  LatentAttention latent;
  latent.q_rank = fields.has("q_lora_rank") ? fields.number("q_lora_rank").value : 0;
  latent.kv_rank = fields.number("kv_lora_rank");
  latent.nope_dim = fields.number("qk_nope_head_dim");
  latent.rope_dim = fields.number("qk_rope_head_dim");
  latent.v_dim = fields.number("v_head_dim");
  return latent;
}

}  // namespace

Architecture read_mixtral(const Fields& fields) {
  Architecture model = read_mistral(fields);
  Stack& stack = *model.decoder;
  stack.moe = read_experts(fields, "num_local_experts", stack.mlp.intermediate);
  stack.moe->activation = stack.mlp.activation;
  make_every_layer_moe(stack);
  return model;
}

Architecture read_qwen3_moe(const Fields& fields) {
  Architecture model = read_qwen3(fields);
  Stack& stack = *model.decoder;
  stack.moe = read_experts(fields, "num_experts", fields.number("moe_intermediate_size"));
  stack.moe->activation = stack.mlp.activation;
  const std::uint64_t step = fields.number_or("decoder_sparse_step", 1, kMaxLayers);
  for (std::size_t i = 0; i < stack.layers.size(); ++i) stack.layers[i].moe = (i + 1) % step == 0;
  for (const std::uint64_t dense : fields.numbers("mlp_only_layers", stack.layers.size() - 1))
    stack.layers[dense].moe = false;
  return model;
}

Architecture read_gpt_oss(const Fields& fields) {
  Architecture model = read_rotary_decoder(fields, false);
  Stack& stack = *model.decoder;
  AttentionShape& attention = stack.attention;
  attention.q_bias = attention.k_bias = attention.v_bias = attention.out_bias = fields.flag_or("attention_bias", true);
  attention.sinks = true;
  stack.moe = read_experts(fields, "num_local_experts", stack.mlp.intermediate);
  stack.moe->activation = Activation::clamped_swiglu;
  stack.moe->expert_bias = stack.moe->router_bias = true;
  make_every_layer_moe(stack);
  if (fields.has("layer_types")) {
    read_windows(fields, stack);
  } else {  // configuration_gpt_oss.py: sliding and full layers in turn, sliding first
    for (std::size_t i = 0; i < stack.layers.size(); i += 2) stack.layers[i].window = fields.number("sliding_window");
  }
  return model;
}

Architecture read_deepseek_v3(const Fields& fields) {
  Architecture model;
  model.hidden = fields.number("hidden_size");
  model.vocab = fields.number("vocab_size");
  model.tied_embeddings = fields.flag_or("tie_word_embeddings", false);
  Stack stack;
  const Number heads = fields.heads("num_attention_heads");
  const LatentAttention latent = read_latent(fields);
  stack.attention.heads = stack.attention.kv_heads = heads;
  stack.attention.head_dim = latent.qk_dim();
  stack.attention.rope_dim = latent.rope_dim;
  stack.attention.latent = latent;
  // Of the down-projections and the output (modeling_deepseek_v3.py).
  stack.attention.out_bias = stack.attention.k_bias = fields.flag_or("attention_bias", false);
  stack.attention.q_bias = stack.attention.k_bias && latent.q_rank != 0;
  check_heads(fields, heads, heads, std::max({latent.qk_dim(), latent.v_dim, latent.latent_dim()}));
  stack.mlp = {fields.number("intermediate_size"), true, fields.activation("hidden_act"), false};
  const Number moe_intermediate = fields.number("moe_intermediate_size");
  stack.moe = read_experts(fields, "n_routed_experts", moe_intermediate);
  stack.moe->activation = stack.mlp.activation;
  const std::uint64_t shared = fields.count_or("n_shared_experts", 0, kMaxHeads);
  if (shared * moe_intermediate.value > kMaxDimension)
    fields.fail("n_shared_experts", fmt::format("is {}, times {} values per expert; expected at most {} in all", shared,
                                                moe_intermediate.value, kMaxDimension));
  stack.moe->shared_intermediate = shared * moe_intermediate.value;
  stack.moe->sigmoid_scores = stack.moe->selection_bias = true;
  const std::uint64_t dense = fields.count_or("first_k_dense_replace", 0, kMaxLayers);
  const std::uint64_t frequency = fields.number_or("moe_layer_freq", 1, kMaxLayers);
  stack.layers.assign(fields.layers("num_hidden_layers"), LayerKind{});
  for (std::size_t i = 0; i < stack.layers.size(); ++i) stack.layers[i].moe = i >= dense && i % frequency == 0;
  model.decoder = stack;
  return model;
}

}  // namespace presil::workload
