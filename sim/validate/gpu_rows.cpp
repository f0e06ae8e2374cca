// gpu_rows.cpp -- implementation of gpu_rows.h.
//
// A measurement without launch is the kernels' own time on the simulated device. One with launch adds the host time of
// the framework operators that dispatch them: kMatmulOperators for a matrix product, those of
// vector_library.h for the others.
#include "sim/validate/gpu_rows.h"

#include "models/gpu/attention_kernel.h"
#include "models/gpu/gpu.h"
#include "models/gpu/matmul_policy.h"
#include "models/gpu/vector_library.h"
#include "sim/config/reader.h"
#include "sim/validate/gpu_device.h"
#include "sim/validate/layer_rows.h"
#include "sim/validate/collective_rows.h"
#include "sim/validate/serving_rows.h"

namespace presil::validate {

namespace {

Roofs gpu_roofs(const config::Node& document) {
  run::Chip chip;
  config::read(document, chip);
  const run::Peaks peaks = chip->peaks();
  return {peaks.ops_per_s, peaks.vector_ops_per_s, peaks.memory_bytes_per_s};
}

Prediction predict_product(GpuDevice& device, const GemmRow& row) {
  gpu::MatmulShape shape;
  shape.batch = row.batch;
  shape.m = row.m;
  shape.n = row.n;
  shape.k = row.k;
  shape.format = row.dtype;
  shape.a_bytes = shape.b_bytes = bytes_per_value(row.dtype);
  shape.c_bytes = std::max(2.0, bytes_per_value(row.dtype));
  const double time = device.seconds({gpu::plan_matmul(device.config(), shape)}, row.includes_launch);
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
  const double gaps = static_cast<double>(call.kernels.size() - 1) * device.config().launch.gap.value;
  const double host = gaps + (row.includes_launch ? call.framework_operators * device.overhead_s() : 0);
  return {(device.seconds(std::move(kernels), row.includes_launch) + host) * 1e6};
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
  const double time = device.seconds({gpu::attention_kernel(device.config(), shape, gpu::attention_recipe(row.impl))}, row.includes_launch);
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
  registry.add_chip<GpuDevice>("gpu", gpu_roofs);
  registry.add("gpu", predict_product);
  registry.add("gpu", predict_vector);
  registry.add("gpu", predict_attention);
  registry.add("gpu", predict_flash_attention);
  add_serving(registry);
  add_layers(registry);
  add_collectives(registry);
}

}  // namespace presil::validate
