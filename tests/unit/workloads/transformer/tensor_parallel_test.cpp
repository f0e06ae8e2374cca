// What one rank of a model that several devices share holds, computes and exchanges.
#include <cmath>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/error.h"
#include "tests/unit/workloads/transformer/flow.h"
#include "tests/unit/workloads/transformer/models.h"
#include "workloads/transformer/sharding.h"

namespace presil::workload {
namespace {

using test::find_ops;
using test::only;
using test::shipped;
using testing::HasSubstr;

PassOptions ranks(std::uint32_t count, std::uint64_t batch = 1) {
  PassOptions options;
  options.tensor_parallel = count;
  options.batch = batch;
  return options;
}

std::string refusal(const std::string& model, std::uint32_t count) {
  try {
    check_tensor_parallel(shipped(model), count);
  } catch (const InputError& e) {
    return e.what();
  }
  return "";
}

TEST(TensorParallel, Llama2OnEightRanks) {
  // Llama-2-70B: hidden 8192, 64 heads of 128, 8 key/value heads, intermediate 28672, vocabulary 32000.
  const Graph g = prefill_pass(shipped("llama2_70b"), ranks(8), 512);
  EXPECT_EQ(only(g, "qkv").matmul.n, (8 + 2) * 128u);
  EXPECT_EQ(only(g, "qkv").matmul.k, 8192u);
  EXPECT_EQ(only(g, "attention").attention.heads, 8u);
  EXPECT_EQ(only(g, "attention").attention.kv_heads, 1u);
  EXPECT_EQ(only(g, "attn_out").matmul.k, 1024u);
  EXPECT_EQ(only(g, "attn_out").matmul.n, 8192u);
  EXPECT_EQ(only(g, "mlp_up").matmul.n, 2 * 3584u);
  EXPECT_EQ(only(g, "mlp_down").matmul.k, 3584u);
  EXPECT_EQ(only(g, "lm_head").matmul.n, 4000u);
  EXPECT_EQ(only(g, "sampling").vector.columns, 32000u);
}

TEST(TensorParallel, TwoAllReducesALayerOneForTheEmbeddingOneAllGatherForTheLogits) {
  const Graph g = prefill_pass(shipped("llama2_70b"), ranks(4, 3), 100);
  std::uint64_t reductions = 0;
  for (const auto& [op, count] : find_ops(g, "all_reduce")) {
    EXPECT_EQ(op->collective.kind, CollectiveKind::all_reduce);
    EXPECT_EQ(op->collective.ranks, 4u);
    EXPECT_EQ(op->collective.bytes, 3 * 100 * 8192 * 2.0);
    reductions += count;
  }
  EXPECT_EQ(reductions, 2 * 80 + 1u);
  const Op& gather = only(g, "all_gather");
  EXPECT_EQ(gather.collective.kind, CollectiveKind::all_gather);
  EXPECT_EQ(gather.collective.bytes, 3 * 32000 * 2.0);
}

TEST(TensorParallel, ARankLooksUpItsShareOfTheTokens) {
  const Graph one = prefill_pass(shipped("llama2_70b"), ranks(1), 100);
  const Graph g = prefill_pass(shipped("llama2_70b"), ranks(8), 100);
  const Op &whole = only(one, "embedding"), &part = only(g, "embedding");
  EXPECT_EQ(whole.gather.rows, 100u);
  EXPECT_EQ(part.gather.rows, 13u);
  EXPECT_EQ(part.weight_fraction, whole.weight_fraction);
  EXPECT_EQ(g.tensors[part.weights[0]].values * 8, one.tensors[whole.weights[0]].values);
  EXPECT_EQ(g.tensors[part.outputs[0]].values, 100u * 8192);
}

TEST(TensorParallel, ParallelBranchesShareOneAllReduce) {
  const Graph g = decode_pass(shipped("gptj_6b"), ranks(4, 2), 10, 0);
  std::uint64_t reductions = 0;
  for (const auto& [op, count] : find_ops(g, "all_reduce")) reductions += count;
  EXPECT_EQ(reductions, 28 + 1u);
}

TEST(TensorParallel, ExpertsAreAddedUpBeforeTheAllReduce) {
  const Graph g = prefill_pass(shipped("mixtral_8x7b"), ranks(2), 64);
  EXPECT_EQ(only(g, "expert_up").matmul.n, 14336u);
  EXPECT_EQ(only(g, "expert_down").matmul.k, 7168u);
  EXPECT_EQ(only(g, "router").matmul.n, 8u);
  std::uint64_t reductions = 0;
  for (const auto& [op, count] : find_ops(g, "all_reduce")) reductions += count;
  EXPECT_EQ(reductions, 2 * 32 + 1u);
}

TEST(TensorParallel, FewerKeyHeadsThanRanksAreReplicated) {
  const Graph g = decode_pass(shipped("falcon_40b"), ranks(16), 100, 0);  // 128 heads, 8 key/value heads
  EXPECT_EQ(only(g, "attention").attention.heads, 8u);
  EXPECT_EQ(only(g, "attention").attention.kv_heads, 1u);
  const double eighth = decode_pass(shipped("falcon_40b"), ranks(8), 100, 0).kv_read_bytes();
  EXPECT_EQ(g.kv_read_bytes(), eighth);
}

TEST(TensorParallel, MemoryIsThatOfOneRank) {
  const Architecture model = shipped("llama3_70b");
  const Footprint whole = footprint(model, ranks(1, 4), 1000, 100), part = footprint(model, ranks(8, 4), 1000, 100);
  EXPECT_EQ(part.kv_bytes * 8, whole.kv_bytes);
  // 161 norms of 8192 values are on every rank.
  EXPECT_EQ((part.weight_bytes - 161 * 8192 * 2) * 8, whole.weight_bytes - 161 * 8192 * 2);
  EXPECT_LT(part.activation_bytes, whole.activation_bytes);
}

TEST(TensorParallel, OneRankExchangesNothing) {
  const Graph g = prefill_pass(shipped("llama3_8b"), ranks(1), 16);
  EXPECT_TRUE(find_ops(g, "all_reduce").empty());
  EXPECT_TRUE(find_ops(g, "all_gather").empty());
}

/// The share of an operator class of the whole model that `count` ranks compute together: 1, but for what is padded
/// or replicated.
double together(const Architecture& model, const std::string& op, std::uint32_t count) {
  const AttentionShape& a = model.decoder->attention;
  const double n = count, kv = static_cast<double>(a.kv_heads), heads = static_cast<double>(a.heads);
  if (op == "qkv") return (heads + 2 * std::max(kv, n)) / (heads + 2 * kv);
  if (op == "router") return n;
  if (op == "lm_head") {
    const double vocab = static_cast<double>(model.vocab);
    return n * std::ceil(vocab / n) / vocab;
  }
  return 1;
}

std::map<std::string, double> flops_by_class(const Graph& graph) {
  std::map<std::string, double> sums;
  for (const Segment& segment : graph.segments)
    for (const Op& op : segment.ops) sums[op.name] += op.flops() * static_cast<double>(segment.count);
  return sums;
}

TEST(TensorParallel, RanksTogetherDoTheWorkOfTheWholeModel) {
  std::size_t shared = 0, refused = 0;
  for (const std::string& name : test::shipped_names()) {
    const Architecture model = shipped(name);
    for (const std::uint32_t count : {2u, 4u, 8u}) {
      SCOPED_TRACE(name + " on " + std::to_string(count));
      if (!refusal(name, count).empty()) {
        ++refused;
        continue;
      }
      ++shared;
      for (const bool fused : {true, false}) {
        PassOptions one = ranks(1, 2), many = ranks(count, 2);
        one.fused_attention = many.fused_attention = fused;
        for (const auto pass : {+[](const Architecture& m, const PassOptions& o) { return prefill_pass(m, o, 33); },
                                +[](const Architecture& m, const PassOptions& o) { return decode_pass(m, o, 65, 0); }}) {
          const Graph part = pass(model, many);
          const auto whole = flops_by_class(pass(model, one));
          EXPECT_EQ(test::FlowCheck(part).problems(), std::vector<std::string>{});
          for (const auto& [op, flops] : flops_by_class(part)) {
            const double expected = whole.contains(op) ? whole.at(op) * together(model, op, count) : 0;
            EXPECT_NEAR(flops * count, expected, 1e-12 * expected) << op;
          }
        }
      }
    }
  }
  EXPECT_GE(shared, 60u);
  EXPECT_GE(refused, 20u);
}

TEST(TensorParallel, RefusesWhatDoesNotDivide) {
  EXPECT_EQ(refusal("falcon_7b", 2),
            "falcon: tensor_parallel is 2, which does not divide 71 attention heads; the nearest that works is 1");
  EXPECT_EQ(refusal("llama3_8b", 6),
            "llama: tensor_parallel is 6, which does not divide 32 attention heads; the nearest that works is 4");
  EXPECT_EQ(refusal("llama3_8b", 0), "llama: tensor_parallel is 0; expected at least 1");
  EXPECT_THAT(refusal("gpt2_xl", 2), HasSubstr("25 attention heads"));
  EXPECT_THAT(refusal("llama3_8b", 4'000'000'000u), HasSubstr("the nearest that works is 32"));
}

TEST(TensorParallel, RefusesFamiliesThatAreNotSplit) {
  EXPECT_EQ(refusal("bert_base", 2), "bert: tensor_parallel is 2, but encoders are not split; expected 1");
  EXPECT_THAT(refusal("t5_large", 2), HasSubstr("encoder-decoders are not split"));
  EXPECT_THAT(refusal("whisper_tiny", 2), HasSubstr("encoder-decoders are not split"));
  EXPECT_THAT(refusal("deepseek_v3", 2), HasSubstr("latent attention (MLA) is not split"));
  EXPECT_THAT(refusal("tpu_v1_mlp0", 2), HasSubstr("fully connected layers are not split"));
  EXPECT_THROW(encode_pass(shipped("bert_base"), ranks(2), 8), InputError);
  EXPECT_THROW(encode_pass(shipped("t5_large"), ranks(2), 8), InputError);
  EXPECT_THROW(prefill_pass(shipped("deepseek_v3"), ranks(2), 8), InputError);
}

}  // namespace
}  // namespace presil::workload
