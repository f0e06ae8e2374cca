// Element-wise and row-wise work of the families, value by value from the formulas in vector_costs.h;
// operands that only some families have.
#include <gtest/gtest.h>

#include "tests/unit/workloads/transformer/flow.h"
#include "tests/unit/workloads/transformer/models.h"

namespace presil::workload {
namespace {

using test::find_ops;
using test::only;
using test::shipped;

PassOptions unfused() {
  PassOptions options;
  options.fused_attention = false;
  return options;
}

Graph token_of(const char* name) { return decode_pass(shipped(name), {}, 9, 9); }

double first_work(const Graph& graph, const std::string& name) {
  return find_ops(graph, name).at(0).first->vector_ops();
}

TEST(ActivationWork, FollowsTheFunctionOfTheModel) {
  const auto work = [](const char* name) { return first_work(token_of(name), "activation"); };
  EXPECT_EQ(work("gpt2"), 3072 * 8);  // tanh form of GELU
  EXPECT_EQ(work("gptj_6b"), 16384 * 8);
  EXPECT_EQ(work("falcon_7b"), 18176 * 5);  // erf form
  EXPECT_EQ(work("whisper_tiny"), 1536 * 5);
  EXPECT_EQ(work("t5_large"), 4096);              // ReLU
  EXPECT_EQ(work("flan_t5_xl"), 5120 * (8 + 1));  // with a gate
  EXPECT_EQ(work("gemma_2b"), 16384 * (8 + 1));
  EXPECT_EQ(work("qwen3_8b"), 12288 * (4 + 1));          // SiLU with a gate
  EXPECT_EQ(work("mixtral_8x7b"), 2 * 14336 * (4 + 1));  // two experts
  EXPECT_EQ(work("gpt_oss_20b"), 4 * 2880 * 10);         // four experts, clamped
}

TEST(ActivationWork, OfEncoders) {
  const Graph bert = encode_pass(shipped("bert_base"), {}, 5);
  const auto found = find_ops(bert, "activation");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].first->vector_ops(), 5 * 3072 * 5);
  EXPECT_EQ(found[1].first->vector_ops(), 768);  // tanh of the pooler, on the first token
  EXPECT_EQ(first_work(encode_pass(shipped("tpu_v1_mlp0"), {}, 200), "activation"), 200 * 2000);
}

TEST(NormWork, HasABiasWhereTheModelDoes) {
  EXPECT_EQ(first_work(token_of("gpt2"), "layer_norm"), 768 * (6 + 1) + 1);
  EXPECT_EQ(first_work(token_of("t5_large"), "rms_norm"), 1024 * 4 + 1);
  EXPECT_EQ(first_work(encode_pass(shipped("vit_b16"), {}, 1), "layer_norm"), 197 * (768 * 7 + 1));
}

TEST(NormWork, OfHeadsAndLatents) {
  const Graph qwen = token_of("qwen3_8b");
  const auto heads = find_ops(qwen, "qk_norm");
  ASSERT_EQ(heads.size(), 2u);
  EXPECT_EQ(heads[0].first->vector_ops(), 32 * (128 * 4 + 1));
  EXPECT_EQ(heads[1].first->vector_ops(), 8 * (128 * 4 + 1));
  const Graph deepseek = token_of("deepseek_v3");
  const auto latents = find_ops(deepseek, "mla_norm");
  EXPECT_EQ(latents.at(0).first->vector_ops(), 512 * 4 + 1);
  EXPECT_EQ(latents.at(1).first->vector_ops(), 1536 * 4 + 1);
}

TEST(RotationWork, IsOfTheRotatedPartOfQueriesAndKeys) {
  EXPECT_EQ(first_work(token_of("gptj_6b"), "rope"), 2 * 16 * 64 * 3);
  EXPECT_EQ(first_work(token_of("falcon_7b"), "rope"), (71 + 1) * 64 * 3);
  EXPECT_EQ(first_work(token_of("deepseek_v3"), "rope"), (128 + 1) * 64 * 3);
}

TEST(StemWork, AddsTheTablesUp) {
  EXPECT_EQ(first_work(token_of("gpt2"), "embedding_add"), 768);
  EXPECT_EQ(first_work(encode_pass(shipped("bert_base"), {}, 5), "embedding_add"), 5 * 768 * 2);
  EXPECT_EQ(first_work(encode_pass(shipped("vit_b16"), {}, 1), "embedding_add"), 197 * 768);
  EXPECT_EQ(first_work(token_of("gemma_2b"), "embedding_scale"), 2048);
}

TEST(StemWork, OfARecording) {
  PassOptions options;
  options.batch = 2;
  const Graph pass = encode_pass(shipped("whisper_tiny"), options, 1);
  const Op& input = only(pass, "host_input");
  EXPECT_EQ(pass.tensors[input.inputs[0]].values, 2u * 3000 * 80);
  EXPECT_EQ(pass.tensors[input.inputs[0]].role, TensorRole::input);
  const MatMul &first = only(pass, "conv1").matmul, &second = only(pass, "conv2").matmul;
  EXPECT_EQ(first.m, 2u * 3000);  // stride 1
  EXPECT_EQ(first.k, 3u * 80);
  EXPECT_EQ(second.m, 2u * 1500);  // stride 2
  EXPECT_EQ(second.k, 3u * 384);
  const auto gelu = find_ops(pass, "activation");
  EXPECT_EQ(gelu.at(0).first->vector_ops(), 2.0 * 3000 * 384 * 5);
  EXPECT_EQ(gelu.at(1).first->vector_ops(), 2.0 * 1500 * 384 * 5);
  EXPECT_EQ(first_work(pass, "embedding_add"), 2.0 * 1500 * 384);
}

TEST(StemWork, OfAPicture) {
  PassOptions options;
  options.batch = 3;
  const Graph pass = encode_pass(shipped("vit_b16"), options, 1);
  EXPECT_EQ(pass.tensors[only(pass, "host_input").inputs[0]].values, 3u * 224 * 224 * 3);
  EXPECT_EQ(only(pass, "patch_embedding").matmul.m, 3u * 14 * 14);
  EXPECT_EQ(only(pass, "patch_embedding").matmul.k, 16u * 16 * 3);
}

TEST(RouterWork, GivesAnIndexAndAWeightForEachChoice) {
  PassOptions options;
  options.batch = 5;
  const Graph token = decode_pass(shipped("deepseek_v3"), options, 9, 0);
  const Op& choice = only(token, "router_topk");
  EXPECT_EQ(choice.vector_ops(), 5 * 256 * (3 + 8 + 1));  // sigmoid, eight passes, the bias that steers
  EXPECT_EQ(token.tensors[choice.outputs[0]].values, 2u * 5 * 8);
  EXPECT_EQ(token.tensors[choice.weights.at(0)].values, 256u);
  const Op& dispatch = only(token, "dispatch");
  EXPECT_EQ(dispatch.gather.rows, 5u * 8);
  EXPECT_EQ(dispatch.gather.row_bytes, 7168 * 2);
}

TEST(Sinks, AreReadByTheSoftmax) {
  const Graph fused = token_of("gpt_oss_20b");
  for (const auto& [op, count] : find_ops(fused, "attention")) {
    ASSERT_EQ(op->weights.size(), 1u);
    EXPECT_EQ(fused.tensors[op->weights[0]].values, 64u);
  }
  const Graph apart = decode_pass(shipped("gpt_oss_20b"), unfused(), 9, 0);
  for (const auto& [op, count] : find_ops(apart, "attention_softmax")) {
    ASSERT_EQ(op->weights.size(), 1u);
    EXPECT_EQ(apart.tensors[op->weights[0]].values, 64u);
  }
  EXPECT_DOUBLE_EQ(apart.weight_bytes(), fused.weight_bytes());
}

TEST(UnfusedWindow, OneQueryComputesOnlyItsKeys) {
  const Architecture mistral = shipped("mistral_7b");
  const Graph token = decode_pass(mistral, unfused(), 5000, 0);
  EXPECT_EQ(only(token, "attention_scores").matmul.n, 4096u);
  EXPECT_EQ(only(token, "attention_context").matmul.k, 4096u);
  EXPECT_EQ(only(token, "attention_scores").matmul.useful_fraction, 1);
  EXPECT_EQ(only(token, "attention_softmax").vector_ops(), 32.0 * (4096 * 6 + 1));  // nothing to mask
  const Graph prompt = prefill_pass(mistral, unfused(), 5000);
  EXPECT_EQ(only(prompt, "attention_scores").matmul.n, 5000u);
  EXPECT_LT(only(prompt, "attention_scores").matmul.useful_fraction, 0.5);
}

TEST(UnfusedBias, IsAddedToTheScores) {
  const Graph pass = encode_pass(shipped("t5_large"), unfused(), 20);
  const Op& softmax = only(pass, "attention_softmax");
  ASSERT_EQ(softmax.inputs.size(), 2u);
  EXPECT_EQ(pass.tensors[softmax.inputs[1]].values, 16u * 20 * 20);
  EXPECT_EQ(softmax.vector_ops(), 16.0 * 20 * (20 * 7 + 1));
}

TEST(Residuals, OfBothBranchesAddThreeTensors) {
  const Graph token = token_of("falcon_40b");
  EXPECT_EQ(only(token, "residual_add").inputs.size(), 3u);
  EXPECT_EQ(first_work(token, "residual_add"), 8192 * 2);
}

}  // namespace
}  // namespace presil::workload
