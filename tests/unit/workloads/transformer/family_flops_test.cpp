// Matrix work of every shipped decoder with dense layers or experts, from its published shape, exactly; and
// of the families that have a form of their own.
#include <algorithm>
#include <ostream>

#include <gtest/gtest.h>

#include "tests/unit/workloads/transformer/flow.h"
#include "tests/unit/workloads/transformer/models.h"

namespace presil::workload {
namespace {

using test::find_ops;
using test::shipped;

PassOptions options_of(std::uint64_t batch, bool fused = true) {
  PassOptions options;
  options.batch = batch;
  options.fused_attention = fused;
  return options;
}

/// The shape of a decoder as its paper or model card gives it, typed in here and not read from its file.
struct Shape {
  const char* name;
  double layers, hidden, heads, kv_heads, head_dim, ffn, vocab;
  double mlp_matrices;  ///< 2, or 3 with a gate
  double experts{0}, top_k{1};
  double window{0};   ///< in `sliding` layers; 0 is none
  double sliding{0};  ///< layers with a window

  double weights() const {
    const double attention = hidden * (heads + 2 * kv_heads) * head_dim + heads * head_dim * hidden;
    return attention + hidden * experts + top_k * mlp_matrices * hidden * ffn;
  }
  /// (query, key) pairs of all layers.
  double prefill_pairs(double n) const {
    const double w = window == 0 ? n : std::min(window, n);
    return (layers - sliding) * n * (n + 1) / 2 + sliding * (w * (w + 1) / 2 + (n - w) * w);
  }
  double decode_pairs(double kv_len) const {
    return (layers - sliding) * kv_len + sliding * (window == 0 ? kv_len : std::min(window, kv_len));
  }
  double flops(double batch, double tokens, double pairs) const {
    return 2 * batch * tokens * layers * weights() + 4 * batch * pairs * heads * head_dim +
           2 * batch * hidden * vocab;
  }
};

void PrintTo(const Shape& s, std::ostream* out) { *out << s.name; }

const Shape kShapes[] = {
    // name, layers, hidden, heads, kv_heads, head_dim, ffn, vocab, mlp matrices, experts, top_k, window,
    // sliding
    {"gpt2", 12, 768, 12, 12, 64, 3072, 50257, 2},
    {"gpt2_xl", 48, 1600, 25, 25, 64, 6400, 50257, 2},
    {"gpt3_175b", 96, 12288, 96, 96, 128, 49152, 50257, 2},
    {"gptj_6b", 28, 4096, 16, 16, 256, 16384, 50400, 2},
    {"falcon_7b", 32, 4544, 71, 1, 64, 18176, 65024, 2},
    {"falcon_40b", 60, 8192, 128, 8, 64, 32768, 65024, 2},
    {"llama2_7b", 32, 4096, 32, 32, 128, 11008, 32000, 3},
    {"llama2_13b", 40, 5120, 40, 40, 128, 13824, 32000, 3},
    {"llama2_70b", 80, 8192, 64, 8, 128, 28672, 32000, 3},
    {"llama3_8b", 32, 4096, 32, 8, 128, 14336, 128256, 3},
    {"llama3_70b", 80, 8192, 64, 8, 128, 28672, 128256, 3},
    {"llama3_1_405b", 126, 16384, 128, 8, 128, 53248, 128256, 3},
    {"llama3_2_1b", 16, 2048, 32, 8, 64, 8192, 128256, 3},
    {"tinyllama_1_1b", 22, 2048, 32, 4, 64, 5632, 32000, 3},
    {"qwen2_7b", 28, 3584, 28, 4, 128, 18944, 152064, 3},
    {"qwen2_5_72b", 80, 8192, 64, 8, 128, 29568, 152064, 3},
    {"qwen3_0_6b", 28, 1024, 16, 8, 128, 3072, 151936, 3},
    {"qwen3_8b", 36, 4096, 32, 8, 128, 12288, 151936, 3},
    {"gemma_2b", 18, 2048, 8, 1, 256, 16384, 256000, 3},
    {"gemma_7b", 28, 3072, 16, 16, 256, 24576, 256000, 3},
    {"mistral_7b", 32, 4096, 32, 8, 128, 14336, 32000, 3, 0, 1, 4096, 32},
    {"phi3_mini", 32, 3072, 32, 32, 96, 8192, 32064, 3, 0, 1, 2047, 32},
    {"mixtral_8x7b", 32, 4096, 32, 8, 128, 14336, 32000, 3, 8, 2},
    {"mixtral_8x22b", 56, 6144, 48, 8, 128, 16384, 32000, 3, 8, 2},
    {"qwen3_30b_a3b", 48, 2048, 32, 4, 128, 768, 151936, 3, 128, 8},
    {"qwen3_235b_a22b", 94, 4096, 64, 4, 128, 1536, 151936, 3, 128, 8},
    {"gpt_oss_20b", 24, 2880, 64, 8, 64, 2880, 201088, 3, 32, 4, 128, 12},
    {"gpt_oss_120b", 36, 2880, 64, 8, 64, 2880, 201088, 3, 128, 4, 128, 18},
};

class DecoderFlops : public testing::TestWithParam<Shape> {};

TEST_P(DecoderFlops, PrefillEqualsTheClosedForm) {
  const Shape& s = GetParam();
  const Architecture model = shipped(s.name);
  for (const std::uint64_t n : {1, 128, 129, 1000}) {
    const double length = static_cast<double>(n);
    EXPECT_EQ(prefill_pass(model, options_of(3), n).flops(), s.flops(3, length, s.prefill_pairs(length)))
        << n;
  }
  if (model.decoder->position == PositionKind::learned) return;
  EXPECT_EQ(prefill_pass(model, options_of(1), 6000).flops(), s.flops(1, 6000, s.prefill_pairs(6000)));
}

TEST_P(DecoderFlops, DecodeEqualsTheClosedForm) {
  const Shape& s = GetParam();
  const Architecture model = shipped(s.name);
  for (const std::uint64_t kv_len : {1, 127, 128, 129, 1024})
    EXPECT_EQ(decode_pass(model, options_of(5), kv_len, 0).flops(),
              s.flops(5, 1, s.decode_pairs(static_cast<double>(kv_len))))
        << kv_len;
  if (model.decoder->position == PositionKind::learned) return;
  EXPECT_EQ(decode_pass(model, options_of(1), 6000, 0).flops(), s.flops(1, 1, s.decode_pairs(6000)));
}

TEST_P(DecoderFlops, AllButTheHeadAreTwiceTheActiveMatricesAToken) {
  // The rule of thumb 2 N a token: what active_parameter_count adds are embeddings, norms and biases, under
  // 1% apart from the tables.
  const Shape& s = GetParam();
  const Architecture model = shipped(s.name);
  const Graph token = decode_pass(model, options_of(1), 1, 0);
  const double tables = (model.tied_embeddings ? 1 : 2) * s.hidden * s.vocab +
                        static_cast<double>(model.decoder->positions) * s.hidden;
  const double matrices = static_cast<double>(active_parameter_count(model)) - tables;
  const double work = token.flops() - s.flops(1, 0, s.decode_pairs(1));
  EXPECT_NEAR(work, 2 * matrices, 0.01 * work);
}

INSTANTIATE_TEST_SUITE_P(Published, DecoderFlops, testing::ValuesIn(kShapes),
                         [](const auto& test) { return std::string(test.param.name); });

class FusionOfShippedModels : public testing::TestWithParam<std::string> {};

TEST_P(FusionOfShippedModels, DoesNotChangeTheWorkOfTheModel) {
  const Architecture model = shipped(GetParam());
  const auto same = [&](const Graph& fused, const Graph& unfused) {
    EXPECT_NEAR(unfused.flops(), fused.flops(), 1e-14 * fused.flops()) << fused.phase;
    EXPECT_TRUE(find_ops(unfused, "attention").empty());
  };
  if (model.encoder)
    same(encode_pass(model, options_of(2), 77), encode_pass(model, options_of(2, false), 77));
  if (!model.decoder) return;
  for (const std::uint64_t n : {1, 77, 300}) {
    same(prefill_pass(model, options_of(2), n), prefill_pass(model, options_of(2, false), n));
    same(decode_pass(model, options_of(2), n, 50), decode_pass(model, options_of(2, false), n, 50));
  }
}

INSTANTIATE_TEST_SUITE_P(Models, FusionOfShippedModels, testing::ValuesIn(test::shipped_names()),
                         [](const auto& test) { return test.param; });

double bidirectional_layer(double batch, double n, double hidden, double ffn) {
  return 2 * batch * n * (4 * hidden * hidden + 2 * hidden * ffn) + 4 * batch * n * n * hidden;
}

TEST(EncodeFlops, BertLarge) {
  EXPECT_EQ(encode_pass(shipped("bert_large"), options_of(4), 512).flops(),
            24 * bidirectional_layer(4, 512, 1024, 4096) + 2.0 * 4 * 1024 * 1024);
}

TEST(EncodeFlops, VisionTransformerLarge) {
  // 196 patches of 3 x 16 x 16 values, a class token, 1000 classes from it.
  EXPECT_EQ(
      encode_pass(shipped("vit_l16"), options_of(2), 1).flops(),
      2.0 * 2 * 196 * 768 * 1024 + 24 * bidirectional_layer(2, 197, 1024, 4096) + 2.0 * 2 * 1024 * 1000);
}

TEST(EncodeFlops, WhisperTiny) {
  const double stem = 2.0 * 3000 * 3 * 80 * 384 + 2.0 * 1500 * 3 * 384 * 384;
  EXPECT_EQ(encode_pass(shipped("whisper_tiny"), options_of(3), 1).flops(),
            3 * stem + 4 * bidirectional_layer(3, 1500, 384, 1536));
}

TEST(EncodeFlops, DoNotDependOnALengthThatTheModelFixes) {
  for (const char* name : {"vit_b16", "whisper_tiny"})
    EXPECT_EQ(encode_pass(shipped(name), options_of(1), 3).flops(),
              encode_pass(shipped(name), options_of(1), 900).flops());
}

/// T5: attention of width heads x 64, an MLP of two matrices, or three with a gate.
struct T5Shape {
  const char* name;
  double layers, hidden, inner, ffn, mlp_matrices, vocab;
  double mlp() const { return mlp_matrices * hidden * ffn; }
};

constexpr T5Shape kT5Shapes[] = {{"t5_large", 24, 1024, 1024, 4096, 2, 32128},
                                 {"flan_t5_xl", 24, 2048, 2048, 5120, 3, 32128}};

TEST(T5Flops, EncoderSeesBothWays) {
  const double b = 2, n = 300;
  for (const T5Shape& s : kT5Shapes)
    EXPECT_EQ(encode_pass(shipped(s.name), options_of(2), 300).flops(),
              s.layers * (2 * b * n * (4 * s.hidden * s.inner + s.mlp()) + 4 * b * n * n * s.inner))
        << s.name;
}

TEST(T5Flops, PrefillProjectsTheEncoderOnce) {
  const double b = 2, e = 300;
  for (const T5Shape& s : kT5Shapes) {
    const double token =
        6 * s.hidden * s.inner + s.mlp();  // self-attention 4, query and output of cross-attention 2
    const double layer = 2 * b * token + 2 * b * e * 2 * s.hidden * s.inner + 4 * b * (1 + e) * s.inner;
    EXPECT_EQ(prefill_pass(shipped(s.name), options_of(2), 300).flops(),
              s.layers * layer + 2 * b * s.hidden * s.vocab)
        << s.name;
  }
}

TEST(T5Flops, DecodeReadsTheProjectedEncoder) {
  const double b = 2, e = 300, kv_len = 41;
  for (const T5Shape& s : kT5Shapes) {
    const double layer = 2 * b * (6 * s.hidden * s.inner + s.mlp()) + 4 * b * (kv_len + e) * s.inner;
    EXPECT_EQ(decode_pass(shipped(s.name), options_of(2), 41, 300).flops(),
              s.layers * layer + 2 * b * s.hidden * s.vocab)
        << s.name;
  }
}

TEST(DeepSeekFlops, WithoutAQueryRank) {
  // 2 layers (1 dense), hidden 64, 4 heads of 16 + 8, values of 12, latent of 32, 6 experts of 20, 2 chosen,
  // 1 shared.
  const Architecture model = test::inline_model(R"({"model_type": "deepseek_v3", "hidden_size": 64,
      "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 100, "hidden_act": "silu",
      "intermediate_size": 128, "moe_intermediate_size": 20, "n_routed_experts": 6, "num_experts_per_tok": 2,
      "n_shared_experts": 1, "first_k_dense_replace": 1, "q_lora_rank": null, "kv_lora_rank": 32,
      "qk_nope_head_dim": 16, "qk_rope_head_dim": 8, "v_head_dim": 12})");
  const double n = 10, feed_forward = 3.0 * 64 * 128 + 64 * 6 + 3 * 3.0 * 64 * 20;
  const double projections = 64.0 * (4 * 24 + 32 + 8) + 4.0 * 12 * 64;
  const double expand = 32.0 * 4 * (16 + 12);
  EXPECT_EQ(
      prefill_pass(model, options_of(1), 10).flops(),
      2 * n * (2 * (projections + expand) + feed_forward) + 2 * 2 * 55.0 * 4 * (24 + 12) + 2.0 * 64 * 100);
  EXPECT_EQ(decode_pass(model, options_of(1), 10, 0).flops(),
            2 * (2 * (projections + expand) + feed_forward) + 2 * 2 * 10.0 * 4 * (40 + 32) + 2.0 * 64 * 100);
}

}  // namespace
}  // namespace presil::workload
