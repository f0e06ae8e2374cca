// totals_test.cpp -- counters that add up, and bounds by hand.
#include "sim/run/totals.h"

#include <cmath>

#include <gtest/gtest.h>

namespace presil::run {
namespace {

using workload::Op;
using workload::OpKind;
using workload::TensorRole;

constexpr std::size_t kMemory = static_cast<std::size_t>(api::Level::memory);
constexpr std::size_t kHost = static_cast<std::size_t>(api::Level::host);

Totals one(const char* name, const char* phase, double time) {
  Totals t;
  OpTotals op;
  op.name = name;
  op.phase = phase;
  op.count = 1;
  op.time_s = time;
  op.flops = 10 * time;
  op.macs = 6 * time;
  op.bytes[kMemory] = 100;
  op.bounds = {1, 2, 3, 4};
  t.ops.push_back(op);
  t.phases.push_back({phase, 1, time, {}});
  t.array_time = {1, 2, 3, 4, 5};
  t.memory.bytes_read = 70;
  t.memory.busy_s = 0.5;
  t.read[kMemory] = 70;
  t.written[kMemory] = 30;
  t.network_byte_hops = 11;
  t.scratchpad_bytes = 12;
  t.commands = 13;
  return t;
}

TEST(Totals, AddingScalesEverything) {
  Totals all;
  all.add(one("mlp", "decode", 2), 3);
  ASSERT_EQ(all.ops.size(), 1u);
  EXPECT_EQ(all.ops[0].count, 3);
  EXPECT_EQ(all.ops[0].time_s, 6);
  EXPECT_EQ(all.ops[0].flops, 60);
  EXPECT_EQ(all.ops[0].macs, 36);
  EXPECT_EQ(all.ops[0].bytes[kMemory], 300);
  EXPECT_EQ(all.ops[0].bounds.vector, 9);
  EXPECT_EQ(all.phases[0].passes, 3);
  EXPECT_EQ(all.time_s(), 6);
  EXPECT_EQ(all.flops(), 60);
  EXPECT_EQ(all.array_time.wait_transfer, 12);
  EXPECT_EQ(all.memory.bytes_read, 210);
  EXPECT_EQ(all.memory.busy_s, 1.5);
  EXPECT_EQ(all.written[kMemory], 90);
  EXPECT_EQ(all.network_byte_hops, 33);
  EXPECT_EQ(all.scratchpad_bytes, 36);
  EXPECT_EQ(all.commands, 39);
}

TEST(Totals, ClassesMeetByNameAndPhase) {
  Totals all;
  all.add(one("mlp", "decode", 1), 1);
  all.add(one("mlp", "prefill", 2), 1);
  all.add(one("head", "decode", 4), 1);
  all.add(one("mlp", "decode", 8), 2);
  ASSERT_EQ(all.ops.size(), 3u);
  EXPECT_EQ(all.ops[0].time_s, 17);
  EXPECT_EQ(all.ops[0].count, 3);
  EXPECT_EQ(all.ops[1].phase, "prefill");
  ASSERT_EQ(all.phases.size(), 2u);
  EXPECT_EQ(all.phases[0].time_s, 21);
  EXPECT_EQ(all.phases[1].time_s, 2);
}

TEST(Totals, OperatorsShareTheTimeOfTheirSegment) {
  workload::Graph graph;
  graph.phase = "decode";
  workload::Segment segment;
  for (const char* name : {"a", "b", "a"}) {
    Op op;
    op.name = name;
    op.kind = OpKind::transfer;
    segment.ops.push_back(op);
  }
  api::DeviceCounters counters;
  counters.elapsed_s = 9;
  counters.ops.resize(3);
  counters.ops[0].finished_s = 4;
  counters.ops[1].finished_s = 3;  // done before `a` was: hidden behind it
  counters.ops[2].finished_s = 9;
  counters.ops[0].bytes_read[kMemory] = 5;
  counters.ops[2].bytes_written[kHost] = 7;
  Peaks peaks;
  peaks.memory_bytes_per_s = peaks.vector_ops_per_s = peaks.host_bytes_per_s = 1;
  const Totals t = totals_of(graph, segment, counters, peaks);
  ASSERT_EQ(t.ops.size(), 2u);
  EXPECT_EQ(t.ops[0].time_s, 9);  // 4, and 5 more
  EXPECT_EQ(t.ops[1].time_s, 0);
  EXPECT_EQ(t.ops[0].bytes[kMemory], 5);
  EXPECT_EQ(t.read[kMemory], 5);
  EXPECT_EQ(t.written[kHost], 7);
  EXPECT_EQ(t.time_s(), 9);
}

/// 100 Gop/s bf16, 10 GB/s, 1 Gop/s of vectors with specials at 4, 2 GB/s to the host.
Peaks round_peaks() {
  Peaks p;
  p.ops_per_s.fill(100e9);
  p.memory_bytes_per_s = 10e9;
  p.vector_ops_per_s = 1e9;
  p.special_cycles_per_op = 4;
  p.host_bytes_per_s = 2e9;
  return p;
}

TEST(Bounds, OfAProduct) {
  workload::Graph g;
  Op op;
  op.kind = OpKind::matmul;
  op.matmul.m = 10, op.matmul.n = 100, op.matmul.k = 1000;
  op.inputs = {g.add({"x", TensorRole::activation, Format::bf16, 10000})};
  op.weights = {g.add({"w", TensorRole::weight, Format::bf16, 100000})};
  op.outputs = {g.add({"y", TensorRole::kv_cache, Format::bf16, 1000})};
  const Bounds b = bounds_of(g, op, round_peaks());
  EXPECT_DOUBLE_EQ(b.compute, 2e6 / 100e9);
  EXPECT_DOUBLE_EQ(b.memory, (200000 + 2000) / 10e9);  // the activation may stay on chip
  EXPECT_EQ(b.vector, 0);
  EXPECT_EQ(b.host, 0);
  EXPECT_EQ(b.least(), b.compute > b.memory ? b.compute : b.memory);
  EXPECT_STREQ(b.which(), "memory");
  op.weight_fraction = 0.1;
  EXPECT_DOUBLE_EQ(bounds_of(g, op, round_peaks()).memory, (20000 + 2000) / 10e9);
}

/// tREFI 4 us, tRFC 0.4 us, 10 GB/s between refreshes: the least time is that of a span that starts behind one of them.
TEST(Bounds, MemoryThatRefreshesAtInstants) {
  Peaks p;
  p.pins_bytes_per_s = 10e9;
  p.memory_bytes_per_s = 9e9;
  p.refresh_s = 0.4e-6;
  for (const double microseconds : {0.1, 1.0, 3.5, 3.6, 3.7, 7.2, 7.3, 36.0, 400.0}) {
    const double busy = microseconds * 1e-6, met = std::ceil(busy / 3.6e-6 - 1e-9) - 1;  // 3.6 us between two of them
    const double least = busy + met * 0.4e-6;
    EXPECT_LE(p.memory_time(busy * 10e9), least * (1 + 1e-12)) << microseconds;
    EXPECT_GE(p.memory_time(busy * 10e9), least - 0.4e-6) << microseconds;
  }
  EXPECT_DOUBLE_EQ(p.memory_time(36000), 3.6e-6);
  EXPECT_DOUBLE_EQ(p.memory_time(72000), 7.6e-6);
}

TEST(Bounds, OfAttention) {
  workload::Graph g;
  Op op;
  op.kind = OpKind::attention;
  op.attention.q_len = 1;
  op.attention.kv_len = 1000;
  op.attention.heads = 8;
  op.attention.kv_heads = 2;
  op.attention.qk_dim = op.attention.v_dim = 64;
  op.attention.causal = true;
  op.inputs = {g.add({"q", TensorRole::activation, Format::bf16, 512}), g.add({"k", TensorRole::kv_cache, Format::bf16, 128000}),
               g.add({"v", TensorRole::kv_cache, Format::bf16, 128000})};
  op.outputs = {g.add({"o", TensorRole::activation, Format::bf16, 512})};
  EXPECT_DOUBLE_EQ(bounds_of(g, op, round_peaks()).memory, 512000 / 10e9);
  EXPECT_DOUBLE_EQ(bounds_of(g, op, round_peaks()).compute, 2.0 * 1000 * 8 * 128 / 100e9);
  op.attention.window = 250;
  EXPECT_DOUBLE_EQ(bounds_of(g, op, round_peaks()).memory, 128000 / 10e9);
}

TEST(Bounds, OfVectorsGathersAndTheHost) {
  workload::Graph g;
  Op op;
  op.kind = OpKind::vector;
  op.vector = {10, 100, 3, 0.5, 2, true};
  EXPECT_DOUBLE_EQ(bounds_of(g, op, round_peaks()).vector, (3000 + 4 * (500 + 20)) / 1e9);
  Op gather;
  gather.kind = OpKind::gather;
  gather.gather = {10, 200};
  gather.inputs = {g.add({"ids", TensorRole::input, Format::int32, 10})};
  gather.weights = {g.add({"table", TensorRole::weight, Format::bf16, 1000000})};
  EXPECT_DOUBLE_EQ(bounds_of(g, gather, round_peaks()).memory, 2000 / 10e9);  // its rows, not the table
  EXPECT_DOUBLE_EQ(bounds_of(g, gather, round_peaks()).host, 40 / 2e9);
  EXPECT_STREQ(Bounds{}.which(), "none");
  EXPECT_STREQ((Bounds{1, 2, 5, 3}.which()), "vector");
  EXPECT_STREQ((Bounds{1, 2, 3, 5}.which()), "host");
}

TEST(Bounds, AnExchangeIsBoundByTheLink) {
  workload::Graph g;
  workload::Op op;
  op.kind = workload::OpKind::collective;
  op.collective = {workload::CollectiveKind::all_reduce, 4, 1e6};
  fabric::LinkConfig link;
  link.bandwidth = {10e9};
  link.devices = 8;
  link.payload = {128};
  link.header = {0};
  const Bounds b = bounds_of(g, op, round_peaks(), &link);
  EXPECT_DOUBLE_EQ(b.link, 1.5e6 / 10e9);  // 2 (n - 1)/n of the payload leaves every device
  EXPECT_STREQ(b.which(), "link");
  EXPECT_EQ(bounds_of(g, op, round_peaks()).least(), 0);
}

}  // namespace
}  // namespace presil::run
