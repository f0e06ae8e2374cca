// attention_kernel.h -- fused attention (FlashAttention style) as thread blocks.
//
// Forward: a block holds `attention_rows` queries of one head and walks over the keys it may see, `attention_columns` at
// a time. A step costs
//   tensor  = rows columns (qk_dim + v_dim) / rate / attention_efficiency
//   softmax = rows columns (1 / special_lanes + 6 / lanes)      exp; scale, maximum, subtract, sum, rescale, convert
//   step    = overlapped(tensor, softmax, 2)                    two warp groups take turns [FlashAttention-3, section 3.1]
// [Dao et al., FlashAttention-2, 2023; Shah et al., FlashAttention-3, 2024]. Blocks
// are dealt to SMs head by head as they fall free, which leaves causal ones uneven at the end.
// Backward: five products instead of two on the same pairs, one exp and 10 operations a pair.
// Backward also adds every tile's part of dQ to memory with atomics through L2, in fp32, and converts it at the end.
// With fewer blocks than SMs the keys are split over blocks here too.
// Decode (queries of a group of heads share tiles of at most `attention_rows`): the keys are split over blocks until time
// stops falling (split-KV), partial results are merged by a second kernel [Flash-Decoding, 2023].
// The cache is paged; the block table is read.
// Not modelled: conflicts of those atomics, variable lengths in one batch.
#pragma once

#include <cstdint>
#include <string>

#include "models/gpu/gpu_config.h"
#include "models/gpu/kernel.h"

namespace presil::gpu {

struct AttentionShape {
  std::uint64_t batch{1}, q_len{}, kv_len{}, heads{}, kv_heads{}, qk_dim{}, v_dim{};
  bool causal{true};
  std::uint64_t window{0};       ///< sliding window; 0: none
  bool shared_kv{false};         ///< V is a prefix of K (MLA latents)
  Format format{Format::bf16};
  double q_bytes{2}, kv_bytes{2};
  bool backward{false};
};

/// Of whatever names its extents so, a row of a table or the options of a command: heads of one size, values of one format.
template <class Extents>
AttentionShape attention_shape(const Extents& e, Format format) {
  AttentionShape shape;
  shape.batch = e.batch;
  shape.q_len = e.q_len;
  shape.kv_len = e.kv_len;
  shape.heads = e.heads;
  shape.kv_heads = e.kv_heads;
  shape.qk_dim = shape.v_dim = e.head_dim;
  shape.causal = e.causal;
  shape.format = format;
  shape.q_bytes = shape.kv_bytes = bytes_per_value(format);
  return shape;
}

/// What an implementation does beside the algorithm above.
struct AttentionRecipe {
  double masked_cost{0};         ///< cost of masked pairs over that of visible ones; 0: whole masked tiles are skipped
  double query_passes{0};        ///< further passes over queries and outputs in fp32: partial results merged in memory
  std::uint32_t kernels{1};      ///< dependent launches of one call
};
AttentionRecipe attention_recipe(const std::string& implementation);

Kernel attention_kernel(const GpuConfig& gpu, const AttentionShape& shape, const AttentionRecipe& recipe = {});

}  // namespace presil::gpu
