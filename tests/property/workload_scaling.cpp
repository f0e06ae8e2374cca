// Random small models of every family: work grows with the batch, the length and the experts as it must.
#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <fmt/format.h>

#include "tests/unit/workloads/transformer/flow.h"
#include "tests/unit/workloads/transformer/models.h"

namespace presil::workload {
namespace {

using test::find_ops;
using test::inline_model;

std::uint64_t pick(std::uint64_t from, std::uint64_t to) {
  return *rc::gen::inRange<std::uint64_t>(from, to + 1);
}

/// Layers, heads that divide, and widths, in the names of the Llama family.
std::string shape_fields() {
  const std::uint64_t kv_heads = pick(1, 4), groups = pick(1, 4), head_dim = 2 * pick(1, 12);
  return fmt::format(R"("hidden_size": {}, "num_hidden_layers": {}, "num_attention_heads": {},
    "num_key_value_heads": {}, "head_dim": {}, "intermediate_size": {}, "vocab_size": {}, "hidden_act": "silu")",
                     pick(1, 80), pick(1, 6), kv_heads * groups, kv_heads, head_dim, pick(1, 90),
                     pick(1, 150));
}

/// A mixture whose experts all tokens share out, with or without a window.
std::string mixture() {
  const std::uint64_t experts = pick(1, 12), top_k = pick(1, experts);
  const std::string shape = shape_fields();
  switch (pick(0, 2)) {
    case 0:
      return fmt::format(
          R"({{"model_type": "mixtral", {}, "num_local_experts": {}, "num_experts_per_tok": {}}})", shape,
          experts, top_k);
    case 1:
      return fmt::format(R"({{"model_type": "gpt_oss", {}, "num_local_experts": {}, "num_experts_per_tok": {},
        "sliding_window": {}}})",
                         shape, experts, top_k, pick(1, 20));
    default:
      return fmt::format(R"({{"model_type": "qwen3_moe", {}, "num_experts": {}, "num_experts_per_tok": {},
        "moe_intermediate_size": {}, "decoder_sparse_step": {}}})",
                         shape, experts, top_k, pick(1, 60), pick(1, 3));
  }
}

std::string t5() {
  return fmt::format(
      R"({{"model_type": "t5", "d_model": {}, "d_kv": {}, "d_ff": {}, "num_heads": {}, "num_layers": {},
    "num_decoder_layers": {}, "vocab_size": {}, "feed_forward_proj": "{}"}})",
      pick(1, 60), pick(1, 16), pick(1, 80), pick(1, 6), pick(1, 4), pick(1, 4), pick(1, 150),
      pick(0, 1) == 1 ? "relu" : "gated-gelu");
}

std::string bert() {
  const std::uint64_t heads = pick(1, 6);
  return fmt::format(
      R"({{"model_type": "bert", "hidden_size": {}, "num_hidden_layers": {}, "num_attention_heads": {},
    "intermediate_size": {}, "vocab_size": {}, "hidden_act": "gelu", "max_position_embeddings": 64}})",
      heads * pick(1, 16), pick(1, 5), heads, pick(1, 90), pick(1, 150));
}

PassOptions sequences(std::uint64_t batch, bool fused = true) {
  PassOptions options;
  options.batch = batch;
  options.fused_attention = fused;
  return options;
}

double without_head(const Graph& graph) { return graph.flops() - test::only(graph, "lm_head").flops(); }

TEST(WorkloadScaling, APromptThroughExpertsIsTheSumOfItsTokens) {
  EXPECT_TRUE(rc::check("every token works for top_k experts, alone or among others", [] {
    const Architecture model = inline_model(mixture());
    const std::uint64_t batch = pick(1, 4), n = pick(1, 30);
    double steps = 0;
    for (std::uint64_t kv_len = 1; kv_len <= n; ++kv_len)
      steps += without_head(decode_pass(model, sequences(batch), kv_len, 0));
    RC_ASSERT(without_head(prefill_pass(model, sequences(batch), n)) == steps);
  }));
}

TEST(WorkloadScaling, MatrixWorkIsProportionalToTheBatch) {
  EXPECT_TRUE(rc::check("b sequences are b times the work, whatever is fused", [] {
    const std::uint64_t kind = pick(0, 2), batch = pick(2, 40), n = pick(1, 30);
    const bool fused = pick(0, 1) == 1;
    const Architecture model = inline_model(kind == 0 ? mixture() : kind == 1 ? t5() : bert());
    const auto proportional = [&](auto pass) {
      const double many = pass(sequences(batch, fused)), one = pass(sequences(1, fused));
      RC_ASSERT(std::abs(many - static_cast<double>(batch) * one) <= 1e-12 * many);
    };
    if (model.encoder) proportional([&](const PassOptions& o) { return encode_pass(model, o, n).flops(); });
    if (!model.decoder) return;
    proportional([&](const PassOptions& o) { return prefill_pass(model, o, n).flops(); });
    proportional([&](const PassOptions& o) { return decode_pass(model, o, n, n + 3).flops(); });
  }));
}

TEST(WorkloadScaling, ADecodeStepGrowsByTheKeysItReads) {
  EXPECT_TRUE(rc::check("work and reads of the cache are linear in kv_len without a window", [] {
    const Architecture model = inline_model(fmt::format(R"({{"model_type": "llama", {}}})", shape_fields()));
    const AttentionShape& a = model.decoder->attention;
    const double layers = static_cast<double>(model.decoder->layers.size());
    const std::uint64_t batch = pick(1, 4), kv_len = pick(1, 1000), more = pick(1, 1000);
    const Graph early = decode_pass(model, sequences(batch), kv_len, 0);
    const Graph late = decode_pass(model, sequences(batch), kv_len + more, 0);
    const double keys = layers * static_cast<double>(batch * more);
    RC_ASSERT(late.flops() - early.flops() == 4 * keys * static_cast<double>(a.heads * a.head_dim));
    RC_ASSERT(late.kv_read_bytes() - early.kv_read_bytes() ==
              4 * keys * static_cast<double>(a.kv_heads * a.head_dim));
    RC_ASSERT(late.weight_bytes() == early.weight_bytes());
  }));
}

TEST(WorkloadScaling, FewerKeyHeadsReadLessAndWorkTheSameInAttention) {
  EXPECT_TRUE(rc::check("grouping heads changes the cache, not Q K^T and P V", [] {
    const std::uint64_t heads = 8, kv_heads = std::uint64_t{1} << pick(0, 3), n = pick(1, 40);
    const auto model = [&](std::uint64_t kv) {
      return inline_model(fmt::format(R"({{"model_type": "llama", "hidden_size": 64, "num_hidden_layers": 3,
        "num_attention_heads": {}, "num_key_value_heads": {}, "intermediate_size": 96, "vocab_size": 50,
        "hidden_act": "silu"}})",
                                      heads, kv));
    };
    const Graph grouped = decode_pass(model(kv_heads), sequences(2), n, 0);
    const Graph full = decode_pass(model(heads), sequences(2), n, 0);
    RC_ASSERT(test::only(grouped, "attention").flops() == test::only(full, "attention").flops());
    RC_ASSERT(grouped.kv_read_bytes() * static_cast<double>(heads / kv_heads) == full.kv_read_bytes());
  }));
}

TEST(WorkloadScaling, AWindowAsLongAsTheSequenceIsNone) {
  EXPECT_TRUE(rc::check("window >= n changes nothing; a shorter one never adds", [] {
    const std::string shape = shape_fields();
    const std::uint64_t n = pick(1, 60), window = pick(1, 80);
    const bool fused = pick(0, 1) == 1;
    const Architecture open = inline_model(fmt::format(R"({{"model_type": "mistral", {}}})", shape));
    const Architecture cut =
        inline_model(fmt::format(R"({{"model_type": "mistral", {}, "sliding_window": {}}})", shape, window));
    const auto compare = [&](double with, double without) {
      if (window >= n) {
        RC_ASSERT(with == without);
      }
      RC_ASSERT(with <= without * (1 + 1e-12));
    };
    const PassOptions options = sequences(2, fused);
    compare(prefill_pass(cut, options, n).flops(), prefill_pass(open, options, n).flops());
    compare(decode_pass(cut, options, n, 0).flops(), decode_pass(open, options, n, 0).flops());
    compare(decode_pass(cut, options, n, 0).kv_read_bytes(),
            decode_pass(open, options, n, 0).kv_read_bytes());
    if (n > 1)
      compare(footprint(cut, options, n - 1, 1).kv_bytes, footprint(open, options, n - 1, 1).kv_bytes);
  }));
}

TEST(WorkloadScaling, EncoderDecodersKeepTheRulesOfAGraph) {
  EXPECT_TRUE(rc::check("nothing is read before it is made, made in vain, or free", [] {
    const bool both = pick(0, 1) == 1;
    const Architecture model = inline_model(both ? t5() : bert());
    const PassOptions options = sequences(pick(1, 4), pick(0, 1) == 1);
    const std::uint64_t n = pick(1, 40);
    RC_ASSERT(test::FlowCheck(encode_pass(model, options, n)).problems().empty());
    if (!both) return;
    RC_ASSERT(test::FlowCheck(prefill_pass(model, options, n)).problems().empty());
    RC_ASSERT(test::FlowCheck(decode_pass(model, options, n, n)).problems().empty());
  }));
}

TEST(WorkloadScaling, NarrowerFormatsReadLess) {
  EXPECT_TRUE(rc::check("fp32 > bf16 > fp8, and the work stays", [] {
    const Architecture model = inline_model(mixture());
    PassOptions options = sequences(pick(1, 4));
    double before = 1e300;
    const double work = decode_pass(model, options, 9, 0).flops();
    for (const Format format : {Format::fp32, Format::bf16, Format::fp8}) {
      options.formats = {format, format, format, Format::fp32};
      const Graph token = decode_pass(model, options, 9, 0);
      const double bytes = token.weight_bytes() + token.kv_read_bytes();
      RC_ASSERT(bytes < before);
      RC_ASSERT(token.flops() == work);
      before = bytes;
    }
  }));
}

}  // namespace
}  // namespace presil::workload
