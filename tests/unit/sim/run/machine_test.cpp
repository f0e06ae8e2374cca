// machine_test.cpp -- what is simulated again and what is remembered; which differences a key sees.
#include "sim/run/machine.h"

#include <functional>
#include <set>

#include <gtest/gtest.h>

#include "sim/run/fit.h"
#include "sim/run/result.h"
#include "sim/run/run.h"
#include "sim/base/error.h"
#include "tests/unit/sim/run/small_model.h"

namespace presil::run {
namespace {

using workload::Graph;
using workload::Segment;

const Segment& layer(const Graph& graph) {
  for (const Segment& s : graph.segments)
    if (s.name == "layer") return s;
  throw std::logic_error{"no layer"};
}

TEST(Machine, EqualWorkIsSimulatedOnce) {
  Machine machine(npu_chip(roomy_chip()));
  const Graph a = workload::prefill_pass(tiny_llama(), {}, 16), b = workload::prefill_pass(tiny_llama(), {}, 16);
  const Totals first = machine.run(a, layer(a), {}, true);
  const double commands = machine.commands_simulated();
  EXPECT_GT(commands, 0);
  const Totals again = machine.run(b, layer(b), {}, true);
  EXPECT_EQ(machine.commands_simulated(), commands);
  EXPECT_EQ(first.time_s(), again.time_s());
  const Totals carried = machine.run(a, layer(a), {}, false);
  EXPECT_EQ(machine.commands_simulated(), 2 * commands);
  EXPECT_NEAR(carried.time_s(), first.time_s(), 0.05 * first.time_s());
  machine.run(a, layer(a), {false}, true);  // unfused is other work
  EXPECT_GT(machine.commands_simulated(), 2 * commands);
}

TEST(SegmentKey, SeesEverythingThatChangesTheSimulation) {
  const workload::Architecture model = tiny_llama();
  const Graph base = workload::decode_pass(model, {}, 40, 0);
  const auto index = static_cast<std::size_t>(&layer(base) - base.segments.data());
  std::set<std::string> keys{segment_key(base, layer(base), {})};
  const auto differs = [&](const char* what, const std::string& key) { EXPECT_TRUE(keys.insert(key).second) << what; };
  differs("fuse", segment_key(base, layer(base), {false}));
  const auto changed = [&](const char* what, const std::function<void(Graph&, Segment&)>& change) {
    Graph graph = base;
    change(graph, graph.segments[index]);
    differs(what, segment_key(graph, graph.segments[index], {}));
  };
  const auto op = [](Segment& s, workload::OpKind kind) -> workload::Op& {
    for (auto& o : s.ops)
      if (o.kind == kind) return o;
    throw std::logic_error{"no such operator"};
  };
  using workload::OpKind;
  changed("phase", [](Graph& g, Segment&) { g.phase = "prefill"; });
  changed("m", [&](Graph&, Segment& s) { ++op(s, OpKind::matmul).matmul.m; });
  changed("n", [&](Graph&, Segment& s) { ++op(s, OpKind::matmul).matmul.n; });
  changed("k", [&](Graph&, Segment& s) { ++op(s, OpKind::matmul).matmul.k; });
  changed("batch", [&](Graph&, Segment& s) { ++op(s, OpKind::matmul).matmul.batch; });
  changed("routed rows", [&](Graph&, Segment& s) { op(s, OpKind::matmul).matmul.routed_rows = 1; });
  changed("useful fraction", [&](Graph&, Segment& s) { op(s, OpKind::matmul).matmul.useful_fraction = 0.5; });
  changed("format", [&](Graph&, Segment& s) { op(s, OpKind::matmul).compute = Format::int8; });
  changed("fraction", [&](Graph&, Segment& s) { op(s, OpKind::matmul).weight_fraction = 0.5; });
  changed("kv", [&](Graph&, Segment& s) { ++op(s, OpKind::attention).attention.kv_len; });
  changed("window", [&](Graph&, Segment& s) { op(s, OpKind::attention).attention.window = 9; });
  changed("causal", [&](Graph&, Segment& s) { op(s, OpKind::attention).attention.causal ^= true; });
  changed("v_dim", [&](Graph&, Segment& s) { ++op(s, OpKind::attention).attention.v_dim; });
  changed("simple", [&](Graph&, Segment& s) { op(s, OpKind::vector).vector.simple += 1; });
  changed("reduces", [&](Graph&, Segment& s) { op(s, OpKind::vector).vector.reduces ^= true; });
  changed("role", [&](Graph& g, Segment& s) { g.tensors[s.ops[1].inputs[0]].role = workload::TensorRole::kv_cache; });
  changed("size", [&](Graph& g, Segment& s) { ++g.tensors[s.ops[1].weights[0]].values; });
  changed("tensor format", [&](Graph& g, Segment& s) { g.tensors[s.ops[1].weights[0]].format = Format::fp8; });
  changed("wiring", [&](Graph&, Segment& s) { s.ops.back().inputs[0] = s.ops[0].outputs[0]; });
  changed("exits", [&](Graph&, Segment& s) { s.exits.push_back(s.ops[0].outputs[0]); });
  changed("order", [&](Graph&, Segment& s) { std::swap(s.ops[0], s.ops[1]); });
  const Graph again = workload::decode_pass(model, {}, 40, 0);
  EXPECT_TRUE(keys.contains(segment_key(again, layer(again), {})));
}

TEST(SegmentKey, DoesNotSeeTensorNumbersOrCounts) {
  const Graph base = workload::decode_pass(tiny_llama(), {}, 40, 0);
  Graph other = base;
  const auto index = static_cast<std::size_t>(&layer(base) - base.segments.data());
  other.segments[index].count = 77;
  for (auto& t : other.tensors) t.name += "x";
  EXPECT_EQ(segment_key(base, base.segments[index], {}), segment_key(other, other.segments[index], {}));
}

TEST(Fit, SaysWhatDoesNotFit) {
  npu::ChipConfig config = roomy_chip();
  config.memory.capacity_per_stack = {1000};
  const Chip chip = npu_chip(config);
  const Fit exact = fit_of(chip, {600, 300, 100});
  EXPECT_EQ(exact.needed(), 1000);
  EXPECT_EQ(exact.free_bytes(), 0);
  EXPECT_NO_THROW(check_fit(chip, exact));
  try {
    check_fit(chip, fit_of(chip, {600, 300, 101}));
    FAIL();
  } catch (const CapacityError& e) {
    EXPECT_EQ(e.status(), ExitStatus::does_not_fit);
    for (const char* part : {"weights", "KV cache", "activations", "needed", "capacity", "chip.memory.stacks"})
      EXPECT_NE(std::string(e.what()).find(part), std::string::npos) << part;
  }
}

TEST(Bottleneck, IsTheBusiestOrLatency) {
  npu::ChipConfig config = roomy_chip();
  config.cores = 2;
  const Chip chip = npu_chip(config);
  OpTotals op;
  EXPECT_STREQ(bottleneck_of(op, chip), "hidden");
  op.time_s = 1;
  EXPECT_STREQ(bottleneck_of(op, chip), "latency");
  op.array_busy_s = 2 * 0.6;  // of two arrays
  EXPECT_STREQ(bottleneck_of(op, chip), "array");
  op.bytes[static_cast<std::size_t>(api::Level::memory)] = 0.7 * memory::sustained(config.memory).value;
  EXPECT_STREQ(bottleneck_of(op, chip), "memory");
  op.vector_busy_s = 2 * 0.8;
  EXPECT_STREQ(bottleneck_of(op, chip), "vector");
  op.bytes[static_cast<std::size_t>(api::Level::host)] = 0.9 * config.host.bandwidth.value;
  EXPECT_STREQ(bottleneck_of(op, chip), "host");
  op.time_s = 10;
  EXPECT_STREQ(bottleneck_of(op, chip), "latency");
}

TEST(BenchGemm, RefusesWhatItCannotRun) {
  // Nothing is elaborated when the query is wrong.
  const GemmQuery q{"tpu_v4", "bf16", 0, 1, 1, 1, false};
  EXPECT_THROW(bench_gemm(q, {}), UsageError);
}

}  // namespace
}  // namespace presil::run
