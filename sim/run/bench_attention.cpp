// bench_attention.cpp -- fused attention alone on a chip (see run.h).
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "models/gpu/attention_kernel.h"
#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/run/bench_operator.h"
#include "sim/run/gpu_chip.h"
#include "sim/run/run.h"

namespace presil::run {

using nlohmann::ordered_json;

namespace {

/// The gradient's matrix work over the forward pass's: five products instead of two [Dao et al., FlashAttention-2, 2023].
constexpr double kBackwardWork = 2.5;

/// Implementations that gpu::attention_recipe tells apart, or takes for what it models. More words may follow.
const std::vector<std::string> kImplementations{"FlashAttention-2", "FlashAttention-3", "FlashAttention of early 2023-24"};

void check(const AttentionQuery& q) {
  const std::vector<std::string> phases{"prefill", "decode"};
  if (std::find(phases.begin(), phases.end(), q.phase) == phases.end())
    throw UsageError(fmt::format("unknown phase '{}'; expected one of {}{}", q.phase, join(phases), did_you_mean(q.phase, phases)));
  check_extent("batch", q.batch);
  check_extent("q-len", q.q_len);
  check_extent("kv-len", q.kv_len);
  check_extent("heads", q.heads);
  check_extent("kv-heads", q.kv_heads);
  check_extent("head-dim", q.head_dim);
  if (q.heads % q.kv_heads != 0)
    throw UsageError(fmt::format("--heads {} is not a multiple of --kv-heads {}: every key/value head serves as many query heads", q.heads, q.kv_heads));
  if ((q.causal || q.window > 0) && q.kv_len < q.q_len)
    throw UsageError(fmt::format("--kv-len {} is less than --q-len {}: with {} the keys of the queries' own tokens are among them",
                                 q.kv_len, q.q_len, q.causal ? "--causal yes" : "--window"));
  if (q.backward && q.phase == "decode") throw UsageError("--backward does not go with --phase decode: nothing is trained there");
}

/// What --impl and --backward ask for is known of GPU kernels only.
void check_gpu_options(const AttentionQuery& q, const Chip& chip) {
  if (gpu_config(chip) == nullptr && (q.backward || !q.impl.empty()))
    throw UsageError(fmt::format("{} needs a chip of kind gpu; {} is of kind {}", q.backward ? "--backward" : "--impl", chip->board().name, chip->kind()));
  const auto known = [&](const std::string& name) { return q.impl.starts_with(name); };
  if (!q.impl.empty() && std::none_of(kImplementations.begin(), kImplementations.end(), known))
    throw UsageError(fmt::format("unknown implementation '{}'; expected one of {}{}", q.impl, join(kImplementations), did_you_mean(q.impl, kImplementations)));
}

OneOperator attention(const AttentionQuery& q, Format format) {
  OneOperator one("attention", workload::OpKind::attention, format);
  one.op().attention = {.batch = q.batch, .q_len = q.q_len, .kv_len = q.kv_len, .heads = q.heads, .kv_heads = q.kv_heads,
                        .qk_dim = q.head_dim, .v_dim = q.head_dim, .causal = q.causal, .window = q.window};
  const std::uint64_t queries = values_of({q.batch, q.q_len, q.heads, q.head_dim});
  const std::uint64_t keys = values_of({q.batch, q.kv_len, q.kv_heads, q.head_dim});
  one.input("q", format, queries);
  one.input("k", format, keys);
  one.input("v", format, keys);
  if (!q.backward) {
    one.output("o", format, queries);
    return one;
  }
  one.input("o", format, queries);
  one.input("do", format, queries);
  one.output("dq", format, queries);
  one.output("dk", format, keys);
  one.output("dv", format, keys);
  return one;
}

/// What the recipe means for this query.
std::string text_of(const gpu::AttentionRecipe& recipe, const AttentionQuery& q) {
  std::string text;
  if (q.causal && q.q_len > 1) text += recipe.masked_cost <= 0 ? ", masked tiles skipped" : ", masked tiles computed";
  if (recipe.query_passes > 0 && q.phase == "prefill") text += ", partial results merged in memory";
  if (recipe.kernels > 1) text += fmt::format(", {} kernels one after another", recipe.kernels);
  return text;
}

BenchRun run_kernel(const Chip& chip, const gpu::GpuConfig& gpu, const AttentionQuery& q, Format format) {
  gpu::AttentionShape shape = gpu::attention_shape(q, format);
  shape.window = q.window;
  shape.backward = q.backward;
  const gpu::AttentionRecipe recipe = gpu::attention_recipe(q.impl);
  gpu::Kernel kernel = gpu::attention_kernel(gpu, shape, recipe);
  kernel.plan += text_of(recipe, q);
  return run_alone(chip, attention(q, format), {kernel}, q.backward ? kBackwardWork : 1, 1);
}

}  // namespace

ordered_json bench_attention(const AttentionQuery& q, const std::vector<std::string>& overrides) {
  check(q);
  const Format format = bench_format(q.dtype);
  const Chip chip = bench_chip(q.device, overrides);
  check_format(chip, format);
  check_gpu_options(q, chip);
  const gpu::GpuConfig* gpu = gpu_config(chip);
  const BenchRun run = gpu != nullptr ? run_kernel(chip, *gpu, q, format) : run_alone(chip, attention(q, format));

  ordered_json record{{"device", chip->board().name}, {"dtype", q.dtype}, {"phase", q.phase}, {"batch", q.batch}, {"q_len", q.q_len},
                      {"kv_len", q.kv_len}, {"heads", q.heads}, {"kv_heads", q.kv_heads}, {"head_dim", q.head_dim},
                      {"causal", q.causal ? "yes" : "no"}};
  if (q.window > 0) record["window"] = q.window;
  if (!q.impl.empty()) record["impl"] = q.impl;
  record["pass"] = q.backward ? "backward" : "forward";
  add_matrix_timing(record, chip, run, chip->peak_ops_per_s(format));
  record["mapping"] = run.plan;
  const std::string note = format_note(chip, format);
  if (!note.empty()) record["note"] = note;
  return record;
}

}  // namespace presil::run
