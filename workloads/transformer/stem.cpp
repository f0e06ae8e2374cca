// stem.cpp -- embeddings and convolutions in front of the layers.
#include "workloads/transformer/stem.h"

#include "workloads/transformer/sharding.h"

namespace presil::workload {

namespace {

/// Adds a table of one row per position to the hidden state; the rows are read in order.
TensorId add_positions(PassBuilder& builder, const std::string& name, TensorId x, std::uint64_t rows,
                       std::uint64_t hidden, std::vector<TensorId> weights) {
  return builder.vector(name, vector_work(rows, hidden, cost::kAdd), {x}, std::move(weights), rows * hidden);
}

/// A convolution of width 3 as a matrix product, with its GELU (Whisper, arXiv:2212.04356, section 2.2).
TensorId convolve(PassBuilder& builder, const std::string& name, TensorId x, std::uint64_t rows,
                  std::uint64_t channels, std::uint64_t hidden) {
  const TensorId y = builder.linear(name, x, rows, 3 * channels, hidden, true);
  return builder.vector("activation", vector_work(rows, hidden, cost::kGelu), {y}, {}, rows * hidden);
}

/// T5: one bias per head and (query, key) pair, looked up by bucketed distance (arXiv:1910.10683, section 2.1).
TensorId position_bias(PassBuilder& builder, const Stack& stack, const PassShape& shape, TensorId ids) {
  const std::uint64_t heads = stack.attention.heads, pairs = shape.q_len * shape.kv_len;
  const TensorId table = builder.parameter("relative_attention_bias", stack.relative_buckets * heads);
  return builder.gather("position_bias", {ids}, table, pairs, heads, stack.relative_buckets);
}

/// The tables besides the token embedding, each looked up for every token.
std::vector<TensorId> other_embeddings(PassBuilder& builder, const Architecture& model, const Stack& stack,
                                       std::uint64_t tokens, TensorId ids) {
  std::vector<TensorId> found;
  const auto look_up = [&](const std::string& name, std::uint64_t rows) {
    const TensorId table = builder.parameter(name, rows * model.hidden);
    found.push_back(builder.gather(name, {ids}, table, tokens, model.hidden, rows));
  };
  if (stack.position == PositionKind::learned) look_up("position_embedding", stack.positions);
  if (model.token_types != 0) look_up("token_type_embedding", model.token_types);
  return found;
}

}  // namespace

void token_stem(PassBuilder& builder, const Architecture& model, const Stack& stack, const PassShape& shape) {
  const std::uint64_t tokens = shape.tokens(), values = tokens * model.hidden;
  builder.begin_segment("embed", 1);
  const TensorId ids = builder.host_input("token_ids", tokens, Format::int32);
  // A rank that shares the vocabulary finds its share of the tokens in its rows and puts zeros for the others: of its
  // part of the table it reads the same share as one device reads of the whole.
  const TensorId table = builder.table("token_embedding", vocabulary_share(model, builder.options()) * model.hidden);
  TensorId x = builder.all_reduce(builder.look_up("embedding", ids, table, tokens, model.hidden, model.vocab));
  std::vector<TensorId> summands{x};
  for (TensorId other : other_embeddings(builder, model, stack, tokens, ids)) summands.push_back(other);
  if (summands.size() > 1)
    x = builder.vector("embedding_add", vector_work(tokens, model.hidden, cost::sum_of(summands.size())), summands, {},
                       values);
  if (model.embedding_scale)
    x = builder.vector("embedding_scale", vector_work(tokens, model.hidden, cost::kMultiply), {x}, {}, values);
  if (model.embedding_norm) x = norm(builder, stack, "embedding_norm", x, tokens, model.hidden);
  std::vector<TensorId> exits{x};
  if (stack.position == PositionKind::relative_bias) exits.push_back(position_bias(builder, stack, shape, ids));
  builder.end_segment(exits);
}

void image_stem(PassBuilder& builder, const Architecture& model, const PassShape& shape) {
  const ImageStem& image = *model.image;
  const std::uint64_t patches = shape.batch * image.patches, hidden = model.hidden;
  builder.begin_segment("embed", 1);
  const TensorId pixels = builder.host_input("pixels", patches * image.patch_values, builder.activations());
  const TensorId x = builder.linear("patch_embedding", pixels, patches, image.patch_values, hidden, true);
  // The class token is put in front of the patches while the positions are added.
  const TensorId positions = builder.parameter("position_embedding", (image.patches + 1) * hidden);
  const TensorId class_token = builder.parameter("class_token", hidden);
  builder.end_segment({add_positions(builder, "embedding_add", x, shape.tokens(), hidden, {positions, class_token})});
}

void audio_stem(PassBuilder& builder, const Architecture& model, const PassShape& shape) {
  const AudioStem& audio = *model.audio;
  const std::uint64_t frames = shape.batch * audio.frames, hidden = model.hidden;
  builder.begin_segment("embed", 1);
  const TensorId mel = builder.host_input("mel", 2 * frames * audio.mel_bins, builder.activations());
  TensorId x = convolve(builder, "conv1", mel, 2 * frames, audio.mel_bins, hidden);
  x = convolve(builder, "conv2", x, frames, hidden, hidden);
  const TensorId positions = builder.parameter("position_embedding", audio.frames * hidden);
  builder.end_segment({add_positions(builder, "embedding_add", x, frames, hidden, {positions})});
}

}  // namespace presil::workload
