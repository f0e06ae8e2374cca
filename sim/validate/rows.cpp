// rows.cpp -- implementation of rows.h.
#include "sim/validate/rows.h"

#include <fmt/format.h>

#include <cctype>

namespace presil::validate {

void GemmRow::describe(Cells& c) {
  c.text("device", device);
  c.format("dtype", dtype);
  c.count("m", m);
  c.count("n", n);
  c.count("k", k);
  c.count("batch", batch);
  c.positive("latency_us", measured);
  c.yes("includes_launch", includes_launch);
}

void VectorRow::describe(Cells& c) {
  c.text("device", device);
  c.text("op", op);
  c.format("dtype", dtype);
  c.count("rows", rows);
  c.count("cols", cols);
  c.positive("latency_us", measured);
  c.yes("includes_launch", includes_launch);
  c.text("kernel", kernel);
}

void VectorRow::settle() { group = kernel; }

std::string VectorRow::check() const {
  return kernel == "fused" || kernel == "eager"
             ? ""
             : fmt::format("kernel is '{}'; expected fused or eager", kernel);
}

void AttentionRow::describe(Cells& c) {
  c.text("device", device);
  c.format("dtype", dtype);
  c.text("phase", phase);
  c.count("batch", batch);
  c.count("q_len", q_len);
  c.count("kv_len", kv_len);
  c.count("heads", heads);
  c.count("kv_heads", kv_heads);
  c.count("head_dim", head_dim);
  c.positive("latency_us", measured);
  c.yes("includes_launch", includes_launch);
  c.yes("causal", causal);
  c.text("impl", impl);
}

void AttentionRow::settle() { group = impl; }

std::string AttentionRow::check() const {
  if (heads % kv_heads != 0) return fmt::format("heads is {}, no multiple of kv_heads, {}", heads, kv_heads);
  if (causal && q_len > kv_len) return fmt::format("causal with q_len {} above kv_len {}", q_len, kv_len);
  return "";
}

void FlashAttentionRow::describe(Cells& c) {
  c.text("gpu", device);
  c.text("pass", pass);
  c.text("impl", impl);
  c.count("head_dim", head_dim);
  c.yes("causal", causal);
  c.count("seq", seq);
  c.positive("tflops", measured);
  c.format("dtype", dtype);
  c.count("batch", batch);
  c.count("heads", heads);
}

void FlashAttentionRow::settle() {
  group = impl + " " + pass;
  unit = "TFLOPS";
}

std::string FlashAttentionRow::check() const {
  return pass == "fwd" || pass == "bwd" || pass == "fwd+bwd"
             ? ""
             : fmt::format("pass is '{}'; expected fwd, bwd or fwd+bwd", pass);
}

double FlashAttentionRow::flops() const {
  const double s = static_cast<double>(seq);
  const double one_way = 4 * s * s * static_cast<double>(head_dim) * static_cast<double>(heads) *
                         static_cast<double>(batch) / (causal ? 2 : 1);
  return one_way * ((forward() ? 1 : 0) + (backward() ? 2.5 : 0));
}

void CollectiveRow::describe(Cells& c) {
  c.text("device", device);
  c.text("link", link);
  c.text("op", op);
  c.count("n_devices", devices);
  c.count("bytes", bytes);
  c.positive("latency_us", measured);
}

void CollectiveRow::settle() {
  is_system = true;
  group = op;
}

void NcclRow::describe(Cells& c) {
  c.text("system", device);
  c.count("ngpu", gpus);
  c.text("algo", algo);
  c.count("bytes", bytes);
  c.other("busbw_GBps");
  c.positive("time_us", measured);
}

void NcclRow::settle() {
  is_system = true;
  group = algo;
}

void InferenceRow::describe(Cells& c) {
  c.text("device", device);
  c.text("model", model);
  c.format("dtype", dtype);
  c.count("tp", tp);
  c.count("batch", batch);
  c.count("in_len", in_len);
  c.count("out_len", out_len);
  c.text("metric", metric);
  c.positive("value", measured);
  c.optional_text("gate", gate);
}

void InferenceRow::settle() {
  gated = gate != "no";
  unit = metric == "first_token_ms" ? "ms" : "tokens/s";
  group = metric + (gate.empty() ? "" : gated ? ", gate" : ", no gate");
}

std::string InferenceRow::check() const {
  return metric == "first_token_ms" || metric == "output_tokens_per_s_per_gpu"
             ? ""
             : fmt::format("metric is '{}'; expected first_token_ms or output_tokens_per_s_per_gpu", metric);
}

void LayerRow::describe(Cells& c) {
  c.text("system", device);
  c.text("model", model);
  c.text("phase", phase);
  c.count("batch", batch);
  c.count("in_len", in_len, 0);
  c.count("out_len", out_len, 0);
  c.count("tp", tp);
  c.positive("value", measured);
  c.text("unit", value_unit);
}

void LayerRow::settle() {
  is_system = true;
  group = phase;
  unit = "ms";
}

std::string LayerRow::check() const {
  return value_unit == "latency_ms" ? "" : fmt::format("unit is '{}'; expected latency_ms", value_unit);
}

void TrainingPaperRow::describe(Cells& c) {
  c.other("system");
  c.text("gpu", device);
  c.count("gpus", gpus);
  c.text("model", model);
  c.positive("params_B", params_b);
  c.optional_count("layers", layers);
  c.optional_count("hidden", hidden);
  c.optional_count("heads", heads);
  c.optional_count("seq", seq);
  c.optional_text("global_batch", batch);
  c.optional_count("tp", tp);
  c.optional_count("pp", pp);
  c.optional_count("cp", cp);
  c.optional_count("dp", dp);
  c.other("iter_s");
  c.positive("tflops_per_gpu", measured);
  c.optional_text("mfu_pct", mfu);
}

void TrainingPaperRow::settle() {
  unit = "TFLOPS";
  is_system = true;  // "H100-80GB 700W"
  global_batch = 0;
  std::size_t end = 0;
  for (; end < batch.size() && batch[end] >= '0' && batch[end] <= '9' && end < 12; ++end) global_batch = 10 * global_batch + static_cast<std::uint64_t>(batch[end] - '0');
  // "16M tok": tokens, in binary millions as the lengths of sequences are.
  if (batch.substr(end) == "M tok" && seq > 0) global_batch = global_batch * 1024 * 1024 / seq;
  else if (end != batch.size()) global_batch = 0;
}

void TrainingTpuRow::describe(Cells& c) {
  c.text("hardware", device);
  c.count("chips", chips);
  c.text("model_params", model_params);
  c.positive("tflops_per_chip", measured);
}

void TrainingTpuRow::settle() {
  is_system = true;
  unit = "TFLOPS";
}

void TpuGemmRow::describe(Cells& c) {
  c.text("tpu", device);
  c.text("kind", what);
  c.count("m", m);
  c.count("n", n);
  c.count("k", k);
  c.format("dtype", dtype);
  c.positive("value", measured);
  c.text("unit", value_unit);
}

void TpuGemmRow::settle() { unit = "TFLOPS"; }

std::string TpuGemmRow::check() const {
  if (what != "gemm") return fmt::format("kind is '{}'; expected gemm", what);
  return value_unit == "TFLOP/s/device" ? ""
                                        : fmt::format("unit is '{}'; expected TFLOP/s/device", value_unit);
}

void TpuV1Row::describe(Cells& c) {
  c.text("app", app);
  c.other("weights_M");
  c.other("ops_per_weight_byte");
  c.count("batch", batch);
  c.other("array_active_pct");
  c.positive("measured_tops", measured);
}

void TpuV1Row::settle() {
  device = "TPU v1";
  unit = "TOPS";
}

void ImcMacroRow::describe(Cells& c) {
  c.text("macro", device);
  c.text("type", type);
  c.text("cell", cell);
  c.any_text("node_nm", node);
  c.any_text("vdd_V", vdd);
  c.any_text("rows", rows);
  c.any_text("cols", cols);
  c.text("metric", metric);
  c.positive("value", measured);
  c.text("unit", value_unit);
  c.optional_text("banks", banks);
  c.optional_text("in_b", in_bits);
  c.optional_text("w_b", w_bits);
  c.optional_text("out_b_or_adc_b", out_bits);
  c.optional_text("notes", notes);
}

void ImcMacroRow::settle() {
  is_macro = true;
  unit = value_unit;
  if (metric == "efficiency" || metric == "energy_per_MAC")
    group = "TOPS/W";
  else if (metric == "throughput" || metric == "latency" || metric == "tclk")
    group = "TOPS";
  else if (metric == "area" || metric == "area core")
    group = "area";
  else
    group = "parts";
}

std::vector<std::string> chips_in(const std::string& system) {
  std::vector<std::string> guesses{system};
  std::string rest = system;
  const auto guess = [&](std::size_t from, std::size_t size) {
    rest = rest.substr(from, size);
    while (!rest.empty() && rest.back() == ' ') rest.pop_back();
    if (!rest.empty() && rest != guesses.back()) guesses.push_back(rest);
  };
  std::size_t digits = 0;
  while (digits < rest.size() && std::isdigit(static_cast<unsigned char>(rest[digits]))) ++digits;
  if (digits > 0 && digits < rest.size() && (rest[digits] == 'x' || rest[digits] == 'X'))
    guess(rest.find_first_not_of(' ', digits + 1) == std::string::npos
              ? rest.size()
              : rest.find_first_not_of(' ', digits + 1),
          std::string::npos);
  if (const std::size_t bracket = rest.find('('); bracket != std::string::npos) guess(0, bracket);
  for (std::size_t blank = rest.rfind(' '); blank != std::string::npos; blank = rest.rfind(' '))
    guess(0, blank);
  if (rest.ends_with("-pairwise")) guess(0, rest.size() - std::string("-pairwise").size());
  const std::size_t dash = rest.rfind('-');
  if (dash != std::string::npos && dash + 1 < rest.size() &&
      rest.find_first_not_of("0123456789", dash + 1) == std::string::npos)
    guess(0, dash);
  return guesses;
}

}  // namespace presil::validate
