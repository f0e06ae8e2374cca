// bench_attention.cpp -- `presil bench attention`: fused attention on a chip.
#include <nlohmann/json.hpp>

#include "sim/base/formats.h"
#include "sim/cli/bench.h"
#include "sim/cli/parse.h"
#include "sim/run/run.h"

namespace presil::cli {

namespace {

constexpr const char* kBenchAttentionExamples = R"(
softmax(Q K^T / sqrt(head_dim)) V, operands and result in memory. Times are in us, rates in TFLOPS (TOPS
for integers): 4 x head_dim for every pair of query and key that the mask leaves, 2.5 times that backward.
With a mask the queries are the last q_len of kv_len positions.

Examples:
  presil bench attention --device NAME --q-len 4096 --heads 32 --kv-heads 8 --head-dim 128
  presil bench attention --device NAME --phase decode --batch 64 --kv-len 8192 --heads 32 --kv-heads 8 \
                         --head-dim 128
  presil bench attention --device h100_sxm --q-len 8192 --heads 16 --head-dim 128 --backward
  presil bench attention --device a100_sxm_80gb --dtype fp16 --q-len 2048 --kv-len 4096 --heads 32 --head-dim 128 \
                         --impl 'FlashAttention of early 2023-24')";

struct BenchAttentionOptions {
  std::string device, dtype{"bf16"}, phase{"prefill"}, causal{"yes"}, impl, format;
  std::uint64_t batch{1}, q_len{}, kv_len{}, heads{}, kv_heads{}, head_dim{}, window{};  // 0: not given
  bool backward{false};
  std::vector<std::string> overrides;
};

void declare_bench_attention(CLI::App& command, BenchAttentionOptions& o) {
  command.add_option("--device", o.device, "The chip: a name of `presil list chips`, or a file")
      ->required()
      ->type_name("NAME");
  const std::vector<std::string> formats(kFormatNames.begin(), kFormatNames.end());
  command.add_option("--dtype", o.dtype, "Number format of all operands (default bf16)")
      ->check(one_of(formats))
      ->type_name("FORMAT");
  command.add_option("--phase", o.phase, "prefill (default), or decode: one query unless --q-len says otherwise")
      ->check(one_of({"prefill", "decode"}))
      ->type_name("PHASE");
  const auto extent = [&](const char* name, std::uint64_t& value, const char* about) {
    return command.add_option(name, value, about)->check(positive_integer())->type_name("N");
  };
  extent("--batch", o.batch, "Sequences (default 1)");
  extent("--q-len,--q_len", o.q_len, "New tokens of a sequence: its queries");
  extent("--kv-len,--kv_len", o.kv_len, "Keys and values of a sequence, the new ones included (default q_len)");
  extent("--heads", o.heads, "Query heads")->required();
  extent("--kv-heads,--kv_heads", o.kv_heads, "Key/value heads; they divide the heads (default heads)");
  extent("--head-dim,--head_dim", o.head_dim, "Values of a head")->required();
  command.add_option("--causal", o.causal, "yes (default): a query sees no later key; no")
      ->check(one_of({"yes", "no"}))
      ->type_name("yes|no");
  extent("--window", o.window, "Sliding window: the latest N keys at most");
  command.add_option("--impl", o.impl, "Implementation, for chips of kind gpu (default: the best of its generation)")
      ->type_name("NAME");
  command.add_flag("--backward", o.backward, "The gradient instead, for chips of kind gpu");
  add_overrides(command, o.overrides);
  add_format(command, o.format, {"text", "json", "csv"});
}

ExitStatus perform_bench_attention(const BenchAttentionOptions& o) {
  const bool decode = o.phase == "decode";
  if (!decode && o.q_len == 0) throw UsageError("--phase prefill needs --q-len N");
  if (decode && o.kv_len == 0) throw UsageError("--phase decode needs --kv-len N");
  run::AttentionQuery query;
  query.device = o.device;
  query.dtype = o.dtype;
  query.phase = o.phase;
  query.batch = o.batch;
  query.q_len = o.q_len != 0 ? o.q_len : 1;
  query.kv_len = o.kv_len != 0 ? o.kv_len : query.q_len;
  query.heads = o.heads;
  query.kv_heads = o.kv_heads != 0 ? o.kv_heads : o.heads;
  query.head_dim = o.head_dim;
  query.causal = o.causal == "yes";
  query.window = o.window;
  query.impl = o.impl;
  query.backward = o.backward;
  print_record(run::bench_attention(query, o.overrides), o.format);
  return ExitStatus::ok;
}

}  // namespace

void add_bench_attention(CLI::App& bench, Action& action) {
  add_command<BenchAttentionOptions>(bench, "attention", "Fused attention on a chip", kBenchAttentionExamples, action, declare_bench_attention, perform_bench_attention);
}

}  // namespace presil::cli
