// serving_rows.cpp -- implementation of serving_rows.h.
//
// The tables are of TensorRT-LLM's own benchmark: one static batch, whose sequences all have the same lengths, so that
// nothing is padded and nothing waits. first_token_ms is the time of such a batch with one token of output,
// output_tokens_per_s_per_gpu = batch x out_len / latency / tp.
// FP8 rows: weights, the activations they are multiplied by and cached keys and values in FP8; residuals, norms, attention,
// all-reduce in 16 bit (docs/source/precision.md of TensorRT-LLM).
// LLaMA 7B, 13B, 70B are Llama 2.
#include "sim/validate/serving_rows.h"

#include <fmt/format.h>

#include <cctype>
#include <filesystem>

#include "sim/base/error.h"
#include "sim/config/loader.h"
#include "sim/config/tree_builder.h"
#include "sim/run/fit.h"
#include "sim/run/passes.h"
#include "sim/validate/gpu_device.h"

namespace presil::validate {

namespace {

/// "LLaMA 7B" as the file of workloads/models that it is: llama2_7b; other names in small letters, "_" between words.
std::string model_file(const std::string& name) {
  std::string file;
  for (const char c : name)
    file += std::isalnum(static_cast<unsigned char>(c)) != 0 ? static_cast<char>(std::tolower(static_cast<unsigned char>(c))) : '_';
  if (file.starts_with("llama_")) file.insert(5, "2");
  if (file.starts_with("gpt_j")) file.erase(3, 1);
  return file;
}

workload::Architecture model_of(const std::string& name) {
  return workload::read_architecture(config::parse_file(run::find_model(model_file(name), run::home() / "workloads" / "models")));
}

workload::Formats formats_of(Format dtype) {
  const Format wide = bits(dtype) < 16 ? Format::fp16 : dtype;
  workload::Formats formats;
  formats.weights = formats.kv = dtype;
  formats.activations = wide;
  formats.quantised_products = dtype != wide;
  return formats;
}

run::ServerConfig server() {
  const config::SearchPath search{run::home() / "configs"};
  run::ServerConfig server;
  config::read(config::load(config::find_config(search, "servers", "tensorrt_llm"), {}, run::reference_keys(), search), server);
  return server;
}

Prediction predict_inference(GpuDevice& device, const InferenceRow& row) {
  const run::Chip& chip = device.machine().chip();
  const workload::Architecture model = model_of(row.model);
  run::DeviceGroup group;
  group.parallelism.tensor = static_cast<std::uint32_t>(row.tp);
  if (row.tp > 1) group.link = link_of(device.config());
  run::WorkloadConfig workload;
  workload.batch = row.batch;
  workload.in_len = row.in_len;
  workload.out_len = row.out_len;
  workload.formats = formats_of(row.dtype);
  if (!chip->supports(row.dtype))
    throw InputError(fmt::format("{} does not compute in {}", chip->board().name, name(row.dtype)));
  run::check_fit(chip, run::fit_of(chip, workload::footprint(model, run::pass_options(workload, {}, group), row.in_len, row.out_len)));
  run::SimulationConfig simulation;
  simulation.fuse = false;  // its graphs ran element-wise operators and conversions as kernels of their own
  const run::GenerationTotals request = run::run_generation(device.machine(), model, workload, simulation, group, server());
  if (row.metric == "first_token_ms") return {request.first_token_s * 1e3};
  const double tokens = static_cast<double>(row.batch) * static_cast<double>(row.out_len);
  return {tokens / request.latency_s / static_cast<double>(row.tp)};
}

}  // namespace

void add_serving(Registry& registry) { registry.add("gpu", predict_inference); }

}  // namespace presil::validate
