// stem.h -- how a pass begins and ends: embeddings, convolutions, heads. Each function adds one segment or more.
//
// Operator classes: host_input, embedding, position_embedding, token_type_embedding, embedding_add,
// embedding_scale, position_bias, conv1, conv2, patch_embedding, activation; last_token or first_token, final norm,
// lm_head, sampling, pooler, classifier, host_output.
#pragma once

#include "workloads/transformer/blocks.h"

namespace presil::workload {

/// Segment "embed": token ids from the host (4-byte integers) to the hidden state, and the position bias that
/// all layers share where the stack has one.
void token_stem(PassBuilder& builder, const Architecture& model, const Stack& stack, const PassShape& shape);

/// Segment "embed" of ViT: the patch convolution is a matrix product over patches (its windows do not overlap).
void image_stem(PassBuilder& builder, const Architecture& model, const PassShape& shape);

/// Segment "embed" of Whisper: the convolutions are matrix products over im2col rows of 3 x channels values.
void audio_stem(PassBuilder& builder, const Architecture& model, const PassShape& shape);

/// Segment "head" of a decoder: only the last token of each sequence is normalised and goes through the LM head;
/// the next token is chosen on the device and its id goes to the host.
void language_head(PassBuilder& builder, const Architecture& model, const Stack& stack, const PassShape& shape);

/// Segment "head" of an encoder: pooler (BERT) or classifier (ViT) over the first token of each sequence and out
/// to the host, or, when a decoder follows, the final norm of every token, which stays on the device.
void encoder_head(PassBuilder& builder, const Architecture& model, const Stack& stack, const PassShape& shape);

/// All segments of a plain stack of fully connected layers: "input" (host_input and any input layer), "layer",
/// "output" (any output layer and host_output).
void plain_mlp(PassBuilder& builder, const Architecture& model, std::uint64_t rows);

}  // namespace presil::workload
