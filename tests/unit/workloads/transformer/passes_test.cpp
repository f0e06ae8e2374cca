// What the passes are made of: order, operands, formats, segments.
#include <gtest/gtest.h>

#include "sim/base/error.h"
#include "tests/unit/workloads/transformer/flow.h"
#include "tests/unit/workloads/transformer/models.h"
#include "workloads/transformer/blocks.h"

namespace presil::workload {
namespace {

using test::find_ops;
using test::FlowCheck;
using test::only;
using test::shipped;

std::vector<std::pair<std::string, std::uint64_t>> segments_of(const Graph& graph) {
  std::vector<std::pair<std::string, std::uint64_t>> segments;
  for (const Segment& segment : graph.segments) segments.emplace_back(segment.name, segment.count);
  return segments;
}

void expect_sound(const Graph& graph) { EXPECT_EQ(FlowCheck(graph).problems(), std::vector<std::string>{}); }

using Segments = std::vector<std::pair<std::string, std::uint64_t>>;

class EveryShippedModel : public testing::TestWithParam<std::string> {};

TEST_P(EveryShippedModel, FlowsAndChargesEverything) {
  const Architecture model = shipped(GetParam());
  for (bool fused : {true, false}) {
    PassOptions options;
    options.batch = 2;
    options.fused_attention = fused;
    if (model.encoder || model.mlp) expect_sound(encode_pass(model, options, 17));
    if (!model.decoder) continue;
    expect_sound(prefill_pass(model, options, 17));
    expect_sound(prefill_pass(model, options, 1));
    expect_sound(decode_pass(model, options, 17, 5));
    expect_sound(decode_pass(model, options, 1, 5));
  }
}

TEST_P(EveryShippedModel, PrefillAndDecodeReadTheSameWeights) {
  const Architecture model = shipped(GetParam());
  if (!model.decoder || model.decoder->cross_attention || model.decoder->moe) return;
  // One token: the lookups are the same too.
  EXPECT_DOUBLE_EQ(prefill_pass(model, {}, 1).weight_bytes(), decode_pass(model, {}, 1, 0).weight_bytes());
}

TEST_P(EveryShippedModel, HasOneSegmentForEachKindOfLayer) {
  const Architecture model = shipped(GetParam());
  if (!model.decoder) return;
  const Graph pass = prefill_pass(model, {}, 8);
  std::uint64_t layers = 0;
  for (const Segment& segment : pass.segments)
    if (segment.name.find("layer") != std::string::npos) layers += segment.count;
  EXPECT_EQ(layers, model.decoder->layers.size());
}

INSTANTIATE_TEST_SUITE_P(Models, EveryShippedModel, testing::ValuesIn(test::shipped_names()),
                         [](const auto& test) { return test.param; });

TEST(Segments, NameTheKindsOfLayers) {
  EXPECT_EQ(segments_of(prefill_pass(shipped("llama3_8b"), {}, 8)),
            (Segments{{"embed", 1}, {"layer", 32}, {"head", 1}}));
  EXPECT_EQ(segments_of(decode_pass(shipped("gpt_oss_20b"), {}, 8, 0)),
            (Segments{{"embed", 1}, {"layer_sliding", 12}, {"layer", 12}, {"head", 1}}));
  EXPECT_EQ(segments_of(prefill_pass(shipped("deepseek_v3"), {}, 8)),
            (Segments{{"embed", 1}, {"dense_layer", 3}, {"layer", 58}, {"head", 1}}));
}

TEST(Operators, OfALlamaLayerInOrder) {
  std::vector<std::string> names;
  const Graph pass = prefill_pass(shipped("llama3_8b"), {}, 8);
  for (const Op& op : pass.segments[1].ops) names.push_back(op.name);
  EXPECT_EQ(names, (std::vector<std::string>{"rms_norm", "qkv", "rope", "kv_write", "attention", "attn_out",
                                             "residual_add", "rms_norm", "mlp_up", "activation", "mlp_down",
                                             "residual_add"}));
}

TEST(Operators, OfAMixtureLayerInOrder) {
  std::vector<std::string> names;
  const Graph pass = decode_pass(shipped("deepseek_v3"), {}, 8, 0);
  for (const Op& op : pass.segments[2].ops) names.push_back(op.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"rms_norm", "mla_down", "mla_norm", "mla_norm", "mla_q_up", "rope", "kv_write",
                                      "mla_q_absorb", "mla_concat", "attention", "mla_v_up", "attn_out", "residual_add",
                                      "rms_norm", "router", "router_topk", "dispatch", "expert_up", "activation",
                                      "expert_down", "shared_up", "activation", "shared_down", "combine",
                                      "residual_add"}));
}

TEST(Head, WorksOnTheLastTokenOnly) {
  PassOptions options;
  options.batch = 4;
  const Graph pass = prefill_pass(shipped("llama3_8b"), options, 100);
  EXPECT_EQ(only(pass, "lm_head").matmul.m, 4u);
  EXPECT_EQ(only(pass, "last_token").gather.rows, 4u);
  EXPECT_EQ(only(pass, "sampling").vector.columns, 128256u);
  EXPECT_TRUE(find_ops(decode_pass(shipped("llama3_8b"), options, 100, 0), "last_token").empty());
}

TEST(Weights, OfATiedEmbeddingAreReadOnce) {
  const Graph pass = decode_pass(shipped("llama3_2_1b"), {}, 10, 0);
  EXPECT_EQ(only(pass, "embedding").weights, only(pass, "lm_head").weights);
  EXPECT_EQ(pass.weight_bytes(), 2.0 * 1'235'814'400);
}

TEST(Weights, OfAnUntiedEmbeddingAreReadByRow) {
  const double others = 2.0 * (8'030'261'248 - 128256.0 * 4096);
  EXPECT_DOUBLE_EQ(decode_pass(shipped("llama3_8b"), {}, 10, 0).weight_bytes(), others + 2 * 4096);
}

TEST(Cache, HoldsNewTokensAndIsReadWhole) {
  PassOptions options;
  options.batch = 5;
  options.formats.kv = Format::fp8;
  const Graph token = decode_pass(shipped("llama3_8b"), options, 300, 0);
  EXPECT_EQ(token.kv_read_bytes(), 32.0 * 5 * 300 * 2 * 1024);
  EXPECT_EQ(token.tensors[only(token, "kv_write").outputs[0]].bytes(), 5.0 * 1024);
  EXPECT_EQ(prefill_pass(shipped("llama3_8b"), options, 300).kv_read_bytes(), 0);
}

TEST(Cache, SlidingWindowReadsItsLastKeys) {
  const Graph token = decode_pass(shipped("gpt_oss_20b"), {}, 1000, 0);
  EXPECT_EQ(token.kv_read_bytes(), 12.0 * (1000 + 128) * 2 * 512 * 2);
  EXPECT_EQ(prefill_pass(shipped("mistral_7b"), {}, 5000).segments.size(), 3u);
}

TEST(LatentAttention, ReadsOneSharedLatentInDecode) {
  const Graph token = decode_pass(shipped("deepseek_v3"), {}, 1000, 0);
  const Op& op = *find_ops(token, "attention").front().first;
  EXPECT_EQ(op.attention.kv_heads, 1u);
  EXPECT_EQ(op.attention.qk_dim, 576u);
  EXPECT_EQ(op.attention.v_dim, 512u);
  EXPECT_TRUE(op.attention.shared_kv);
  EXPECT_EQ(token.kv_read_bytes(), 61.0 * 1000 * 576 * 2);
  const Graph prompt = prefill_pass(shipped("deepseek_v3"), {}, 1000);
  const Attention& expanded = find_ops(prompt, "attention").front().first->attention;
  EXPECT_EQ(expanded.kv_heads, 128u);
  EXPECT_EQ(expanded.qk_dim, 192u);
  EXPECT_EQ(expanded.v_dim, 128u);
}

TEST(Experts, ActiveOnesFollowUniformRouting) {
  EXPECT_EQ(active_experts(8, 2, 1), 2u);
  EXPECT_EQ(active_experts(8, 2, 2), 4u);    // 8 (1 - 0.75^2) = 3.5
  EXPECT_EQ(active_experts(8, 2, 1000), 8u);
  EXPECT_EQ(active_experts(256, 8, 16), 102u);  // 256 (1 - (31/32)^16) = 101.96
  EXPECT_EQ(active_experts(4, 4, 1), 4u);
}

TEST(Experts, ReadTheActiveWeightsAndPadTheRows) {
  PassOptions options;
  options.batch = 3;
  const Graph token = decode_pass(shipped("mixtral_8x7b"), options, 10, 0);
  const Op& up = only(token, "expert_up");
  EXPECT_EQ(up.matmul.batch, 5u);  // 8 (1 - 0.75^3) = 4.6
  EXPECT_EQ(up.matmul.m, 2u);      // ceil(6 / 5)
  EXPECT_EQ(up.matmul.routed_rows, 6u);
  EXPECT_DOUBLE_EQ(up.weight_fraction, 5.0 / 8);
  EXPECT_EQ(token.tensors[up.weights[0]].values, 8ull * 4096 * 2 * 14336);
}

TEST(Formats, WeightOnlyQuantisationComputesInActivations) {
  PassOptions options;
  options.formats.weights = Format::int4;
  const Graph token = decode_pass(shipped("llama3_8b"), options, 10, 0);
  EXPECT_EQ(only(token, "qkv").compute, Format::bf16);
  EXPECT_EQ(token.tensors[only(token, "qkv").weights[0]].format, Format::int4);
  EXPECT_EQ(token.tensors[only(token, "lm_head").weights[0]].format, Format::bf16);
  EXPECT_EQ(token.tensors[find_ops(token, "rms_norm")[0].first->weights[0]].format, Format::bf16);
}

TEST(Formats, EqualOnesComputeInThem) {
  PassOptions options;
  options.formats = {Format::int8, Format::int8, Format::int8, Format::fp32};
  const Graph token = decode_pass(shipped("gpt2"), options, 10, 0);
  EXPECT_EQ(only(token, "qkv").compute, Format::int8);
  EXPECT_EQ(only(token, "qkv").accumulate, Format::int32);
  options.formats = {Format::fp8, Format::fp8, Format::fp8, Format::fp32};
  EXPECT_EQ(only(decode_pass(shipped("gpt2"), options, 10, 0), "attention").compute, Format::fp8);
  EXPECT_EQ(wider(Format::int8, Format::fp8), Format::fp8);
  EXPECT_EQ(wider(Format::bf16, Format::fp16), Format::bf16);
  EXPECT_EQ(wider(Format::fp4, Format::int8), Format::int8);
}

TEST(Formats, RouterStaysInActivations) {
  PassOptions options;
  options.formats.weights = Format::fp4;
  const Graph token = decode_pass(shipped("gpt_oss_20b"), options, 10, 0);
  for (const auto& [op, count] : find_ops(token, "router"))
    EXPECT_EQ(token.tensors[op->weights[0]].format, Format::bf16);
}

TEST(PositionBias, IsMadeOnceAndReadByEveryLayer) {
  const Graph pass = encode_pass(shipped("t5_large"), {}, 20);
  ASSERT_EQ(pass.segments[0].exits.size(), 2u);
  ASSERT_EQ(pass.segments[1].entries.size(), 2u);
  const Op& attention = only(pass, "attention");
  ASSERT_EQ(attention.inputs.size(), 4u);
  EXPECT_EQ(attention.inputs[3], pass.segments[1].entries[1]);
  EXPECT_EQ(pass.tensors[attention.inputs[3]].values, 16u * 20 * 20);
}

TEST(Lengths, OutsideTheModelAreRefused) {
  EXPECT_THROW(prefill_pass(shipped("gpt2"), {}, 1025), InputError);
  EXPECT_THROW(prefill_pass(shipped("gpt2"), {}, 0), InputError);
  EXPECT_THROW(decode_pass(shipped("llama3_8b"), {}, 20'000'000, 0), InputError);
  EXPECT_THROW(encode_pass(shipped("bert_base"), {}, 513), InputError);
  EXPECT_THROW(encode_pass(shipped("llama3_8b"), {}, 8), InputError);
  EXPECT_THROW(prefill_pass(shipped("bert_base"), {}, 8), InputError);
  EXPECT_THROW(decode_pass(shipped("t5_large"), {}, 8, 0), InputError);
  PassOptions none;
  none.batch = 0;
  EXPECT_THROW(prefill_pass(shipped("llama3_8b"), none, 8), InputError);
}

}  // namespace
}  // namespace presil::workload
