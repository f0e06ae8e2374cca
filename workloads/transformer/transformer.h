// transformer.h -- from a published config.json to operator graphs, parameter counts and memory footprints.
#pragma once

#include <cstdint>
#include <string>

#include "sim/config/node.h"
#include "workloads/graph/graph.h"
#include "workloads/transformer/architecture.h"

namespace presil::workload {

/// Limits that keep every product of shapes exact in 64 bits: tokens of a batch, and of one sequence.
inline constexpr std::uint64_t kMaxTokens = 100'000'000;
inline constexpr std::uint64_t kMaxLength = 10'000'000;

/// Number formats of one deployment.
struct Formats {
  Format weights{Format::bf16};
  Format activations{Format::bf16};
  Format kv{Format::bf16};
  Format accumulate{Format::fp32};
  /// Products with weights in the format of the weights, to which activations are converted where they are made (FP8
  /// deployments: 16-bit residuals, norms and attention around 8-bit products); false: in the wider of the two.
  bool quantised_products{false};
};

/// How a pass is run; everything else follows from the architecture.
struct PassOptions {
  std::uint64_t batch{1};
  Formats formats;
  bool fused_attention{true};  ///< false: QK^T, softmax and PV as three operators through memory
  /// Devices that share every layer (workloads/transformer/sharding.h). Above 1 the passes and the footprint describe
  /// one rank, with the collectives that join it to the others.
  std::uint32_t tensor_parallel{1};
  /// A training pass (workloads/training): nothing is cached, and exchanges stand where their gradients need them.
  bool training{false};
  bool sequence_parallel{false};        ///< norms, residuals and dropout on 1/tensor_parallel of the tokens each
  bool dropout{false};                  ///< after attention, MLP and embedding, and of attention probabilities
  std::uint32_t context_parallel{1};    ///< devices that share every sequence
  std::uint32_t expert_parallel{1};     ///< devices that share the experts
};

/// Reads a config.json, dispatched on `model_type`. Throws InputError with file:line:column for a missing or wrong
/// field, dimensions that do not divide, or an unknown model_type (nearest one named).
Architecture read_architecture(const config::Node& document);

/// The encoder pass of bert, vit, t5 and whisper. `in_len` is tokens (t5, bert); vit and whisper fix their own.
Graph encode_pass(const Architecture&, const PassOptions&, std::uint64_t in_len);

/// The prompt of a decoder: `in_len` new tokens, empty cache, LM head for the last token of each sequence only.
/// For encoder-decoders `in_len` is the encoder's length: the decoder starts with one token and the cross-attention
/// keys and values are computed here.
Graph prefill_pass(const Architecture&, const PassOptions&, std::uint64_t in_len);

/// One generated token per sequence, with `kv_len` keys after it (itself included). `encoder_len` is what the
/// cross-attention of an encoder-decoder sees; ignored by the others.
Graph decode_pass(const Architecture&, const PassOptions&, std::uint64_t kv_len, std::uint64_t encoder_len);

/// Parameters as published (tied embeddings once), and those one token uses (routed experts: the chosen ones).
std::uint64_t parameter_count(const Architecture&);
std::uint64_t active_parameter_count(const Architecture&);

/// Memory for `batch` sequences of in_len + out_len tokens; of one rank where ranks share the model.
Footprint footprint(const Architecture&, const PassOptions&, std::uint64_t in_len, std::uint64_t out_len);

}  // namespace presil::workload
