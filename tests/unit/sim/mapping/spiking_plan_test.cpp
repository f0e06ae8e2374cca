// spiking_plan_test.cpp -- operators as events on spiking cores, against sums over their shapes.
#include "sim/mapping/spiking_plan.h"

#include <gtest/gtest.h>

#include "sim/base/error.h"
#include "tests/unit/models/spiking/small_chip.h"

namespace presil::mapping {
namespace {

using spiking::SpikeCode;
using workload::Graph;
using workload::Op;
using workload::OpKind;
using workload::Segment;
using workload::TensorId;
using workload::TensorRole;

const SpikeCode kCode{0.25, 4};

spiking::ChipConfig roomy() {
  spiking::ChipConfig c = spiking::small_chip();
  c.cores = 1024;
  c.mesh.cores_per_tile = 128;
  c.host.bandwidth = {1e9};
  c.host.latency = {1e-6};
  return c;
}
const spiking::ChipConfig kChip = roomy();

TensorId tensor(Graph& graph, TensorRole role, std::uint64_t values) {
  return graph.add({"t", role, Format::int8, values});
}

Op product_of(Graph& graph, std::uint64_t m, std::uint64_t k, std::uint64_t n) {
  Op op;
  op.name = "product";
  op.kind = OpKind::matmul;
  op.matmul.m = m;
  op.matmul.k = k;
  op.matmul.n = n;
  op.compute = Format::int8;
  op.inputs = {tensor(graph, TensorRole::activation, m * k)};
  op.weights = {tensor(graph, TensorRole::weight, k * n)};
  op.outputs = {tensor(graph, TensorRole::activation, m * n)};
  return op;
}

Op attention_of(Graph& graph, std::uint64_t q_len, std::uint64_t kv_len, TensorRole operands) {
  Op op;
  op.name = "attention";
  op.kind = OpKind::attention;
  op.attention = {2, q_len, kv_len, 4, 2, 8, 16, q_len > 1, 0, false, false};
  op.compute = Format::int8;
  op.inputs = {tensor(graph, TensorRole::activation, 2 * q_len * 32),
               tensor(graph, operands, 2 * kv_len * 16), tensor(graph, operands, 2 * kv_len * 32)};
  op.outputs = {tensor(graph, TensorRole::activation, 2 * q_len * 64)};
  return op;
}

Op cache_write(Graph& graph, const Op& attention) {
  Op op;
  op.name = "kv_write";
  op.kind = OpKind::transfer;
  for (const std::size_t i : {1, 2}) {
    op.inputs.push_back(attention.inputs[i]);
    op.outputs.push_back(tensor(graph, TensorRole::kv_cache, graph.tensors[attention.inputs[i]].values));
  }
  return op;
}

SpikingCost only(Graph& graph, std::vector<Op> ops, std::size_t which) {
  graph.segments = {Segment{"layer", 1, std::move(ops), {}, {}}};
  return SpikingPlan(graph, kChip, kCode).cost(graph.segments.front(), which);
}

TEST(SpikingPlan, AProductIsItsMultiplyAddsTimesSpikes) {
  Graph graph;
  const SpikingCost c = only(graph, {product_of(graph, 7, 48, 40)}, 0);
  EXPECT_NEAR(c.events.synaptic_ops, 7 * 48 * 40 * 0.25 * 4, 1e-6);
  EXPECT_EQ(c.events.synapse_bytes_written, 0);
  EXPECT_NEAR(c.synapse_bytes_read, c.events.synaptic_ops, 1e-6);
  // Every spike in or out is a message of two instructions.
  EXPECT_NEAR(c.events.instructions, 2 * c.events.spikes, 1e-6);
  EXPECT_NEAR(c.processors.value, c.events.instructions / 1e9, 1e-15);
}

TEST(SpikingPlan, AllNeuronsAreUpdatedInEveryStep) {
  Graph graph;
  graph.segments = {
      Segment{"layer", 3, {product_of(graph, 5, 16, 20), product_of(graph, 5, 20, 30)}, {}, {}}};
  const SpikingPlan plan(graph, kChip, kCode);
  EXPECT_EQ(plan.neurons(), 3u * 50);
  EXPECT_EQ(plan.cores(), 3u * 2);
  for (const std::size_t op : {0, 1}) {
    const SpikingCost c = plan.cost(graph.segments.front(), op);
    EXPECT_NEAR(c.events.active_updates + c.events.idle_updates, 5 * 4 * 150, 1e-6);
  }
}

TEST(SpikingPlan, CausalQueriesMeetTheKeysTheySee) {
  Graph graph;
  const Op attention = attention_of(graph, 6, 6, TensorRole::activation);
  const SpikingCost c = only(graph, {attention}, 0);
  const double pairs = 6 * 7 / 2.0;
  EXPECT_NEAR(c.events.synaptic_ops, 0.25 * 4 * 2 * 4 * pairs * (8 + 16), 1e-6);
  EXPECT_NEAR(c.special_ops, 2 * 4 * (pairs + 6), 1e-9);  // exponentials, and a reciprocal a row
}

TEST(SpikingPlan, KeysAndValuesAreWrittenOnce) {
  const double bytes = 2 * 6 * (16 + 32);
  Graph alone, cached, decode;
  EXPECT_EQ(only(alone, {attention_of(alone, 6, 6, TensorRole::activation)}, 0).events.synapse_bytes_written,
            bytes);
  const Op attention = attention_of(cached, 6, 6, TensorRole::activation);
  const std::vector<Op> both{cache_write(cached, attention), attention};
  EXPECT_EQ(only(cached, both, 0).events.synapse_bytes_written, bytes);
  EXPECT_EQ(only(cached, both, 1).events.synapse_bytes_written, 0);
  EXPECT_EQ(only(decode, {attention_of(decode, 1, 6, TensorRole::kv_cache)}, 0).events.synapse_bytes_written,
            0);
}

TEST(SpikingPlan, WritingTakesMessages) {
  Graph graph;
  const Op attention = attention_of(graph, 6, 6, TensorRole::activation);
  const SpikingCost c = only(graph, {cache_write(graph, attention), attention}, 0);
  EXPECT_NEAR(c.events.instructions, c.events.synapse_bytes_written / 4 * 2, 1e-9);
  EXPECT_GT(c.processors.value, 0);
  EXPECT_GT(c.events.spikes, 0);
}

TEST(SpikingPlan, ProcessorsDoWhatNeuronsDoNot) {
  Graph graph;
  Op op;
  op.name = "norm";
  op.kind = OpKind::vector;
  op.vector = {3, 10, 6, 2, 1, true};
  const SpikingCost c = only(graph, {op}, 0);
  EXPECT_EQ(c.simple_ops, 3 * 10 * 6);
  EXPECT_EQ(c.special_ops, 3 * 10 * 2 + 3);
  EXPECT_EQ(c.events.instructions, 180 + 10 * 63);
  EXPECT_EQ(c.time().value, c.processors.value);
}

TEST(SpikingPlan, TheHostLinkIsWaitedFor) {
  Graph graph;
  Op op;
  op.name = "host_input";
  op.kind = OpKind::transfer;
  op.inputs = {tensor(graph, TensorRole::input, 1000)};
  op.outputs = {tensor(graph, TensorRole::activation, 1000)};
  const SpikingCost c = only(graph, {op}, 0);
  EXPECT_NEAR(c.host.value, 1000 / 1e9 + 1e-6, 1e-15);
  EXPECT_EQ(c.host_read, 1000);
}

TEST(SpikingPlan, ALookUpIsOneSpikeARow) {
  Graph graph;
  Op op;
  op.name = "embedding";
  op.kind = OpKind::gather;
  op.gather = {5, 24};
  op.weights = {tensor(graph, TensorRole::weight, 300 * 24)};
  op.outputs = {tensor(graph, TensorRole::activation, 5 * 24)};
  EXPECT_NEAR(only(graph, {op}, 0).events.synaptic_ops, 5 * 24, 1e-9);
}

TEST(SpikingPlan, SilentExpertsKeepTheirCores) {
  Graph graph;
  Op op = product_of(graph, 2, 32, 32);
  op.matmul.batch = 2;  // of eight
  op.weights = {tensor(graph, TensorRole::weight, 8 * 32 * 32)};
  graph.segments = {Segment{"layer", 1, {op}, {}, {}}};
  const SpikingPlan plan(graph, kChip, kCode);
  EXPECT_EQ(plan.cores(), 8u);
  const SpikingCost c = plan.cost(graph.segments.front(), 0);
  EXPECT_NEAR(c.events.synaptic_ops, 2 * 2 * 32 * 32 * 0.25 * 4, 1e-6);
  EXPECT_NEAR(c.events.active_updates + c.events.idle_updates, 2 * 4 * 8 * 32, 1e-6);
}

TEST(SpikingPlan, MoreBlocksThanCoresDoNotFit) {
  Graph graph;
  graph.segments = {Segment{"layer", 17, {product_of(graph, 1, 32, 32)}, {}, {}}};
  const spiking::ChipConfig small = spiking::small_chip();
  EXPECT_THROW(SpikingPlan(graph, small, kCode), CapacityError);
  graph.segments.front().count = 16;
  EXPECT_EQ(SpikingPlan(graph, small, kCode).cores(), 16u);
}

TEST(SpikingPlan, GradientsAndExchangesAreRefused) {
  Graph graph;
  Op gradient = product_of(graph, 1, 8, 8);
  gradient.matmul.accumulate = true;
  EXPECT_THROW(only(graph, {gradient}, 0), InputError);
  Op exchange;
  exchange.name = "all_reduce";
  exchange.kind = OpKind::collective;
  EXPECT_THROW(only(graph, {exchange}, 0), InputError);
}

}  // namespace
}  // namespace presil::mapping
