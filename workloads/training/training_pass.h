// training_pass.h -- what one device computes of a micro-batch on its way forward, and when it updates its parameters.
//
// The layers are those of workloads/transformer/blocks.h. Beside inference: every token is scored, nothing is cached,
// exchanges stand where their gradients need them, and the loss is a cross-entropy over a vocabulary that the tensor
// group shares (Megatron-LM, arXiv:1909.08053, section 3): one all-reduce of three values a token.
//
// Operator classes beside those of blocks.h: embedding, position_embedding, embedding_add, embedding_scale; lm_head, loss_*.
#pragma once

#include "workloads/transformer/transformer.h"

namespace presil::workload {

struct TrainingOptions {
  std::uint64_t sequence{2048};      ///< tokens of each sequence
  std::uint64_t micro_batch{1};      ///< sequences of one pass
  Formats formats;
  Format gradients{Format::fp32};    ///< of parameters, as they are summed and exchanged
  bool fused_attention{true};
  bool dropout{false};
  bool fused_accumulation{true};     ///< products of weight gradients add to what earlier micro-batches left; or a kernel of its own does
  bool sequence_parallel{false};
  std::uint32_t tensor{1}, context{1}, expert{1};  ///< devices that share layers, sequences, experts

  std::uint64_t tokens() const { return micro_batch * sequence / context; }  ///< of one device
};

/// Throws InputError unless the model is a decoder that can be trained so: what does not divide is named with its numbers.
void check_training(const Architecture& model, const TrainingOptions& options);

/// Segments "embed", the kinds of layers, "head", of one device that shares the model as the options say. Checks first.
Graph forward_pass(const Architecture& model, const TrainingOptions& options);

/// The kind of each layer, from the input to the output, as an index into the layers' segments of forward_pass().
std::vector<std::size_t> layer_order(const Architecture& model);

/// Parameters of a segment that one device holds: those of experts, which other devices hold too or not, apart.
struct Parameters {
  double shared{};   ///< held by every device of the data and context groups
  double experts{};  ///< held by one of every `expert` devices of them
  double total() const { return shared + experts; }
};
/// `embeddings`: with the token embedding and the language head.
Parameters parameters_of(const Graph& forward, const Segment& segment);

enum class Optimizer { adam, sgd };
inline constexpr std::array<std::string_view, 2> kOptimizerNames{"adam", "sgd"};

/// Bytes of a parameter that the optimiser keeps: a copy in fp32 and its moments (Adam: two; SGD: one).
double state_bytes(Optimizer optimizer);

/// Parameters of one device in an update.
struct Update {
  double held{};      ///< whose gradients lie in its memory
  double updated{};   ///< whose states it holds, and which it updates
  double averaged{};  ///< whose gradients it divides by the replicas before each exchange of them; 0: no replicas
  std::uint64_t exchanges{1};  ///< of them in a step
};

/// One update, kernel by kernel as in Megatron-LM (megatron/optimizer, megatron/core/distributed): gradients over the replicas,
/// their share that the device updates in fp32, unscaled and checked where activations are fp16, its norm, the step, weights in
/// their own format, gradients set to zero. Phase "update", segments "update" and, with replicas, "average".
Graph update_pass(Optimizer optimizer, const Update& parameters, const TrainingOptions& options);

/// Bytes a parameter of the gradients that half formats are widened to before the step; 0: none.
double widened_bytes(Format gradients);

}  // namespace presil::workload
