// op.h -- one operator of a model: what it computes and moves, nothing of any machine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/formats.h"

namespace presil::workload {

/// Index of a tensor in its Graph.
using TensorId = std::uint32_t;
inline constexpr TensorId kNoTensor = 0xffffffff;

enum class TensorRole {
  weight,      ///< parameters; read from memory, counted in the model's size
  activation,  ///< lives between two operators of one pass
  kv_cache,    ///< keys and values (or MLA latents) of earlier tokens; lives in memory
  input,       ///< token ids, patches, audio frames: arrives from the host
  output,      ///< logits or hidden states that leave the pass
  gradient,    ///< of parameters: lives in memory, summed over the micro-batches of a training step
};

struct Tensor {
  std::string name;
  TensorRole role{};
  Format format{};
  std::uint64_t values{};  ///< number of elements, padding not counted
  double bytes() const { return static_cast<double>(values) * bytes_per_value(format); }
};

/// C[batch](m x n) = A[batch](m x k) B[batch](k x n). B is a weight, an activation, or keys and values.
/// MoE experts are one operator: `batch` active experts, `m` the mean number of tokens per active expert
/// (rounded up), and B the weights of the active experts.
struct MatMul {
  std::uint64_t batch{1}, m{}, n{}, k{};
  std::uint64_t routed_rows{0};  ///< MoE: rows that carry a token, at most batch x m; 0 means all of them do
  /// Share of the outputs that the model asks for. Unfused causal attention computes the whole rectangle of
  /// (query, key) pairs on the machine, of which only this share is work of the model.
  double useful_fraction{1};
  bool accumulate{false};  ///< the product is added to what its output holds (gradients of weights)
};

/// softmax(Q K^T / sqrt(d)) V for `batch` sequences, with grouped heads.
struct Attention {
  std::uint64_t batch{1};
  std::uint64_t q_len{};       ///< new tokens of one sequence
  std::uint64_t kv_len{};      ///< keys and values each sequence holds, the new ones included
  std::uint64_t heads{};       ///< query heads
  std::uint64_t kv_heads{};    ///< key/value heads; divides heads. MLA decode: 1 latent head shared by all
  std::uint64_t qk_dim{};      ///< per head
  std::uint64_t v_dim{};       ///< per head
  bool causal{};               ///< query i (of the last q_len) sees keys up to its own place
  std::uint64_t window{0};     ///< sliding window; 0 is none: a query sees at most this many latest keys
  bool shared_kv{false};       ///< V is a prefix of K in memory (MLA latents): read once
  /// Its gradient instead: dQ, dK, dV from dO. Twice the work of the model; what a fused kernel computes again beside it
  /// (scores, probabilities) is the machine's.
  bool backward{false};
  /// Number of (query, key) pairs that are computed for one head of one sequence: causal and window respected.
  std::uint64_t pairs() const;
};

/// Element-wise or row-wise work for a vector unit: per element `simple` additions, multiplications, comparisons
/// or conversions and `special` transcendental functions (exp, rsqrt, reciprocal, tanh, erf, sin/cos); per row
/// additional `row_special` ones. `reduces` marks row reductions, which need whole rows.
struct VectorWork {
  std::uint64_t rows{}, columns{};
  double simple{}, special{}, row_special{};
  bool reduces{false};
  double operations() const;  ///< rows x columns x (simple + special) + rows x row_special
};

/// Reads `rows` rows of `row_bytes` from a table at places known only at run time (embedding, MoE dispatch).
struct Gather {
  std::uint64_t rows{};
  double row_bytes{};
};

enum class CollectiveKind {
  all_reduce,  ///< every rank ends with the sum of all ranks' inputs
  all_gather,  ///< every rank ends with all ranks' inputs, one after another
  reduce_scatter,  ///< every rank ends with its part of the sum of all ranks' inputs
  all_to_all,      ///< every rank sends every other its own part
  copy,            ///< every rank has it already: nothing moves, and the gradients of all ranks are summed
};

/// Which devices take part in an exchange (Megatron-LM's process groups).
enum class Group {
  tensor,   ///< those that share every layer
  context,  ///< those that share every sequence
  expert,   ///< those that share the experts
};

/// An exchange between the `ranks` devices that share a pass. `bytes` is the payload as nccl-tests counts its size
/// (github.com/NVIDIA/nccl-tests, doc/PERFORMANCE.md): all-reduce, what every rank puts in and takes out;
/// all-gather, what every rank ends with, of which it put in 1/ranks; reduce-scatter, what every rank puts in; all-to-all, what
/// every rank puts in, of which 1/ranks stays.
struct Collective {
  CollectiveKind kind{};
  std::uint32_t ranks{1};
  double bytes{};
  Group group{Group::tensor};
  bool overlapped{false};  ///< runs beside the operator behind it, which does not read its result
};

enum class OpKind { matmul, attention, vector, gather, transfer, collective };

/// What an operator is called in reports; rows of `ops` are grouped by this name.
/// `matmul`, `attention`, `vector`, `gather`, `collective` say which of the payloads is meaningful; `transfer` moves its inputs
/// to its outputs (KV write, concatenation, host input, host output) and computes nothing; `collective` exchanges its
/// input with the other ranks.
struct Op {
  std::string name;  ///< operator class: "qkv", "attention", "mlp_up", "rms_norm", "lm_head"...
  OpKind kind{};
  MatMul matmul;
  Attention attention;
  VectorWork vector;
  Gather gather;
  Collective collective;
  Format compute{Format::bf16};     ///< of the operands as the arithmetic sees them
  Format accumulate{Format::fp32};  ///< of partial sums
  /// Activations and KV read, in operand order. Attention: Q, K, V (Q and latents when shared_kv), then a position
  /// bias of heads x q_len x kv_len values where the model has one.
  std::vector<TensorId> inputs;
  std::vector<TensorId> weights;    ///< parameters read (bias and scale included; MoE: of all experts)
  double weight_fraction{1};        ///< share of `weights` that is read: active experts, looked-up rows of a table
  std::vector<TensorId> outputs;

  /// Multiply-adds of matrices counted as 2: the work by which MFU is defined. Vector work counts 0 here, and so
  /// does what a machine computes but the model does not ask for (padding rows of experts, masked pairs).
  double flops() const;
  double vector_ops() const;  ///< simple + special + row_special operations of a vector operator
};

}  // namespace presil::workload
