// readers_llama.cpp -- decoders with rotary position, RMS norm and a gated MLP. Field names and defaults as in
// the configuration classes of Hugging Face Transformers (configuration_llama.py and its siblings).
#include "workloads/transformer/readers.h"

#include <fmt/format.h>

namespace presil::workload {

namespace {

void set_qkv_bias(AttentionShape& attention, bool bias) {
  attention.q_bias = attention.k_bias = attention.v_bias = bias;
}

void read_rotary_attention(const Fields& fields, AttentionShape& attention) {
  const Number hidden = fields.number("hidden_size");
  const Number heads = fields.heads("num_attention_heads");
  const Number kv_heads = fields.optional_number("num_key_value_heads", kMaxHeads).value_or(heads);
  const auto head_dim = fields.optional_number("head_dim");
  attention.heads = heads;
  attention.kv_heads = kv_heads;
  attention.head_dim = head_dim ? head_dim->value : fields.divide(hidden, heads);
  attention.rope_dim = attention.head_dim;
  check_heads(fields, heads, kv_heads, attention.head_dim);
}

}  // namespace

Architecture read_rotary_decoder(const Fields& fields, bool tied) {
  Architecture model;
  model.hidden = fields.number("hidden_size");
  model.vocab = fields.number("vocab_size");
  model.tied_embeddings = fields.flag_or("tie_word_embeddings", tied);
  Stack stack;
  stack.layers.assign(fields.layers("num_hidden_layers"), LayerKind{});
  read_rotary_attention(fields, stack.attention);
  stack.mlp = {fields.number("intermediate_size"), true, fields.activation("hidden_act"), false};
  model.decoder = stack;
  return model;
}

void read_windows(const Fields& fields, Stack& stack) {
  const auto window = fields.optional_number("sliding_window");
  const auto types = fields.words("layer_types");
  if (types.empty()) {
    for (LayerKind& layer : stack.layers) layer.window = window ? window->value : 0;
    return;
  }
  if (types.size() != stack.layers.size())
    fields.fail("layer_types", fmt::format("lists {} layers; expected {}", types.size(), stack.layers.size()));
  for (std::size_t i = 0; i < types.size(); ++i) {
    const bool sliding = types[i] == "sliding_attention";
    if (!sliding && types[i] != "full_attention")
      fields.fail("layer_types", fmt::format("holds \"{}\"; expected sliding_attention or full_attention",
                                             types[i].substr(0, 60)));
    if (sliding) stack.layers[i].window = fields.number("sliding_window");
  }
}

Architecture read_llama(const Fields& fields) {
  Architecture model = read_rotary_decoder(fields, false);
  const bool bias = fields.flag_or("attention_bias", false);
  set_qkv_bias(model.decoder->attention, bias);
  model.decoder->attention.out_bias = bias;
  model.decoder->mlp.bias = fields.flag_or("mlp_bias", false);
  return model;
}

Architecture read_mistral(const Fields& fields) {
  Architecture model = read_rotary_decoder(fields, false);
  read_windows(fields, *model.decoder);
  return model;
}

Architecture read_phi3(const Fields& fields) { return read_mistral(fields); }

Architecture read_qwen2(const Fields& fields) {
  Architecture model = read_rotary_decoder(fields, false);
  set_qkv_bias(model.decoder->attention, true);
  if (!fields.flag_or("use_sliding_window", false)) return model;
  read_windows(fields, *model.decoder);
  if (fields.has("layer_types")) return model;
  // The first max_window_layers layers see everything (configuration_qwen2.py, where 28 is the default).
  auto& layers = model.decoder->layers;
  const std::uint64_t full = fields.count_or("max_window_layers", 28);
  for (std::size_t i = 0; i < layers.size() && i < full; ++i) layers[i].window = 0;
  return model;
}

Architecture read_qwen3(const Fields& fields) {
  Architecture model = read_qwen2(fields);
  const bool bias = fields.flag_or("attention_bias", false);
  set_qkv_bias(model.decoder->attention, bias);
  model.decoder->attention.out_bias = bias;
  model.decoder->attention.qk_norm = true;
  return model;
}

Architecture read_gemma(const Fields& fields) {
  Architecture model = read_rotary_decoder(fields, true);
  // `hidden_act` of the first published files names the wrong GELU; `hidden_activation` is the true one, and the
  // tanh form where it is absent (modeling_gemma.py).
  model.decoder->mlp.activation = fields.activation_or("hidden_activation", Activation::gelu_tanh);
  const bool bias = fields.flag_or("attention_bias", false);
  set_qkv_bias(model.decoder->attention, bias);
  model.decoder->attention.out_bias = bias;
  model.embedding_scale = true;
  return model;
}

}  // namespace presil::workload
