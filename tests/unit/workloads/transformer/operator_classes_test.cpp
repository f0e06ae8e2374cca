// The operators that each family is made of, by name; how often each runs.
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/workloads/transformer/flow.h"
#include "tests/unit/workloads/transformer/models.h"

namespace presil::workload {
namespace {

using test::find_ops;
using test::shipped;
using Names = std::set<std::string>;

Names names_of(const Graph& graph) {
  Names names;
  for (const Segment& segment : graph.segments)
    for (const Op& op : segment.ops) names.insert(op.name);
  return names;
}

Names operator+(Names a, const Names& b) {
  a.insert(b.begin(), b.end());
  return a;
}

Names words(std::initializer_list<std::string> list) { return list; }

std::uint64_t runs(const Graph& graph, const std::string& name) {
  std::uint64_t total = 0;
  for (const auto& [op, count] : find_ops(graph, name)) total += count;
  return total;
}

PassOptions unfused() {
  PassOptions options;
  options.fused_attention = false;
  return options;
}

const Names kEnds{"host_input", "embedding", "lm_head", "sampling", "host_output"};
const Names kAttention{"qkv", "kv_write", "attention", "attn_out", "residual_add"};
const Names kMlp{"mlp_up", "activation", "mlp_down"};
const Names kExperts{"router",     "router_topk", "dispatch", "expert_up",
                     "activation", "expert_down", "combine"};
const Names kCross{"cross_q", "cross_attention", "cross_out"};

TEST(OperatorClasses, OfLlama) {
  const Names token = kEnds + kAttention + kMlp + words({"rms_norm", "rope"});
  EXPECT_EQ(names_of(decode_pass(shipped("llama3_8b"), {}, 9, 0)), token);
  EXPECT_EQ(names_of(prefill_pass(shipped("llama3_8b"), {}, 9)), token + words({"last_token"}));
}

TEST(OperatorClasses, OfUnfusedAttention) {
  Names expected = kEnds + kAttention + kMlp +
                   words({"rms_norm", "rope", "attention_scores", "attention_softmax", "attention_context"});
  expected.erase("attention");
  EXPECT_EQ(names_of(decode_pass(shipped("llama3_8b"), unfused(), 9, 0)), expected);
}

TEST(OperatorClasses, OfSiblingsOfLlama) {
  const Names llama = kEnds + kAttention + kMlp + words({"rms_norm", "rope"});
  for (const char* name : {"mistral_7b", "phi3_mini", "qwen2_7b"})
    EXPECT_EQ(names_of(decode_pass(shipped(name), {}, 9, 0)), llama) << name;
  EXPECT_EQ(names_of(decode_pass(shipped("qwen3_8b"), {}, 9, 0)), llama + words({"qk_norm"}));
  EXPECT_EQ(names_of(decode_pass(shipped("gemma_2b"), {}, 9, 0)), llama + words({"embedding_scale"}));
}

TEST(OperatorClasses, OfGptFamilies) {
  const Names token = kEnds + kAttention + kMlp + words({"layer_norm"});
  EXPECT_EQ(names_of(decode_pass(shipped("gpt2"), {}, 9, 0)),
            token + words({"position_embedding", "embedding_add"}));
  EXPECT_EQ(names_of(decode_pass(shipped("gptj_6b"), {}, 9, 0)), token + words({"rope"}));
  EXPECT_EQ(names_of(decode_pass(shipped("falcon_7b"), {}, 9, 0)), token + words({"rope"}));
}

TEST(OperatorClasses, OfMixtures) {
  const Names token = kEnds + kAttention + kExperts + words({"rms_norm", "rope"});
  for (const char* name : {"mixtral_8x7b", "gpt_oss_20b"})
    EXPECT_EQ(names_of(decode_pass(shipped(name), {}, 9, 0)), token) << name;
  EXPECT_EQ(names_of(decode_pass(shipped("qwen3_30b_a3b"), {}, 9, 0)), token + words({"qk_norm"}));
}

TEST(OperatorClasses, OfDeepSeek) {
  const Names both = kEnds + kMlp + kExperts +
                     words({"rms_norm", "mla_down", "mla_norm", "mla_q_up", "rope", "kv_write", "mla_concat",
                            "attention", "attn_out", "residual_add", "shared_up", "shared_down"});
  EXPECT_EQ(names_of(prefill_pass(shipped("deepseek_v3"), {}, 9)), both + words({"mla_kv_up", "last_token"}));
  EXPECT_EQ(names_of(decode_pass(shipped("deepseek_v3"), {}, 9, 0)),
            both + words({"mla_q_absorb", "mla_v_up"}));
}

TEST(OperatorClasses, OfEncoders) {
  const Names layer{"qkv",        "attention", "attn_out",   "residual_add",
                    "layer_norm", "mlp_up",    "activation", "mlp_down"};
  EXPECT_EQ(names_of(encode_pass(shipped("bert_base"), {}, 9)),
            layer + words({"host_input", "embedding", "position_embedding", "token_type_embedding",
                           "embedding_add", "first_token", "pooler", "host_output"}));
  EXPECT_EQ(names_of(encode_pass(shipped("vit_b16"), {}, 9)),
            layer + words({"host_input", "patch_embedding", "embedding_add", "first_token", "classifier",
                           "host_output"}));
  EXPECT_EQ(names_of(encode_pass(shipped("whisper_tiny"), {}, 9)),
            layer + words({"host_input", "conv1", "conv2", "embedding_add"}));
}

TEST(OperatorClasses, OfEncoderDecoders) {
  const Names token = kEnds + kAttention + kMlp + kCross;
  const Names whisper = token + words({"layer_norm", "position_embedding", "embedding_add"});
  EXPECT_EQ(names_of(decode_pass(shipped("whisper_tiny"), {}, 9, 9)), whisper);
  EXPECT_EQ(names_of(prefill_pass(shipped("whisper_tiny"), {}, 9)), whisper + words({"cross_kv"}));
  const Names t5 = token + words({"rms_norm", "position_bias"});
  EXPECT_EQ(names_of(decode_pass(shipped("t5_large"), {}, 9, 9)), t5);
  EXPECT_EQ(names_of(prefill_pass(shipped("t5_large"), {}, 9)), t5 + words({"cross_kv"}));
}

TEST(OperatorRuns, OncePerLayerOrPass) {
  const Graph llama = prefill_pass(shipped("llama3_8b"), {}, 9);
  for (const char* name :
       {"qkv", "rope", "kv_write", "attention", "attn_out", "mlp_up", "activation", "mlp_down"})
    EXPECT_EQ(runs(llama, name), 32u) << name;
  EXPECT_EQ(runs(llama, "rms_norm"), 65u);
  EXPECT_EQ(runs(llama, "residual_add"), 64u);
  for (const char* name : {"embedding", "lm_head", "sampling", "host_input", "host_output", "last_token"})
    EXPECT_EQ(runs(llama, name), 1u) << name;
}

TEST(OperatorRuns, OfNormsByTheirPlacement) {
  EXPECT_EQ(runs(encode_pass(shipped("bert_base"), {}, 9), "layer_norm"),
            25u);  // after the embedding; two a layer
  EXPECT_EQ(runs(encode_pass(shipped("vit_b16"), {}, 9), "layer_norm"), 25u);  // two a layer; at the end
  EXPECT_EQ(runs(decode_pass(shipped("gpt2"), {}, 9, 0), "layer_norm"), 25u);
  EXPECT_EQ(runs(decode_pass(shipped("gptj_6b"), {}, 9, 0), "layer_norm"), 29u);  // one a layer
  EXPECT_EQ(runs(decode_pass(shipped("falcon_7b"), {}, 9, 0), "layer_norm"), 33u);
  EXPECT_EQ(runs(decode_pass(shipped("falcon_40b"), {}, 9, 0), "layer_norm"),
            121u);  // two a layer, in parallel
  EXPECT_EQ(runs(decode_pass(shipped("falcon_40b"), {}, 9, 0), "residual_add"), 60u);  // both branches in one
  EXPECT_EQ(runs(decode_pass(shipped("whisper_tiny"), {}, 9, 9), "layer_norm"), 13u);  // three a layer
  EXPECT_EQ(runs(decode_pass(shipped("qwen3_8b"), {}, 9, 0), "qk_norm"), 72u);         // queries and keys
}

TEST(OperatorRuns, OfAMixtureWithDenseLayers) {
  const Graph token = decode_pass(shipped("deepseek_v3"), {}, 9, 0);
  EXPECT_EQ(runs(token, "mlp_up"), 3u);
  EXPECT_EQ(runs(token, "expert_up"), 58u);
  EXPECT_EQ(runs(token, "shared_up"), 58u);
  EXPECT_EQ(runs(token, "attention"), 61u);
}

TEST(VectorCostsOfAPass, AreThoseOfTheFormulas) {
  const Graph token = decode_pass(shipped("llama3_8b"), {}, 9, 0);
  const auto work = [&](const char* name) { return find_ops(token, name).front().first->vector_ops(); };
  EXPECT_EQ(work("rms_norm"), 4096 * 4 + 1);
  EXPECT_EQ(work("rope"), (32 + 8) * 128 * 3);
  EXPECT_EQ(work("activation"), 14336 * (4 + 1));  // SiLU and its gate
  EXPECT_EQ(work("residual_add"), 4096);
  EXPECT_EQ(work("sampling"), 128256 * (5 + 1 + 2) + 1);
}

TEST(VectorCostsOfAPass, ChooseAndCombineExperts) {
  const Graph token = decode_pass(shipped("mixtral_8x7b"), {}, 9, 0);
  EXPECT_EQ(test::only(token, "router_topk").vector_ops(), 8 * (5 + 2) + 1);
  EXPECT_EQ(test::only(token, "combine").vector_ops(), 4096 * 3);
  const Graph shared = decode_pass(shipped("deepseek_v3"), {}, 9, 0);
  EXPECT_EQ(test::only(shared, "combine").vector_ops(), 7168 * (15 + 1));
}

}  // namespace
}  // namespace presil::workload
