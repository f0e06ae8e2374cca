// bench_operator.cpp -- implementation of bench_operator.h.
#include "sim/run/bench_operator.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "models/gpu/gpu.h"
#include "models/gpu/matmul_kernel.h"
#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/config/loader.h"
#include "sim/run/experiment.h"
#include "sim/run/gpu_chip.h"
#include "sim/run/machine.h"
#include "sim/run/result.h"
#include "sim/run/run.h"

namespace presil::run {

using nlohmann::ordered_json;
using workload::TensorRole;

namespace {

void check_memory(const Chip& chip, const workload::Graph& graph) {
  double bytes = 0;
  for (const workload::Tensor& tensor : graph.tensors) bytes += tensor.bytes();
  const double capacity = memory::capacity(chip->memory()).value - chip->reserved_memory().value;
  constexpr double kGiB = 1u << 30;
  if (bytes > capacity)
    throw CapacityError(fmt::format("operands and result take {:.3f} GiB; {} holds {:.3f} GiB", bytes / kGiB, chip->board().name, capacity / kGiB));
}

}  // namespace

Format bench_format(const std::string& text) {
  if (const auto format = format_from(text)) return *format;
  const std::vector<std::string> names(kFormatNames.begin(), kFormatNames.end());
  throw UsageError(fmt::format("unknown format '{}'; expected one of {}{}", text, join(names), did_you_mean(text, names)));
}

void check_extent(const char* flag, std::uint64_t extent, std::uint64_t most) {
  if (extent < 1 || extent > most) throw UsageError(fmt::format("--{} {} is out of range; expected 1 to {}", flag, extent, most));
}

std::uint64_t values_of(std::initializer_list<std::uint64_t> extents) {
  std::uint64_t values = 1;
  for (const std::uint64_t extent : extents) {
    if (extent > (1ull << 60) / values) throw CapacityError("an operand has more than 2^60 values: no memory holds it");
    values *= extent;
  }
  return values;
}

Chip bench_chip(const std::string& device, const std::vector<std::string>& overrides) {
  const config::SearchPath search{home() / "configs"};
  const config::Node document = config::load(config::find_config(search, "chips", device), overrides, reference_keys(), search);
  Chip chip;
  config::read(document, chip);
  return chip;
}

void check_format(const Chip& chip, Format format) {
  // Tensor cores add in int32; none multiplies it.
  const bool sums = gpu_config(chip) != nullptr && format == Format::int32 && !gpu_config(chip)->supports(format);
  if (chip->supports(format) && !sums) return;
  std::vector<std::string> formats;
  for (const std::string& other : chip->supported_formats())
    if (!sums || other != name(Format::int32)) formats.push_back(other);
  throw UsageError(fmt::format("the {}s of {} do not support {}; they support {}", chip->units().name, chip->board().name, name(format), join(formats)));
}

std::string format_note(const Chip& chip, Format format) {
  const gpu::GpuConfig* gpu = gpu_config(chip);
  if (gpu == nullptr || gpu->supports(format)) return "";
  const std::optional<Format> computed = gpu::tensor_format(*gpu, format);
  return fmt::format("no tensor cores for {}: stored in it, multiplied {}, whose peak is quoted", name(format),
                     computed ? fmt::format("in {}", name(*computed)) : "on the fp32 lanes");
}

OneOperator::OneOperator(const std::string& name, workload::OpKind kind, Format compute) {
  graph_.phase = name;
  graph_.benchmark = true;
  workload::Segment segment;
  segment.name = name;
  workload::Op op;
  op.name = name;
  op.kind = kind;
  op.compute = compute;
  segment.ops.push_back(op);
  graph_.segments.push_back(segment);
}

void OneOperator::input(const std::string& name, Format format, std::uint64_t values) {
  op().inputs.push_back(graph_.add({name, TensorRole::kv_cache, format, values}));
}

void OneOperator::weight(const std::string& name, Format format, std::uint64_t values) {
  op().weights.push_back(graph_.add({name, TensorRole::weight, format, values}));
}

void OneOperator::output(const std::string& name, Format format, std::uint64_t values) {
  op().outputs.push_back(graph_.add({name, TensorRole::kv_cache, format, values}));
}

BenchRun run_alone(const Chip& chip, const OneOperator& one) {
  check_memory(chip, one.graph());
  const workload::Segment& segment = one.graph().segments.front();
  Machine machine(chip);
  const Totals totals = machine.run(one.graph(), segment, {}, true);
  const double clock = totals.cycles > 0 ? totals.cycles / totals.time_s() : chip->clock().value;
  BenchRun run{totals.ops.front(), totals.time_s(), clock, chip->explain(one.graph(), segment, {}).front().plan};
  if (gpu_config(chip) != nullptr) run.op.time_s = run.time_s = run.op.span_s;
  return run;
}

BenchRun run_alone(const Chip& chip, const OneOperator& one, const std::vector<gpu::Kernel>& kernels, double work, double speedup) {
  check_memory(chip, one.graph());
  Peaks peaks = chip->peaks();
  for (double& peak : peaks.ops_per_s) peak *= speedup;
  std::vector<gpu::Launch> program;
  for (const gpu::Kernel& kernel : kernels) {
    const bool matrix = kernel.macs > 0;  // what its lanes do beside that is not work of the operator
    program.push_back({kernel, {{0, kernel.macs, matrix ? 0 : kernel.simple_ops, matrix ? 0 : kernel.special_ops}}});
  }
  const GpuRun gpu = run_gpu(*gpu_config(chip), program);
  const Totals totals = totals_of(one.graph(), one.graph().segments.front(), gpu.counters, peaks);
  BenchRun run{totals.ops.front(), gpu.seconds, gpu.counters.cycles / gpu.counters.elapsed_s, kernels.front().plan};
  run.op.time_s = run.time_s;
  run.op.flops *= work;
  run.op.bounds.compute *= work;
  if (run.op.bounds.beaten_by(run.time_s))
    throw RunError(fmt::format("operator '{}' took {:.6g} s, less than its {} bound of {:.6g} s: this is a defect of presil", run.op.name,
                               run.time_s, run.op.bounds.which(), run.op.bounds.least()));
  return run;
}

void add_matrix_timing(ordered_json& record, const Chip& chip, const BenchRun& run, double peak_ops_per_s) {
  const std::string unit = is_integer(run.op.format) ? "tops" : "tflops";
  record["latency_us"] = run.time_s * 1e6;
  record["achieved_" + unit] = run.op.flops / run.time_s / 1e12;
  record["peak_" + unit] = peak_ops_per_s / 1e12;
  record["utilisation"] = run.op.flops / run.time_s / peak_ops_per_s;
  add_memory_timing(record, chip, run);
}

void add_memory_timing(ordered_json& record, const Chip& chip, const BenchRun& run) {
  const double rate = run.op.bytes[static_cast<std::size_t>(api::Level::memory)] / run.time_s;
  record["memory_gb_per_s"] = rate / 1e9;
  record["memory_utilisation"] = rate / memory::peak(chip->memory()).value;
  record["bound_us"] = run.op.bounds.least() * 1e6;
  record["bottleneck"] = bottleneck_of(run.op, chip);
}

}  // namespace presil::run
