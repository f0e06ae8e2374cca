// Matrix work of whole passes against closed forms written per family, exactly.
#include <gtest/gtest.h>

#include "tests/unit/workloads/transformer/flow.h"
#include "tests/unit/workloads/transformer/models.h"

namespace presil::workload {
namespace {

using test::inline_model;
using test::only;
using test::shipped;

PassOptions batch_of(std::uint64_t batch, bool fused = true) {
  PassOptions options;
  options.batch = batch;
  options.fused_attention = fused;
  return options;
}

double causal_pairs(double n) { return n * (n + 1) / 2; }

TEST(PrefillFlops, Llama3) {
  const double b = 3, n = 517, h = 4096, kv = 1024, i = 14336, v = 128256;
  const double layer = 2 * b * n * (h * (h + 2 * kv) + h * h + 3 * h * i) + 4 * b * causal_pairs(n) * h;
  EXPECT_EQ(prefill_pass(shipped("llama3_8b"), batch_of(3), 517).flops(), 32 * layer + 2 * b * h * v);
}

TEST(DecodeFlops, Llama3) {
  const double b = 7, kv_len = 1000, h = 4096, kv = 1024, i = 14336, v = 128256;
  const double layer = 2 * b * (h * (h + 2 * kv) + h * h + 3 * h * i) + 4 * b * kv_len * h;
  EXPECT_EQ(decode_pass(shipped("llama3_8b"), batch_of(7), 1000, 0).flops(), 32 * layer + 2 * b * h * v);
}

TEST(PrefillFlops, Gpt2) {
  const double n = 1024, h = 1600, v = 50257;
  const double layer = 2 * n * 12 * h * h + 4 * causal_pairs(n) * h;
  EXPECT_EQ(prefill_pass(shipped("gpt2_xl"), batch_of(1), 1024).flops(), 48 * layer + 2 * h * v);
}

TEST(EncodeFlops, Bert) {
  const double b = 8, n = 384, h = 768;
  const double layer = 2 * b * n * 12 * h * h + 4 * b * n * n * h;
  EXPECT_EQ(encode_pass(shipped("bert_base"), batch_of(8), 384).flops(), 12 * layer + 2 * b * h * h);
}

TEST(EncodeFlops, VisionTransformer) {
  const double b = 4, n = 197, h = 768;
  const double layer = 2 * b * n * 12 * h * h + 4 * b * n * n * h;
  const double ends = 2 * b * 196 * 768 * h + 2 * b * h * 1000;
  EXPECT_EQ(encode_pass(shipped("vit_b16"), batch_of(4), 1).flops(), 12 * layer + ends);
}

TEST(EncodeFlops, Whisper) {
  const double n = 1500, h = 1280;
  const double stem = 2 * 3000 * 3 * 128 * h + 2 * n * 3 * h * h;
  const double layer = 2 * n * 12 * h * h + 4 * n * n * h;
  EXPECT_EQ(encode_pass(shipped("whisper_large_v3"), batch_of(1), 1).flops(), stem + 32 * layer);
}

TEST(CrossAttentionFlops, WhisperComputesEncoderKeysInPrefillOnly) {
  const Architecture model = shipped("whisper_large_v3");
  const double h = 1280, v = 51866;
  const double weights = 14 * h * h;  // self-attention 4, query and output of cross-attention 2, MLP 8
  const double first = 32 * (2 * weights + 4 * 1 * h + 4 * 1500 * h + 2 * 1500 * 2 * h * h) + 2 * h * v;
  EXPECT_EQ(prefill_pass(model, batch_of(1), 1).flops(), first);
  const double later = 32 * (2 * weights + 4 * 10 * h + 4 * 1500 * h) + 2 * h * v;
  EXPECT_EQ(decode_pass(model, batch_of(1), 10, 1).flops(), later);
}

TEST(PrefillFlops, MixtralWorksForTheChosenExpertsOnly) {
  const double n = 100, h = 4096, kv = 1024, i = 14336;
  const double layer = 2 * n * (h * (h + 2 * kv) + h * h + h * 8 + 2 * 3 * h * i) + 4 * causal_pairs(n) * h;
  EXPECT_EQ(prefill_pass(shipped("mixtral_8x7b"), batch_of(1), 100).flops(), 32 * layer + 2 * h * 32000);
}

TEST(PrefillFlops, GptOssSeesAWindowInEverySecondLayer) {
  const double n = 1000, h = 2880, q = 4096, kv = 512, i = 2880;
  const double weights = h * (q + 2 * kv) + q * h + h * 32 + 4 * 3 * h * i;
  const double windowed = causal_pairs(128) + (n - 128) * 128;
  const double flops = 24 * 2 * n * weights + 12 * 4 * q * (causal_pairs(n) + windowed) + 2 * h * 201088;
  EXPECT_EQ(prefill_pass(shipped("gpt_oss_20b"), batch_of(1), 1000).flops(), flops);
}

/// Weights of one DeepSeek-V3 layer that every token goes through, keys and values not expanded.
constexpr double kLatentProjections = 7168.0 * (1536 + 576) + 1536.0 * 128 * 192 + 128.0 * 128 * 7168;
constexpr double kDeepSeekFeedForward =
    3 * (3.0 * 7168 * 18432) + 58 * (7168.0 * 256 + 9 * 3.0 * 7168 * 2048);

TEST(PrefillFlops, DeepSeekExpandsItsLatents) {
  const double n = 512;
  const double expand = 512.0 * 128 * (128 + 128);
  const double attention = 2 * causal_pairs(n) * 128 * (192 + 128);
  const double flops = 2 * n * (61 * (kLatentProjections + expand) + kDeepSeekFeedForward) + 61 * attention +
                       2.0 * 7168 * 129280;
  EXPECT_EQ(prefill_pass(shipped("deepseek_v3"), batch_of(1), 512).flops(), flops);
}

TEST(DecodeFlops, DeepSeekAbsorbsTheExpansion) {
  const double b = 16, kv_len = 4096;
  const double absorb = 128.0 * 128 * 512 + 128.0 * 512 * 128;
  const double attention = 2 * b * kv_len * 128 * (576 + 512);
  const double flops = 2 * b * (61 * (kLatentProjections + absorb) + kDeepSeekFeedForward) + 61 * attention +
                       2 * b * 7168 * 129280;
  EXPECT_EQ(decode_pass(shipped("deepseek_v3"), batch_of(16), 4096, 0).flops(), flops);
}

TEST(PrefillFlops, FalconSharesOneKeyHead) {
  const double n = 64, h = 4544;
  const double layer = 2 * n * (h * (h + 2 * 64) + h * h + 8 * h * h) + 4 * causal_pairs(n) * h;
  EXPECT_EQ(prefill_pass(shipped("falcon_7b"), batch_of(1), 64).flops(), 32 * layer + 2 * h * 65024);
}

TEST(EncodeFlops, PlainMlp) {
  const Architecture mlp0 = inline_model(
      R"({"model_type": "mlp", "hidden_size": 2000, "num_hidden_layers": 5, "hidden_act": "relu"})");
  EXPECT_EQ(parameter_count(mlp0), 20'000'000u);
  const Graph pass = encode_pass(mlp0, batch_of(200), 1);
  EXPECT_EQ(pass.flops(), 2.0 * 200 * 20e6);
  EXPECT_EQ(only(pass, "fc").matmul.m, 200u);
  const Architecture with_ends = inline_model(
      R"({"model_type": "mlp", "hidden_size": 20, "num_hidden_layers": 5, "hidden_act": "relu",
          "input_size": 7, "output_size": 3})");
  EXPECT_EQ(parameter_count(with_ends), 7u * 20 + 5 * 400 + 20 * 3);
}

TEST(UnfusedAttention, IsTheSameWorkOfTheModel) {
  for (const char* name : {"llama3_8b", "gpt_oss_20b", "deepseek_v3", "gpt2_xl"}) {
    const Architecture model = shipped(name);
    const double fused = prefill_pass(model, batch_of(2), 700).flops();
    EXPECT_NEAR(prefill_pass(model, batch_of(2, false), 700).flops(), fused, 1e-12 * fused) << name;
    const double token = decode_pass(model, batch_of(2), 700, 0).flops();
    EXPECT_NEAR(decode_pass(model, batch_of(2, false), 700, 0).flops(), token, 1e-12 * token) << name;
  }
}

TEST(UnfusedAttention, ComputesTheWholeRectangleForAGroupOfHeadsAtOnce) {
  const Graph pass = prefill_pass(shipped("llama3_8b"), batch_of(2, false), 100);
  const MatMul& scores = only(pass, "attention_scores").matmul;
  EXPECT_EQ(scores.batch, 2u * 8);
  EXPECT_EQ(scores.m, 4u * 100);
  EXPECT_EQ(scores.n, 100u);
  EXPECT_EQ(scores.k, 128u);
  EXPECT_DOUBLE_EQ(scores.useful_fraction, 101.0 / 200);
}

}  // namespace
}  // namespace presil::workload
