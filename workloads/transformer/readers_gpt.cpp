// readers_gpt.cpp -- decoders with layer norm and a plain MLP: GPT-2 (and GPT-3 in its fields), GPT-J, Falcon.
#include "workloads/transformer/readers.h"

#include <fmt/format.h>

namespace presil::workload {

namespace {

/// The fields that GPT-2 and GPT-J share (configuration_gpt2.py, configuration_gptj.py).
Architecture read_gpt(const Fields& fields, bool tied) {
  Architecture model;
  const Number hidden = fields.number("n_embd");
  const Number heads = fields.heads("n_head");
  model.hidden = hidden;
  model.vocab = fields.number("vocab_size");
  model.tied_embeddings = fields.flag_or("tie_word_embeddings", tied);
  Stack stack;
  stack.layers.assign(fields.layers("n_layer"), LayerKind{});
  stack.attention.heads = stack.attention.kv_heads = heads;
  stack.attention.head_dim = fields.divide(hidden, heads);
  stack.mlp = {fields.number_or("n_inner", 4 * model.hidden), false, fields.activation("activation_function"), true};
  stack.norm = NormKind::layer_norm;
  stack.norm_bias = true;
  model.decoder = stack;
  return model;
}

}  // namespace

Architecture read_gpt2(const Fields& fields) {
  Architecture model = read_gpt(fields, true);
  Stack& stack = *model.decoder;
  AttentionShape& attention = stack.attention;
  attention.q_bias = attention.k_bias = attention.v_bias = attention.out_bias = true;
  stack.position = PositionKind::learned;
  stack.positions = fields.number("n_positions");
  return model;
}

Architecture read_gptj(const Fields& fields) {
  Architecture model = read_gpt(fields, false);
  Stack& stack = *model.decoder;
  stack.attention.rope_dim = fields.number_or("rotary_dim", stack.attention.head_dim);
  if (stack.attention.rope_dim > stack.attention.head_dim)
    fields.fail("rotary_dim", fmt::format("is {}; expected at most the {} values of a head", stack.attention.rope_dim,
                                          stack.attention.head_dim));
  stack.placement = NormPlacement::parallel;
  model.lm_head_bias = true;
  return model;
}

Architecture read_falcon(const Fields& fields) {
  Architecture model;
  const Number hidden = fields.number("hidden_size");
  const Number heads = fields.heads("num_attention_heads");
  const bool new_decoder = fields.flag_or("new_decoder_architecture", false);
  const bool bias = fields.flag_or("bias", false);
  model.hidden = hidden;
  model.vocab = fields.number("vocab_size");
  model.tied_embeddings = fields.flag_or("tie_word_embeddings", true);
  Stack stack;
  stack.layers.assign(fields.layers("num_hidden_layers"), LayerKind{});
  AttentionShape& attention = stack.attention;
  Number kv_heads = heads;
  if (new_decoder) kv_heads = fields.optional_number("num_kv_heads", kMaxHeads).value_or(heads);
  else if (fields.flag_or("multi_query", true)) kv_heads.value = 1;  // num_kv_heads is not used then
  attention.heads = heads;
  attention.kv_heads = kv_heads;
  attention.head_dim = fields.divide(hidden, heads);
  check_heads(fields, heads, kv_heads, attention.head_dim);
  attention.q_bias = attention.k_bias = attention.v_bias = attention.out_bias = bias;
  stack.position = fields.flag_or("alibi", false) ? PositionKind::none : PositionKind::rope;
  attention.rope_dim = stack.position == PositionKind::rope ? attention.head_dim : 0;
  stack.mlp = {fields.number_or("ffn_hidden_size", 4 * model.hidden), false,
               fields.activation_or("activation", Activation::gelu), bias};
  stack.norm = NormKind::layer_norm;
  stack.norm_bias = true;
  if (new_decoder) {
    const bool one = fields.number_or("num_ln_in_parallel_attn", 2, 2) == 1;
    stack.placement = one ? NormPlacement::parallel : NormPlacement::parallel_two;
  } else if (fields.flag_or("parallel_attn", true)) {
    stack.placement = NormPlacement::parallel;
  }
  model.decoder = stack;
  return model;
}

}  // namespace presil::workload
