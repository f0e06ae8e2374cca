// readers_encoder.cpp -- models that are one encoder: BERT, ViT, and the plain stack of fully connected layers.
#include "workloads/transformer/readers.h"

#include <fmt/format.h>

namespace presil::workload {

namespace {

/// What a family calls its sizes.
struct EncoderNames {
  const char *hidden{"hidden_size"}, *heads{"num_attention_heads"}, *layers{"num_hidden_layers"}, *inner{"intermediate_size"},
      *activation{"hidden_act"};
};
/// configuration_distilbert.py
constexpr EncoderNames kDistilNames{"dim", "n_heads", "n_layers", "hidden_dim", "activation"};

/// The fields that encoders share (configuration_bert.py, configuration_vit.py).
Stack read_encoder_stack(const Fields& fields, bool qkv_bias, const EncoderNames& names = {}) {
  Stack stack;
  const Number hidden = fields.number(names.hidden);
  const Number heads = fields.heads(names.heads);
  stack.layers.assign(fields.layers(names.layers), LayerKind{});
  AttentionShape& attention = stack.attention;
  attention.heads = attention.kv_heads = heads;
  attention.head_dim = fields.divide(hidden, heads);
  attention.q_bias = attention.k_bias = attention.v_bias = qkv_bias;
  attention.out_bias = true;
  stack.mlp = {fields.number(names.inner), false, fields.activation(names.activation), true};
  stack.norm = NormKind::layer_norm;
  stack.norm_bias = true;
  stack.position = PositionKind::learned;
  stack.causal = false;
  return stack;
}

/// Classes of a classifier: num_labels, or the size of the id2label table of published files; 0 without either.
std::uint64_t read_labels(const Fields& fields) {
  if (fields.has("num_labels")) return fields.number("num_labels");
  const config::Node* table = fields.find("id2label");
  if (table == nullptr) return 0;
  if (table->kind != config::Node::Kind::mapping)
    fields.fail("id2label", fmt::format("is {}; expected an object with one member for each class", describe(*table)));
  return table->members.size();
}

}  // namespace

Architecture read_bert(const Fields& fields) {
  Architecture model;
  model.hidden = fields.number("hidden_size");
  model.vocab = fields.number("vocab_size");
  model.token_types = fields.number_or("type_vocab_size", 2);
  model.embedding_norm = true;
  model.pooler = true;
  Stack stack = read_encoder_stack(fields, true);
  stack.placement = NormPlacement::after;
  stack.final_norm = false;
  stack.positions = fields.number("max_position_embeddings");
  if (fields.has("position_embedding_type") && fields.text("position_embedding_type") != "absolute")
    fields.fail("position_embedding_type", fmt::format("is \"{}\"; expected \"absolute\"",
                                                       fields.text("position_embedding_type").substr(0, 60)));
  model.encoder = stack;
  return model;
}

/// BERT with half the layers, without token types and pooler (Sanh et al., arXiv:1910.01108, section 3).
Architecture read_distilbert(const Fields& fields) {
  Architecture model;
  model.hidden = fields.number("dim");
  model.vocab = fields.number("vocab_size");
  model.embedding_norm = true;
  Stack stack = read_encoder_stack(fields, true, kDistilNames);
  stack.placement = NormPlacement::after;
  stack.final_norm = false;
  stack.positions = fields.number("max_position_embeddings");
  model.encoder = stack;
  return model;
}

Architecture read_vit(const Fields& fields) {
  Architecture model;
  model.hidden = fields.number("hidden_size");
  model.labels = read_labels(fields);
  const Number image = fields.number("image_size", 100'000);
  const Number patch = fields.number("patch_size", 1'000);
  const std::uint64_t channels = fields.number_or("num_channels", 3, 10);
  if (patch.value > image.value)
    fields.fail("patch_size", fmt::format("is {}, larger than 'image_size' = {}", patch.value, image.value));
  const std::uint64_t side = image.value / patch.value;  // a convolution drops what is left over
  model.image = ImageStem{side * side, channels * patch.value * patch.value};
  if (model.image->patches >= kMaxDimension)
    fields.fail("image_size", fmt::format("gives {} patches; expected fewer than {}", side * side, kMaxDimension));
  Stack stack = read_encoder_stack(fields, fields.flag_or("qkv_bias", true));
  stack.positions = model.image->patches + 1;
  model.encoder = stack;
  return model;
}

Architecture read_mlp(const Fields& fields) {
  Architecture model;
  model.hidden = fields.number("hidden_size");
  PlainMlp mlp;
  mlp.layers = fields.layers("num_hidden_layers");
  mlp.activation = fields.activation("hidden_act");
  mlp.input = fields.number_or("input_size", 0);
  mlp.output = fields.number_or("output_size", 0);
  model.mlp = mlp;
  return model;
}

}  // namespace presil::workload
