// Memory of the shipped models: weights, cache, activations.
#include <gtest/gtest.h>

#include "tests/unit/workloads/transformer/models.h"

namespace presil::workload {
namespace {

using test::shipped;

TEST(Footprint, WeightsAreAllParametersInTheirFormat) {
  const Architecture model = shipped("llama3_8b");
  EXPECT_EQ(footprint(model, {}, 128, 128).weight_bytes, 2.0 * 8'030'261'248);
  PassOptions four_bit;
  four_bit.formats.weights = Format::int4;
  // Embedding, LM head and norms stay in 16 bits.
  const double kept = 2.0 * 128256 * 4096 + 65.0 * 4096;
  EXPECT_DOUBLE_EQ(footprint(model, four_bit, 128, 128).weight_bytes, 2 * kept + 4.125 / 8 * (8'030'261'248 - kept));
}

TEST(Footprint, CacheHoldsEveryTokenOfTheBatch) {
  PassOptions options;
  options.batch = 3;
  options.formats.kv = Format::fp8;
  const Footprint memory = footprint(shipped("llama3_8b"), options, 1000, 24);
  EXPECT_EQ(memory.kv_bytes, 32.0 * 3 * 1024 * 2 * 8 * 128);
}

TEST(Footprint, SlidingLayersKeepTheirWindow) {
  const Footprint memory = footprint(shipped("gpt_oss_20b"), {}, 4000, 96);
  EXPECT_EQ(memory.kv_bytes, 12.0 * (4096 + 128) * 2 * 8 * 64 * 2);
}

TEST(Footprint, LatentCacheIsSharedByTheHeads) {
  for (bool fused : {true, false}) {
    PassOptions options;
    options.fused_attention = fused;
    EXPECT_EQ(footprint(shipped("deepseek_v3"), options, 1000, 24).kv_bytes, 61.0 * 1024 * 576 * 2);
  }
}

TEST(Footprint, CrossAttentionCachesTheEncoder) {
  const Footprint memory = footprint(shipped("whisper_large_v3"), {}, 1, 63);
  EXPECT_EQ(memory.kv_bytes, 32.0 * (64 + 1500) * 2 * 1280 * 2);
}

TEST(Footprint, ActivationsOfADenseLayerPeakInTheMlp) {
  // Llama-2-7B's wide hidden state, the fused up and gate projection and what the activation makes of them.
  const Footprint memory = footprint(shipped("llama2_7b"), {}, 512, 1);
  EXPECT_EQ(memory.activation_bytes, 2.0 * 512 * (4096 + 2 * 11008 + 11008));
}

TEST(Footprint, LastTokenOfALearnedTableNeedsNoPosition) {
  EXPECT_NO_THROW(footprint(shipped("gpt2"), {}, 1023, 2));
  EXPECT_ANY_THROW(footprint(shipped("gpt2"), {}, 1023, 3));
}

}  // namespace
}  // namespace presil::workload
