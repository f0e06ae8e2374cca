// A segment as kernels of a GPU: exchanges between devices, and conversions to narrower formats.
#include "sim/mapping/gpu_program.h"

#include <gtest/gtest.h>

#include "models/fabric/collective_time.h"
#include "sim/base/error.h"

namespace presil::mapping {
namespace {

using workload::Op;
using workload::OpKind;
using workload::TensorId;
using workload::TensorRole;

gpu::GpuConfig small_gpu() {
  gpu::GpuConfig c;
  c.clock = {1.5e9};
  c.sms = 16;
  c.tensor[static_cast<std::size_t>(Format::bf16)] = 1024;
  c.tensor[static_cast<std::size_t>(Format::fp8)] = 2048;
  c.l2 = {{8e6}, 1, {1024}};
  c.memory.channel_bandwidth = {20e9};
  c.architecture.library.tiles = {{128, 128, 32, 3, 256}};
  return c;
}

fabric::LinkConfig small_link() {
  fabric::LinkConfig l;
  l.name = "link";
  l.bandwidth = {25e9};
  l.links = 4;
  l.devices = 8;
  l.effective_share = 0.8;
  return l;
}

workload::Graph exchange() {
  workload::Graph graph;
  workload::Segment segment;
  Op op;
  op.name = "all_reduce";
  op.kind = OpKind::collective;
  op.collective = {workload::CollectiveKind::all_reduce, 4, 1e6};
  op.inputs = {graph.add({"x", TensorRole::activation, Format::bf16, 500000})};
  op.outputs = {graph.add({"y", TensorRole::activation, Format::bf16, 500000})};
  segment.entries = op.inputs;
  segment.exits = op.outputs;
  segment.ops.push_back(op);
  graph.segments.push_back(segment);
  return graph;
}

TEST(GpuProgram, AnExchangeTakesTheTimeOfTheFastestAlgorithm) {
  const workload::Graph graph = exchange();
  const fabric::LinkConfig link = small_link();
  const auto program = gpu_program(graph, graph.segments.front(), small_gpu(), {true, &link});
  ASSERT_EQ(program.size(), 1u);
  const auto best = fabric::collective_estimate(link, graph.segments.front().ops.front().collective, {.library = fabric::Library::serving});
  EXPECT_EQ(program[0].kernel.latency_s, best.time.value);
  EXPECT_EQ(program[0].kernel.fabric_bytes, 1.5e6);  // 2 (n - 1)/n of the payload, in a ring
  EXPECT_TRUE(program[0].kernel.phases.empty());     // nothing of the chip itself
}

TEST(GpuProgram, OperandsOfAModelHaveTheirOwnActivity) {
  gpu::GpuConfig gpu = small_gpu();
  gpu.architecture.fit.operand_activity = 1.25;
  workload::Graph graph;
  Op op;
  op.kind = OpKind::matmul;
  op.matmul = {.m = 256, .n = 256, .k = 256};
  op.inputs = {graph.add({"a", TensorRole::activation, Format::bf16, 256 * 256})};
  op.weights = {graph.add({"b", TensorRole::weight, Format::bf16, 256 * 256})};
  op.outputs = {graph.add({"c", TensorRole::activation, Format::bf16, 256 * 256})};
  graph.segments.push_back({"s", 1, {op}, op.inputs, op.outputs});
  EXPECT_EQ(gpu_program(graph, graph.segments.front(), gpu, {}).front().kernel.activity, 1.25);
  graph.benchmark = true;
  EXPECT_EQ(gpu_program(graph, graph.segments.front(), gpu, {}).front().kernel.activity, 1);
}

TEST(GpuProgram, AnExchangeWithoutALinkIsRefused) {
  const workload::Graph graph = exchange();
  EXPECT_THROW(gpu_program(graph, graph.segments.front(), small_gpu(), {}), InputError);
}

/// norm -> product with 8-bit weights, in 8 bits.
workload::Graph norm_and_product(bool reduces) {
  workload::Graph graph;
  workload::Segment segment;
  const TensorId x = graph.add({"x", TensorRole::activation, Format::bf16, 256 * 512});
  const TensorId y = graph.add({"y", TensorRole::activation, Format::bf16, 256 * 512});
  const TensorId w = graph.add({"w", TensorRole::weight, Format::fp8, 512 * 1024});
  const TensorId z = graph.add({"z", TensorRole::activation, Format::bf16, 256 * 1024});
  Op norm;
  norm.name = "norm";
  norm.kind = OpKind::vector;
  norm.vector = {256, 512, 4, 0, 1, reduces};
  norm.inputs = {x};
  norm.outputs = {y};
  Op product;
  product.name = "product";
  product.kind = OpKind::matmul;
  product.matmul = {.batch = 1, .m = 256, .n = 1024, .k = 512};
  product.compute = Format::fp8;
  product.inputs = {y};
  product.weights = {w};
  product.outputs = {z};
  segment.ops = {norm, product};
  segment.entries = {x};
  segment.exits = {z};
  graph.segments.push_back(segment);
  return graph;
}

TEST(GpuProgram, UnfusedNormsLeaveTheConversionToAKernel) {
  const workload::Graph norm = norm_and_product(true), gate = norm_and_product(false);
  const auto kernels = [](const workload::Graph& g, bool fuse) { return gpu_program(g, g.segments.front(), small_gpu(), {fuse}); };
  const auto unfused = kernels(norm, false);
  ASSERT_EQ(unfused.size(), 3u);
  EXPECT_EQ(unfused[1].ops.front().op, 1u);  // it counts for the product
  EXPECT_EQ(unfused[1].kernel.total().read_bytes + unfused[1].kernel.total().write_bytes, 256 * 512 * 3.0);
  EXPECT_EQ(kernels(gate, false).size(), 2u);  // an element-wise operator writes 8 bits itself
  EXPECT_EQ(kernels(norm, true).size(), 2u);
}

}  // namespace
}  // namespace presil::mapping
