// gpu_rows.cpp -- implementation of gpu_rows.h.
//
// A measurement without launch is the kernels' own time on the simulated device. One with launch adds the host time of
// the framework operators that dispatch them: [assumed] two for a matrix product (the call and its workspace), those of
// vector_library.h for the others.
#include "sim/validate/gpu_rows.h"

#include <memory>

#include "models/gpu/attention_kernel.h"
#include "models/gpu/gpu.h"
#include "models/gpu/matmul_policy.h"
#include "models/gpu/vector_library.h"
#include "models/memory/make_memory.h"
#include "sim/config/reader.h"
#include "sim/run/gpu_chip.h"
#include "sim/validate/chip_rows.h"

namespace presil::validate {

namespace {

constexpr double kMatmulOperators = 2;

run::Chip chip_of(const config::Node& document) {
  run::Chip chip;
  config::read(document, chip);
  return chip;
}

/// The GPU of this process: under whole models as any chip, and alone with its memory for single kernels.
class GpuDevice : public SimulatedChip {
 public:
  explicit GpuDevice(const config::Node& document) : SimulatedChip(document), chip_(chip_of(document)) {
    memory_ = memory::make_memory("bench_memory", config().memory);
    device_ = std::make_unique<gpu::Gpu>("bench_chip", config(), *memory_);
  }
  const gpu::GpuConfig& config() const { return *run::gpu_config(chip_); }
  double overhead_s() const { return config().architecture.fit.operator_overhead.value; }
  double gap_s() const { return config().launch.gap.value; }
  /// Time of the kernels themselves, one after another from the idle device.
  double seconds(std::vector<gpu::Kernel> kernels) {
    std::vector<gpu::Launch> program;
    for (gpu::Kernel& kernel : kernels) program.push_back({std::move(kernel), {{0, 0, 0, 0}}});
    device_->run(program, true, true);
    double sum = 0;
    for (const double t : device_->kernel_seconds()) sum += t;
    return sum;
  }

 private:
  run::Chip chip_;
  std::unique_ptr<api::Memory> memory_;
  std::unique_ptr<gpu::Gpu> device_;
};

Roofs roofs_of(const config::Node& document) {
  const run::Peaks peaks = chip_of(document)->peaks();
  return {peaks.ops_per_s, peaks.vector_ops_per_s, peaks.memory_bytes_per_s};
}

Prediction predict_gemm(GpuDevice& device, const GemmRow& row) {
  gpu::MatmulShape shape;
  shape.batch = row.batch;
  shape.m = row.m;
  shape.n = row.n;
  shape.k = row.k;
  shape.format = row.dtype;
  shape.a_bytes = shape.b_bytes = bytes_per_value(row.dtype);
  shape.c_bytes = std::max(2.0, bytes_per_value(row.dtype));
  const double time = device.seconds({gpu::plan_matmul(device.config(), shape)});
  return {(time + (row.includes_launch ? kMatmulOperators * device.overhead_s() : 0)) * 1e6};
}

Prediction predict_vector(GpuDevice& device, const VectorRow& row) {
  const gpu::VectorCall call = gpu::vector_call(row.op, static_cast<double>(row.rows), static_cast<double>(row.cols),
                                                bytes_per_value(row.dtype), row.eager());
  std::vector<gpu::Kernel> kernels;
  for (gpu::VectorShape shape : call.kernels) {
    shape.warm = true;  // measurements repeat the operator on the same operands
    kernels.push_back(gpu::vector_kernel(device.config(), shape));
  }
  // Several kernels are measured from the first to the last, the gaps of their stream included.
  const double gaps = static_cast<double>(call.kernels.size() - 1) * device.gap_s();
  const double host = gaps + (row.includes_launch ? call.framework_operators * device.overhead_s() : 0);
  return {(device.seconds(std::move(kernels)) + host) * 1e6};
}

Prediction predict_attention(GpuDevice& device, const AttentionRow& row) {
  gpu::AttentionShape shape;
  shape.batch = row.batch;
  shape.q_len = row.q_len;
  shape.kv_len = row.kv_len;
  shape.heads = row.heads;
  shape.kv_heads = row.kv_heads;
  shape.qk_dim = shape.v_dim = row.head_dim;
  shape.causal = row.causal;
  shape.format = row.dtype;
  shape.q_bytes = shape.kv_bytes = bytes_per_value(row.dtype);
  const double time = device.seconds({gpu::attention_kernel(device.config(), shape, gpu::attention_recipe(row.impl))});
  return {(time + (row.includes_launch ? device.overhead_s() : 0)) * 1e6};
}

Prediction predict_flash_attention(GpuDevice& device, const FlashAttentionRow& row) {
  gpu::AttentionShape shape;
  shape.batch = row.batch;
  shape.q_len = shape.kv_len = row.seq;
  shape.heads = shape.kv_heads = row.heads;
  shape.qk_dim = shape.v_dim = row.head_dim;
  shape.causal = row.causal;
  shape.format = row.dtype;
  shape.q_bytes = shape.kv_bytes = bytes_per_value(row.dtype);
  const gpu::AttentionRecipe recipe = gpu::attention_recipe(row.impl);
  std::vector<gpu::Kernel> kernels;
  if (row.forward()) kernels.push_back(gpu::attention_kernel(device.config(), shape, recipe));
  shape.backward = true;
  if (row.backward()) kernels.push_back(gpu::attention_kernel(device.config(), shape, recipe));
  return {row.flops() / device.seconds(std::move(kernels)) / 1e12};
}

}  // namespace

void add_gpu(Registry& registry) {
  registry.add_chip<GpuDevice>("gpu", roofs_of);
  registry.add("gpu", predict_gemm);
  registry.add("gpu", predict_vector);
  registry.add("gpu", predict_attention);
  registry.add("gpu", predict_flash_attention);
}

}  // namespace presil::validate
