// architecture.h -- what a published config.json says about a model, in terms that no family owns.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace presil::workload {

enum class NormKind { layer_norm, rms_norm };
enum class Activation { none, relu, gelu, gelu_tanh, quick_gelu, silu, clamped_swiglu, tanh, sigmoid };
enum class PositionKind {
  none,
  learned,        ///< a table of `positions` rows, added to the embedding
  rope,           ///< rotates the first `rope_dim` values of each query and key head
  relative_bias,  ///< T5: one bias per head and bucketed distance, added to the scores of every layer
};

/// Where a layer normalises.
enum class NormPlacement {
  before,        ///< x + attention(norm(x)), then x + mlp(norm(x))
  after,         ///< norm(x + attention(x)), then norm(x + mlp(x)) (BERT)
  parallel,      ///< x + attention(norm(x)) + mlp(norm(x)), one norm (GPT-J, Falcon-7B)
  parallel_two,  ///< the same with a norm for each branch (Falcon-40B)
};

/// Multi-head latent attention (DeepSeek-V2, arXiv:2405.04434): queries and keys/values go through low-rank
/// latents, the cache holds `kv_rank` + `rope_dim` values per token for all heads together.
struct LatentAttention {
  std::uint64_t q_rank{};  ///< 0: queries are projected directly
  std::uint64_t kv_rank{};
  std::uint64_t nope_dim{};  ///< part of a query/key head without rotary position
  std::uint64_t rope_dim{};  ///< part with it; its key is shared by all heads
  std::uint64_t v_dim{};
  std::uint64_t qk_dim() const { return nope_dim + rope_dim; }
  std::uint64_t latent_dim() const { return kv_rank + rope_dim; }
};

struct AttentionShape {
  std::uint64_t heads{}, kv_heads{}, head_dim{};
  bool q_bias{false}, k_bias{false}, v_bias{false}, out_bias{false};  ///< latent: q_bias and k_bias of the down-projections
  bool qk_norm{false};        ///< RMS norm of every query and key head (Qwen3)
  bool sinks{false};          ///< one learned logit per head in the softmax (gpt-oss)
  std::uint64_t rope_dim{0};  ///< values of a head that are rotated; 0 is none
  std::optional<LatentAttention> latent;
};

struct MlpShape {
  std::uint64_t intermediate{};
  bool gated{false};  ///< down(act(gate(x)) * up(x)) instead of down(act(up(x)))
  Activation activation{};
  bool bias{false};
};

struct MoeShape {
  std::uint64_t experts{}, top_k{}, intermediate{};
  std::uint64_t shared_intermediate{0};  ///< width of the experts that every token uses; 0 is none
  Activation activation{};               ///< experts are gated
  bool expert_bias{false};
  bool router_bias{false};
  bool sigmoid_scores{false};  ///< DeepSeek-V3: sigmoid instead of softmax
  bool selection_bias{false};  ///< DeepSeek-V3: a bias per expert that steers the choice only
};

/// How one layer differs from its neighbours.
struct LayerKind {
  std::uint64_t window{0};  ///< sliding attention window; 0 is none
  bool moe{false};
  friend bool operator==(const LayerKind&, const LayerKind&) = default;
};

/// A stack of layers of one shape.
struct Stack {
  std::vector<LayerKind> layers;  ///< from the input to the output
  AttentionShape attention;
  MlpShape mlp;  ///< of the layers that are not MoE
  std::optional<MoeShape> moe;
  NormKind norm{NormKind::rms_norm};
  bool norm_bias{false};
  NormPlacement placement{NormPlacement::before};
  bool final_norm{true};
  PositionKind position{PositionKind::rope};
  std::uint64_t positions{0};         ///< rows of a learned table, and so the longest sequence; 0 otherwise
  std::uint64_t relative_buckets{0};  ///< of relative_bias
  bool causal{true};
  bool cross_attention{false};
};

/// A picture cut into patches, one linear projection each, with a class token in front (ViT).
struct ImageStem {
  std::uint64_t patches{};       ///< of one picture
  std::uint64_t patch_values{};  ///< channels x side x side
};

/// Two convolutions of width 3 over a log-mel spectrogram, the second with stride 2 (Whisper).
struct AudioStem {
  std::uint64_t frames{};  ///< after the second convolution; the spectrogram has twice as many
  std::uint64_t mel_bins{};
};

/// A plain stack of square fully connected layers without bias.
struct PlainMlp {
  std::uint64_t layers{};
  Activation activation{};
  std::uint64_t input{0}, output{0};  ///< widths; 0 is the hidden size and means no extra layer
};

struct Architecture {
  std::string model_type;
  std::uint64_t hidden{};
  std::uint64_t vocab{0};         ///< 0 for models without tokens
  bool tied_embeddings{false};    ///< the LM head is the token embedding
  bool lm_head_bias{false};
  bool embedding_norm{false};     ///< BERT
  bool embedding_scale{false};    ///< Gemma multiplies by sqrt(hidden)
  std::uint64_t token_types{0};   ///< rows of BERT's segment table
  bool pooler{false};             ///< BERT: a dense layer with tanh over the first token
  std::uint64_t labels{0};        ///< ViT: classes of the classifier; 0 is none
  std::optional<Stack> encoder, decoder;
  std::optional<ImageStem> image;
  std::optional<AudioStem> audio;
  std::optional<PlainMlp> mlp;
};

}  // namespace presil::workload
