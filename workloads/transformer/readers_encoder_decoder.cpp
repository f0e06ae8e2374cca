// readers_encoder_decoder.cpp -- T5 and Whisper.
#include "workloads/transformer/readers.h"

#include <fmt/format.h>

#include "sim/base/names.h"

namespace presil::workload {

namespace {

/// The MLP that T5's feed_forward_proj names: "relu", or "gated-gelu" (which means gelu_new, configuration_t5.py).
MlpShape read_t5_mlp(const Fields& fields) {
  MlpShape mlp{fields.number("d_ff"), false, Activation::relu, false};
  if (!fields.has("feed_forward_proj")) return mlp;
  const std::string kind = fields.text("feed_forward_proj");
  if (kind == "gated-gelu") mlp = {mlp.intermediate, true, Activation::gelu_tanh, false};
  else if (kind == "gated-silu") mlp = {mlp.intermediate, true, Activation::silu, false};
  else if (kind != "relu")
    fields.fail("feed_forward_proj", fmt::format("is \"{}\"; expected one of relu, gated-gelu, gated-silu{}",
                                                 kind.substr(0, 60),
                                                 did_you_mean(kind, {"relu", "gated-gelu", "gated-silu"})));
  return mlp;
}

/// `side` is "encoder" or "decoder". The key projection has no bias (modeling_whisper.py).
Stack read_whisper_stack(const Fields& fields, const std::string& side) {
  Stack stack;
  const Number hidden = fields.number("d_model");
  const Number heads = fields.heads(side + "_attention_heads");
  stack.layers.assign(fields.layers(side + "_layers"), LayerKind{});
  AttentionShape& attention = stack.attention;
  attention.heads = attention.kv_heads = heads;
  attention.head_dim = fields.divide(hidden, heads);
  attention.q_bias = attention.v_bias = attention.out_bias = true;
  stack.mlp = {fields.number(side + "_ffn_dim"), false, fields.activation("activation_function"), true};
  stack.norm = NormKind::layer_norm;
  stack.norm_bias = true;
  stack.position = PositionKind::learned;
  return stack;
}

}  // namespace

Architecture read_t5(const Fields& fields) {
  Architecture model;
  model.hidden = fields.number("d_model");
  model.vocab = fields.number("vocab_size");
  model.tied_embeddings = fields.flag_or("tie_word_embeddings", true);
  const Number heads = fields.heads("num_heads");
  Stack stack;
  stack.attention.heads = stack.attention.kv_heads = heads;
  stack.attention.head_dim = fields.number("d_kv");
  check_heads(fields, heads, heads, stack.attention.head_dim);
  stack.mlp = read_t5_mlp(fields);
  stack.position = PositionKind::relative_bias;
  stack.relative_buckets = fields.number_or("relative_attention_num_buckets", 32);
  stack.layers.assign(fields.layers("num_layers"), LayerKind{});
  stack.causal = false;
  model.encoder = stack;
  stack.layers.assign(fields.number_or("num_decoder_layers", stack.layers.size(), kMaxLayers), LayerKind{});
  stack.causal = true;
  stack.cross_attention = true;
  model.decoder = stack;
  return model;
}

Architecture read_whisper(const Fields& fields) {
  Architecture model;
  model.hidden = fields.number("d_model");
  model.vocab = fields.number("vocab_size");
  model.tied_embeddings = fields.flag_or("tie_word_embeddings", true);
  model.audio = AudioStem{fields.number("max_source_positions"), fields.number("num_mel_bins", 1'000'000)};
  Stack encoder = read_whisper_stack(fields, "encoder");
  encoder.positions = model.audio->frames;
  encoder.causal = false;
  model.encoder = encoder;
  Stack decoder = read_whisper_stack(fields, "decoder");
  decoder.positions = fields.number("max_target_positions");
  decoder.cross_attention = true;
  model.decoder = decoder;
  return model;
}

}  // namespace presil::workload
