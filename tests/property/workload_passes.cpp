// Random small models: passes agree with each other, with the parameter count and with the rules of a graph.
#include <array>
#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <fmt/format.h>

#include "tests/unit/workloads/transformer/flow.h"
#include "tests/unit/workloads/transformer/models.h"

namespace presil::workload {
namespace {

using test::FlowCheck;
using test::inline_model;

std::uint64_t draw(std::uint64_t from, std::uint64_t to) { return *rc::gen::inRange<std::uint64_t>(from, to + 1); }

/// Heads, groups and widths that fit together.
std::string rotary_fields() {
  const std::uint64_t kv_heads = draw(1, 4), heads = kv_heads * draw(1, 4), head_dim = 2 * draw(1, 16);
  return fmt::format(R"("hidden_size": {}, "num_hidden_layers": {}, "num_attention_heads": {},
    "num_key_value_heads": {}, "head_dim": {}, "intermediate_size": {}, "vocab_size": {}, "hidden_act": "silu",
    "tie_word_embeddings": {})",
                     draw(1, 100), draw(1, 5), heads, kv_heads, head_dim, draw(1, 100), draw(1, 200),
                     draw(0, 1) == 1);
}

std::string dense_json() {
  switch (draw(0, 4)) {
    case 0: return fmt::format(R"({{"model_type": "llama", {}, "attention_bias": true}})", rotary_fields());
    case 1: return fmt::format(R"({{"model_type": "qwen3", {}}})", rotary_fields());
    case 2: return fmt::format(R"({{"model_type": "mistral", {}, "sliding_window": {}}})", rotary_fields(), draw(1, 12));
    case 3: {
      const std::uint64_t heads = draw(1, 6);
      return fmt::format(R"({{"model_type": "gpt2", "n_embd": {}, "n_head": {}, "n_layer": {}, "vocab_size": {},
        "n_positions": 64, "activation_function": "gelu_new"}})",
                         heads * draw(1, 16), heads, draw(1, 5), draw(1, 200));
    }
    default: {
      const std::uint64_t heads = draw(1, 6);
      return fmt::format(R"({{"model_type": "falcon", "hidden_size": {}, "num_attention_heads": {},
        "num_hidden_layers": {}, "vocab_size": {}, "parallel_attn": {}}})",
                         heads * draw(1, 16), heads, draw(1, 5), draw(1, 200), draw(0, 1) == 1);
    }
  }
}

std::string moe_json() {
  const std::uint64_t experts = draw(1, 16), top_k = draw(1, experts);
  if (draw(0, 1) == 0)
    return fmt::format(R"({{"model_type": "gpt_oss", {}, "num_local_experts": {}, "num_experts_per_tok": {},
      "sliding_window": {}}})",
                       rotary_fields(), experts, top_k, draw(1, 12));
  return fmt::format(R"({{"model_type": "deepseek_v3", "hidden_size": {}, "num_hidden_layers": {},
    "num_attention_heads": {}, "vocab_size": {}, "hidden_act": "silu", "intermediate_size": {},
    "moe_intermediate_size": {}, "n_routed_experts": {}, "num_experts_per_tok": {}, "n_shared_experts": {},
    "first_k_dense_replace": {}, "q_lora_rank": {}, "kv_lora_rank": {}, "qk_nope_head_dim": {},
    "qk_rope_head_dim": {}, "v_head_dim": {}}})",
                     draw(1, 100), draw(1, 5), draw(1, 8), draw(1, 200), draw(1, 100), draw(1, 50), experts, top_k,
                     draw(0, 2), draw(0, 5), draw(0, 1) == 1 ? "null" : std::to_string(draw(1, 30)), draw(1, 40),
                     draw(1, 20), 2 * draw(1, 10), draw(1, 20));
}

PassOptions random_options() {
  constexpr std::array kFormats{Format::bf16, Format::fp8, Format::int8, Format::int4, Format::fp4};
  PassOptions options;
  options.batch = draw(1, 5);
  options.fused_attention = draw(0, 1) == 1;
  options.formats.weights = kFormats[draw(0, 4)];
  options.formats.kv = kFormats[draw(0, 2)];
  return options;
}

double lm_head_flops(const Graph& graph) { return test::only(graph, "lm_head").flops(); }

TEST(WorkloadProperty, PromptIsTheSumOfItsTokens) {
  EXPECT_TRUE(rc::check("prefill(n) = decode(1) + ... + decode(n) in matrix work, but for the LM head", [] {
    const Architecture model = inline_model(dense_json());
    const PassOptions options = random_options();
    const std::uint64_t n = draw(1, 40);
    const Graph prompt = prefill_pass(model, options, n);
    double steps = 0;
    for (std::uint64_t kv = 1; kv <= n; ++kv) {
      const Graph token = decode_pass(model, options, kv, 0);
      steps += token.flops() - lm_head_flops(token);
    }
    const double whole = prompt.flops() - lm_head_flops(prompt);
    RC_ASSERT(std::abs(whole - steps) <= 1e-9 * whole);
  }));
}

TEST(WorkloadProperty, ATokenReadsTheParametersButOneTable) {
  EXPECT_TRUE(rc::check("weights of one decode step = parameters, of untied tables only the rows looked up", [] {
    const Architecture model = inline_model(dense_json());
    PassOptions options;
    options.batch = draw(1, 5);
    const Graph token = decode_pass(model, options, 3, 0);
    double unread = 0;
    for (const Segment& segment : token.segments)
      for (const Op& op : segment.ops)
        if (op.kind == OpKind::gather && !(op.name == "embedding" && model.tied_embeddings))
          unread += (1 - op.weight_fraction) * token.tensors[op.weights[0]].bytes();
    const double all = 2 * static_cast<double>(parameter_count(model));
    RC_ASSERT(std::abs(token.weight_bytes() + unread - all) <= 1e-9 * all);
    RC_ASSERT(active_parameter_count(model) == parameter_count(model));
  }));
}

TEST(WorkloadProperty, EveryGraphKeepsTheRules) {
  EXPECT_TRUE(rc::check("nothing is read before it is made, made in vain, or free", [] {
    const Architecture model = inline_model(draw(0, 1) == 1 ? dense_json() : moe_json());
    const PassOptions options = random_options();
    const std::uint64_t n = draw(1, 40);
    for (const Graph& graph : {prefill_pass(model, options, n), decode_pass(model, options, n, 0)}) {
      const FlowCheck check(graph);
      RC_ASSERT(check.problems() == std::vector<std::string>{});
      RC_ASSERT(graph.weight_bytes() > 0.0);
    }
  }));
}

TEST(WorkloadProperty, UnfusedAttentionIsTheSameWork) {
  EXPECT_TRUE(rc::check("matrix work does not depend on fusion, traffic of scores does", [] {
    const Architecture model = inline_model(draw(0, 1) == 1 ? dense_json() : moe_json());
    PassOptions fused = random_options(), unfused;
    fused.fused_attention = true;
    unfused = fused;
    unfused.fused_attention = false;
    const std::uint64_t n = draw(1, 40);
    const double a = prefill_pass(model, fused, n).flops(), b = prefill_pass(model, unfused, n).flops();
    RC_ASSERT(std::abs(a - b) <= 1e-9 * a);
  }));
}

TEST(WorkloadProperty, ExpertsInUseAreBounded) {
  EXPECT_TRUE(rc::check("min(E, k) <= active <= min(E, T k), and every routed row has a place", [] {
    const Architecture model = inline_model(moe_json());
    PassOptions options;
    const std::uint64_t tokens = draw(1, 60);
    options.batch = tokens;
    const Graph token = decode_pass(model, options, 4, 0);
    const MoeShape& moe = *model.decoder->moe;
    for (const auto& [op, count] : test::find_ops(token, "expert_up")) {
      RC_ASSERT(op->matmul.batch >= std::min(moe.experts, moe.top_k));
      RC_ASSERT(op->matmul.batch <= std::min(moe.experts, tokens * moe.top_k));
      RC_ASSERT(op->matmul.routed_rows == tokens * moe.top_k);
      RC_ASSERT(op->matmul.m * op->matmul.batch >= op->matmul.routed_rows);
      RC_ASSERT((op->matmul.m - 1) * op->matmul.batch < op->matmul.routed_rows);
    }
    RC_ASSERT(active_parameter_count(model) <= parameter_count(model));
  }));
}

TEST(WorkloadProperty, MemoryGrowsWithTheBatchAndTheLength) {
  EXPECT_TRUE(rc::check("cache and activations never shrink", [] {
    const Architecture model = inline_model(draw(0, 1) == 1 ? dense_json() : moe_json());
    PassOptions small = random_options(), large = small;
    large.batch += draw(0, 3);
    const std::uint64_t in = draw(1, 20), out = draw(1, 20);
    const Footprint a = footprint(model, small, in, out), b = footprint(model, large, in + draw(0, 10), out);
    RC_ASSERT(a.weight_bytes == b.weight_bytes);
    RC_ASSERT(a.kv_bytes <= b.kv_bytes && a.kv_bytes > 0.0);
    RC_ASSERT(a.activation_bytes <= b.activation_bytes && a.activation_bytes > 0.0);
  }));
}

}  // namespace
}  // namespace presil::workload
