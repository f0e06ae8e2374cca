// Parameters and memory of the shipped models against published figures.
#include <gtest/gtest.h>

#include "tests/unit/workloads/transformer/models.h"

namespace presil::workload {
namespace {

using test::shipped;

struct Published {
  const char* model;
  double parameters;
  double active;  ///< 0: all of them
};

class PublishedCount : public testing::TestWithParam<Published> {};

TEST_P(PublishedCount, IsWithinHalfAPercent) {
  const auto [name, parameters, active] = GetParam();
  const Architecture model = shipped(name);
  EXPECT_NEAR(static_cast<double>(parameter_count(model)), parameters, 0.005 * parameters);
  const double used = active == 0 ? parameters : active;
  EXPECT_NEAR(static_cast<double>(active_parameter_count(model)), used, 0.005 * used);
}

// Figures from the papers and model cards; active ones include the embeddings.
INSTANTIATE_TEST_SUITE_P(Papers, PublishedCount,
                         testing::Values(Published{"gpt2_xl", 1.558e9, 0}, Published{"bert_base", 109.5e6, 0},
                                         Published{"llama2_7b", 6.74e9, 0}, Published{"llama3_8b", 8.03e9, 0},
                                         Published{"llama3_70b", 70.55e9, 0}, Published{"llama3_1_405b", 405.9e9, 0},
                                         Published{"mixtral_8x7b", 46.7e9, 12.9e9},
                                         Published{"deepseek_v3", 671e9, 37.55e9}, Published{"gpt3_175b", 174.6e9, 0},
                                         Published{"vit_b16", 86.6e6, 0}, Published{"whisper_large_v3", 1.5435e9, 0},
                                         Published{"t5_large", 737.7e6, 0}));

struct Exact {
  const char* model;
  std::uint64_t parameters;
};

class ExactCount : public testing::TestWithParam<Exact> {};

TEST_P(ExactCount, IsThatOfThePublishedWeights) {
  EXPECT_EQ(parameter_count(shipped(GetParam().model)), GetParam().parameters);
}

// Numbers of weights in the published files ("Model size" of their safetensors), tied ones once. Those that no
// rounding can hide: a forgotten bias or norm changes them.
INSTANTIATE_TEST_SUITE_P(
    Files, ExactCount,
    testing::Values(Exact{"gpt2", 124'439'808}, Exact{"bert_base", 109'482'240}, Exact{"vit_b16", 86'567'656},
                    Exact{"t5_large", 737'668'096}, Exact{"flan_t5_xl", 2'849'757'184},
                    Exact{"whisper_large_v3", 1'543'490'560}, Exact{"llama2_7b", 6'738'415'616},
                    Exact{"llama3_8b", 8'030'261'248}, Exact{"llama3_70b", 70'553'706'496},
                    Exact{"llama3_1_405b", 405'853'388'800}, Exact{"mistral_7b", 7'241'732'096},
                    Exact{"mixtral_8x7b", 46'702'792'704}, Exact{"qwen2_7b", 7'615'616'512},
                    Exact{"qwen3_8b", 8'190'735'360}, Exact{"qwen3_30b_a3b", 30'532'122'624},
                    Exact{"gemma_2b", 2'506'172'416}, Exact{"gemma_7b", 8'537'680'896},
                    Exact{"phi3_mini", 3'821'079'552}, Exact{"gptj_6b", 6'050'882'784},
                    Exact{"gpt_oss_20b", 20'914'757'184}, Exact{"tinyllama_1_1b", 1'100'048'384}));

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
