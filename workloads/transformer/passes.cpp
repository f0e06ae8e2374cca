// passes.cpp -- the three passes: encode, prefill, decode.
#include <algorithm>

#include <fmt/format.h>

#include "sim/base/error.h"
#include "workloads/transformer/sharding.h"
#include "workloads/transformer/stem.h"
#include "workloads/transformer/transformer.h"

namespace presil::workload {

namespace {

void check_length(const Architecture& model, const char* what, std::uint64_t batch, std::uint64_t length) {
  if (batch == 0 || length == 0)
    throw InputError(fmt::format("{}: a batch of {} with {} {}; expected at least 1 of each", model.model_type, batch,
                                 length, what));
  if (length > kMaxLength || batch > kMaxTokens / length)
    throw InputError(fmt::format("{}: a batch of {} with {} {}; expected at most {} of them, and {} in the batch",
                                 model.model_type, batch, length, what, kMaxLength, kMaxTokens));
}

void check_positions(const Architecture& model, const Stack& stack, std::uint64_t length) {
  if (stack.position == PositionKind::learned && length > stack.positions)
    throw InputError(fmt::format("{}: a sequence of {} tokens; the model has learned {} positions", model.model_type,
                                 length, stack.positions));
}

const Stack& decoder_of(const Architecture& model) {
  if (!model.decoder) throw InputError(fmt::format("{}: has no decoder, so no prefill or decode", model.model_type));
  return *model.decoder;
}

void layers(PassBuilder& builder, const Architecture& model, const Stack& stack, const PassShape& shape) {
  for (const auto& [kind, count] : layer_kinds(stack)) {
    builder.begin_segment(segment_name(stack, kind), count);
    LayerContext context;
    const TensorId x = builder.entry("hidden", shape.tokens() * model.hidden);
    if (stack.position == PositionKind::relative_bias)
      context.position_bias = builder.entry("position_bias", stack.attention.heads * shape.q_len * shape.kv_len);
    if (stack.cross_attention && !shape.decode)
      context.encoder_output = builder.entry("encoder_output", shape.batch * shape.encoder_len * model.hidden);
    builder.end_segment({layer_block(builder, model.hidden, stack, kind, shape, context, x)});
  }
}

Graph decoder_pass(const Architecture& whole, const PassOptions& options, const PassShape& shape,
                   const std::string& phase) {
  const Architecture model = shard(whole, options.tensor_parallel);
  const Stack& stack = decoder_of(model);
  check_length(model, "tokens", shape.batch, shape.kv_len);
  check_positions(model, stack, shape.kv_len);
  if (stack.cross_attention) check_length(model, "encoder positions", shape.batch, shape.encoder_len);
  PassBuilder builder(options, phase, "decoder");
  token_stem(builder, model, stack, shape);
  layers(builder, model, stack, shape);
  language_head(builder, model, stack, shape);
  return builder.finish();
}

/// Positions that the encoder works on: pictures and recordings have their own.
std::uint64_t encoder_length(const Architecture& model, std::uint64_t in_len) {
  if (model.image) return model.image->patches + 1;
  return model.audio ? model.audio->frames : in_len;
}

}  // namespace

std::vector<std::pair<LayerKind, std::uint64_t>> layer_kinds(const Stack& stack) {
  std::vector<std::pair<LayerKind, std::uint64_t>> kinds;
  for (const LayerKind& layer : stack.layers) {
    const auto same = std::find_if(kinds.begin(), kinds.end(), [&](const auto& k) { return k.first == layer; });
    if (same == kinds.end()) kinds.emplace_back(layer, 1);
    else ++same->second;
  }
  return kinds;
}

std::string segment_name(const Stack& stack, const LayerKind& kind) {
  bool has_moe = false, has_full = false;
  for (const LayerKind& layer : stack.layers) {
    has_moe |= layer.moe;
    has_full |= layer.window == 0;
  }
  const std::string name = has_moe && !kind.moe ? "dense_layer" : "layer";
  return kind.window != 0 && has_full ? name + "_sliding" : name;
}

Graph encode_pass(const Architecture& model, const PassOptions& options, std::uint64_t in_len) {
  if (!model.encoder && !model.mlp) throw InputError(fmt::format("{}: has no encoder", model.model_type));
  check_tensor_parallel(model, options.tensor_parallel);
  PassShape shape{.batch = options.batch};
  shape.q_len = shape.kv_len = encoder_length(model, in_len);
  check_length(model, "tokens", shape.batch, shape.q_len);
  PassBuilder builder(options, "encode", "encoder");
  if (model.mlp) {
    plain_mlp(builder, model, shape.tokens());
    return builder.finish();
  }
  const Stack& stack = *model.encoder;
  check_positions(model, stack, shape.q_len);
  if (model.image) image_stem(builder, model, shape);
  else if (model.audio) audio_stem(builder, model, shape);
  else token_stem(builder, model, stack, shape);
  layers(builder, model, stack, shape);
  encoder_head(builder, model, stack, shape);
  return builder.finish();
}

Graph prefill_pass(const Architecture& model, const PassOptions& options, std::uint64_t in_len) {
  PassShape shape{.batch = options.batch, .q_len = in_len, .kv_len = in_len};
  if (decoder_of(model).cross_attention) {
    shape.q_len = shape.kv_len = 1;
    shape.encoder_len = encoder_length(model, in_len);
  }
  return decoder_pass(model, options, shape, "prefill");
}

Graph decode_pass(const Architecture& model, const PassOptions& options, std::uint64_t kv_len,
                  std::uint64_t encoder_len) {
  PassShape shape{.batch = options.batch, .q_len = 1, .kv_len = kv_len, .decode = true};
  if (decoder_of(model).cross_attention) shape.encoder_len = encoder_length(model, encoder_len);
  return decoder_pass(model, options, shape, "decode");
}

}  // namespace presil::workload
