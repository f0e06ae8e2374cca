// sharding.h -- tensor parallelism: which part of a decoder one of `ranks` devices holds and computes.
//
// After Megatron-LM (Shoeybi et al. 2019, arXiv:1909.08053, section 3), as inference servers apply it:
//   qkv, mlp_up, expert_up     split by columns: heads / ranks query heads, max(1, kv_heads / ranks) key/value
//                              heads, intermediate / ranks columns of every expert
//   attn_out, mlp_down,
//   expert_down                split by rows; their outputs are partial sums, joined by an all-reduce of tokens x hidden
//   token_embedding, lm_head   split by rows of the vocabulary, ceil(vocab / ranks) each: an all-reduce of tokens x
//                              hidden behind the one, an all-gather of the last tokens' logits behind the other
// Replicated on every rank: norms, residuals, router and its choice, learned positions, biases behind a split by rows,
// sampling, and key/value heads where there are fewer of them than ranks.
// A layer has two all-reduces; one where attention and MLP are parallel branches, whose partial sums are added first.
// An MoE layer adds up its experts (shared ones included) before its all-reduce.
#pragma once

#include "workloads/transformer/transformer.h"

namespace presil::workload {

/// Throws InputError unless `ranks` devices can share the model: decoders without an encoder and without latent
/// attention, whose heads, key/value heads and intermediate widths divide. Names the value that does not divide and
/// the nearest number of ranks that would do.
void check_tensor_parallel(const Architecture& model, std::uint32_t ranks);

/// The model as one of `ranks` devices sees it: heads and widths divided, hidden size and vocabulary as they are.
/// Checks first; 1 rank gives the model itself.
Architecture shard(const Architecture& model, std::uint32_t ranks);

/// Rows of the embedding and columns of the LM head that one rank holds: ceil(vocab / ranks).
std::uint64_t vocabulary_share(const Architecture& model, const PassOptions& options);

}  // namespace presil::workload
