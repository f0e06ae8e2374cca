// Bytes that passes read: weights in their formats, looked-up rows, keys and values.
#include <algorithm>

#include <gtest/gtest.h>

#include "tests/unit/workloads/transformer/flow.h"
#include "tests/unit/workloads/transformer/models.h"

namespace presil::workload {
namespace {

using test::find_ops;
using test::only;
using test::shipped;

PassOptions in_formats(Format weights, Format activations, Format kv) {
  PassOptions options;
  options.formats.weights = weights;
  options.formats.activations = activations;
  options.formats.kv = kv;
  return options;
}

/// Values of the tables of a decoder that a token only looks up, less the rows it does.
double unread_rows(const Architecture& model) {
  const Stack& stack = *model.decoder;
  const double hidden = static_cast<double>(model.hidden);
  double rows = 0;
  if (!model.tied_embeddings) rows += static_cast<double>(model.vocab) - 1;
  if (stack.position == PositionKind::learned) rows += static_cast<double>(stack.positions) - 1;
  return rows * hidden;
}

class DecoderTraffic : public testing::TestWithParam<std::string> {};

std::vector<std::string> plain_decoders() {
  std::vector<std::string> names;
  for (const std::string& name : test::shipped_names())
    if (const Architecture model = shipped(name); model.decoder && !model.encoder) names.push_back(name);
  return names;
}

TEST_P(DecoderTraffic, OneTokenReadsTheActiveParametersAndOneRowOfEachTable) {
  const Architecture model = shipped(GetParam());
  const double values = static_cast<double>(active_parameter_count(model)) - unread_rows(model);
  EXPECT_DOUBLE_EQ(decode_pass(model, {}, 100, 0).weight_bytes(), 2 * values);
  const PassOptions wide = in_formats(Format::fp32, Format::fp32, Format::fp32);
  EXPECT_DOUBLE_EQ(decode_pass(model, wide, 100, 0).weight_bytes(), 4 * values);
}

TEST_P(DecoderTraffic, ManyTokensReadEveryParameter) {
  const Architecture model = shipped(GetParam());
  PassOptions options;
  options.batch = 20'000;  // every expert has work
  const double rows = model.tied_embeddings ? 0 : static_cast<double>((model.vocab - 20'000) * model.hidden);
  EXPECT_DOUBLE_EQ(decode_pass(model, options, 100, 0).weight_bytes(),
                   2 * (static_cast<double>(parameter_count(model)) - rows));
}

TEST_P(DecoderTraffic, CacheIsReadOnceByEachSequence) {
  const Architecture model = shipped(GetParam());
  const Stack& stack = *model.decoder;
  PassOptions options = in_formats(Format::bf16, Format::bf16, Format::fp8);
  options.batch = 3;
  const std::uint64_t kv_len = 1000;
  double values = 0;
  for (const LayerKind& layer : stack.layers) {
    const std::uint64_t keys = layer.window == 0 ? kv_len : std::min(layer.window, kv_len);
    const std::uint64_t width = stack.attention.latent
                                    ? stack.attention.latent->latent_dim()
                                    : 2 * stack.attention.kv_heads * stack.attention.head_dim;
    values += static_cast<double>(keys * width);
  }
  EXPECT_EQ(decode_pass(model, options, kv_len, 0).kv_read_bytes(), 3 * values);
  EXPECT_EQ(prefill_pass(model, options, kv_len).kv_read_bytes(), 0);
  EXPECT_EQ(footprint(model, options, kv_len - 24, 24).kv_bytes, 3 * values);
}

TEST_P(DecoderTraffic, PrefillWritesWhatDecodeLaterReads) {
  const Architecture model = shipped(GetParam());
  PassOptions options = in_formats(Format::bf16, Format::bf16, Format::int8);
  options.batch = 2;
  const auto written = [](const Graph& graph) {
    double bytes = 0;
    for (const auto& [op, count] : find_ops(graph, "kv_write"))
      for (TensorId id : op->outputs) {
        EXPECT_EQ(graph.tensors[id].role, TensorRole::kv_cache);
        bytes += graph.tensors[id].bytes() * static_cast<double>(count);
      }
    return bytes;
  };
  const double prompt = written(prefill_pass(model, options, 100));
  EXPECT_EQ(prompt, decode_pass(model, options, 100, 0).kv_read_bytes());
  EXPECT_EQ(written(decode_pass(model, options, 101, 0)) * 100, prompt);
}

INSTANTIATE_TEST_SUITE_P(Models, DecoderTraffic, testing::ValuesIn(plain_decoders()),
                         [](const auto& test) { return test.param; });

TEST(WeightTraffic, FollowsTheFormatOfTheMatrices) {
  const Architecture model = shipped("llama2_7b");
  const double tables = 2.0 * 32000 * 4096, norms = 65.0 * 4096, matrices = 6'738'415'616 - tables - norms;
  const double looked_up = 4096.0 * (32000 + 1);  // LM head and one row
  const auto read = [&](Format weights) {
    return decode_pass(model, in_formats(weights, Format::bf16, Format::bf16), 10, 0).weight_bytes();
  };
  EXPECT_DOUBLE_EQ(read(Format::bf16), 2 * (matrices + looked_up + norms));
  EXPECT_DOUBLE_EQ(read(Format::fp8), matrices + looked_up + 2 * norms);
  EXPECT_DOUBLE_EQ(read(Format::int8), matrices + looked_up + 2 * norms);
  // 4-bit files leave both tables in 16 bits.
  EXPECT_DOUBLE_EQ(read(Format::int4), 4.125 / 8 * matrices + 2 * looked_up + 2 * norms);
  EXPECT_DOUBLE_EQ(read(Format::fp4), 4.25 / 8 * matrices + 2 * looked_up + 2 * norms);
}

TEST(WeightTraffic, DeepSeekInFp8) {
  // One token of 671 B parameters reads about 37 GB, the routers and norms of them in 16 bits.
  const Architecture model = shipped("deepseek_v3");
  const double wide = 58.0 * (7168 * 256 + 256) + 61.0 * (2 * 7168 + 1536 + 512) + 7168;
  const double all = 37'552'297'472 - 129'279.0 * 7168;
  const PassOptions options = in_formats(Format::fp8, Format::bf16, Format::bf16);
  EXPECT_DOUBLE_EQ(decode_pass(model, options, 10, 0).weight_bytes(), all + wide);
}

TEST(WeightTraffic, GptOssInMxfp4FitsTheCardsItWasMadeFor) {
  // 16 GB for the 20 B model, one card of 80 GB for the 120 B one; what is not a matrix takes more than 4.25
  // bits.
  const PassOptions options = in_formats(Format::fp4, Format::bf16, Format::bf16);
  const double small = footprint(shipped("gpt_oss_20b"), options, 1, 1).weight_bytes;
  const double large = footprint(shipped("gpt_oss_120b"), options, 1, 1).weight_bytes;
  EXPECT_LT(small, 16e9);
  EXPECT_LT(large, 80e9);
  EXPECT_GT(small, 4.25 / 8 * 20'914'757'184);
  EXPECT_GT(large, 4.25 / 8 * 116'829'156'672);
}

TEST(CacheTraffic, OfPublishedModels) {
  // Bytes of one token in 16 bits: Llama-2-70B 320 KiB, Llama-3.1-405B 504 KiB, DeepSeek-V3 68.6 KiB.
  const auto per_token = [](const char* name) {
    return decode_pass(shipped(name), {}, 1, 0).kv_read_bytes();
  };
  EXPECT_EQ(per_token("llama2_7b"), 512 * 1024);
  EXPECT_EQ(per_token("llama2_70b"), 320 * 1024);
  EXPECT_EQ(per_token("llama3_1_405b"), 504 * 1024);
  EXPECT_EQ(per_token("deepseek_v3"), 61 * 576 * 2);
  EXPECT_EQ(per_token("gpt3_175b"), 96 * 2 * 12288 * 2);
}

TEST(CacheTraffic, UnfusedAttentionReadsASharedLatentTwice) {
  PassOptions unfused;
  unfused.fused_attention = false;
  const Architecture model = shipped("deepseek_v3");
  EXPECT_EQ(decode_pass(model, unfused, 100, 0).kv_read_bytes(), 2 * 61.0 * 100 * 576 * 2);
}

TEST(CacheTraffic, CrossAttentionReadsTheEncoderInEveryStep) {
  PassOptions options;
  options.batch = 2;
  const Graph token = decode_pass(shipped("t5_large"), options, 7, 50);
  EXPECT_EQ(token.kv_read_bytes(), 24.0 * 2 * (7 + 50) * 2 * 1024 * 2);
  EXPECT_TRUE(find_ops(token, "cross_kv").empty());
  const Graph prompt = prefill_pass(shipped("t5_large"), options, 50);
  const auto writes = find_ops(prompt, "kv_write");
  ASSERT_EQ(writes.size(), 2u);
  EXPECT_EQ(prompt.tensors[writes[1].first->outputs[0]].values, 2u * 50 * 1024);
}

TEST(CacheTraffic, AnEncoderHasNoCache) {
  for (const char* name : {"bert_base", "vit_b16", "t5_large", "whisper_tiny"}) {
    const Graph pass = encode_pass(shipped(name), {}, 50);
    EXPECT_EQ(pass.kv_read_bytes(), 0) << name;
    EXPECT_TRUE(find_ops(pass, "kv_write").empty()) << name;
  }
  EXPECT_EQ(footprint(shipped("bert_base"), {}, 128, 1).kv_bytes, 0);
}

TEST(LookupTraffic, IsTheRowsOfTheTokens) {
  PassOptions options;
  options.batch = 4;
  const Graph prompt = prefill_pass(shipped("gpt2"), options, 25);
  const Op& embedding = only(prompt, "embedding");
  EXPECT_EQ(embedding.gather.rows, 100u);
  EXPECT_EQ(embedding.gather.row_bytes, 768 * 2);
  EXPECT_DOUBLE_EQ(embedding.weight_fraction, 100.0 / 50257);
  // Token ids (4 bytes), rows read, rows written.
  EXPECT_DOUBLE_EQ(operand_bytes(prompt, embedding), 100 * (4 + 768 * 2 + 768 * 2));
  EXPECT_DOUBLE_EQ(only(prompt, "position_embedding").weight_fraction, 100.0 / 1024);
}

TEST(LookupTraffic, NeverExceedsTheTable) {
  PassOptions options;
  options.batch = 64;
  const Graph pass = encode_pass(shipped("bert_base"), options, 512);
  EXPECT_EQ(only(pass, "embedding").weight_fraction, 1);
  EXPECT_EQ(only(pass, "token_type_embedding").weight_fraction, 1);
  EXPECT_EQ(only(pass, "position_embedding").weight_fraction, 1);
}

TEST(ScoreTraffic, OnlyUnfusedAttentionMovesScores) {
  // Llama-3-8B, 512 tokens: 32 heads of 512 x 512 scores in 16 bits, written, read, written, read.
  const Architecture model = shipped("llama3_8b");
  PassOptions unfused;
  unfused.fused_attention = false;
  const Graph three = prefill_pass(model, unfused, 512), one = prefill_pass(model, {}, 512);
  double apart = 0;
  for (const char* name : {"attention_scores", "attention_softmax", "attention_context"})
    apart += operand_bytes(three, only(three, name));
  const double together = operand_bytes(one, only(one, "attention"));
  EXPECT_EQ(apart - together, 4 * 32.0 * 512 * 512 * 2);
  EXPECT_EQ(only(three, "attention_softmax").vector_ops(), 32.0 * 512 * (512 * (4 + 1 + 1 + 1) + 1));
}

}  // namespace
}  // namespace presil::workload
