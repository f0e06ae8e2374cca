// exchanges_test.cpp -- chips whose programs are one chip's, sharing a model over a link.
#include "sim/run/exchanges.h"

#include <gtest/gtest.h>

#include "models/fabric/collective_time.h"
#include "sim/base/error.h"
#include "sim/run/machine.h"
#include "sim/run/passes.h"
#include "sim/run/segment_parts.h"
#include "tests/unit/sim/run/small_model.h"

namespace presil::run {
namespace {

fabric::LinkConfig link() {
  fabric::LinkConfig l;
  l.name = "test";
  l.bandwidth = {50e9};
  l.links = 4;
  l.devices = 8;
  l.payload = {256};
  l.effective_share = 0.9;
  l.latency = {1e-6};
  return l;
}

workload::Graph shared_by_two() {
  workload::PassOptions options;
  options.tensor_parallel = 2;
  return workload::prefill_pass(tiny_llama(), options, 64);
}

TEST(Exchanges, PartsAreTheSegmentInOrder) {
  const workload::Graph graph = shared_by_two();
  for (const workload::Segment& segment : graph.segments) {
    std::size_t next = 0;
    for (const SegmentPart& part : parts_of(graph, segment)) {
      EXPECT_EQ(part.first, next);
      next += part.exchange != nullptr ? 1 : part.compute.ops.size();
      if (part.exchange != nullptr) { EXPECT_EQ(part.exchange, &segment.ops[part.first]); }
    }
    EXPECT_EQ(next, segment.ops.size());
  }
}

TEST(Exchanges, TakeTheLinksTimeAndNothingElseChanges) {
  Machine machine(npu_chip(roomy_chip()));
  const fabric::LinkConfig wire = link();
  const workload::Graph graph = shared_by_two();
  const Totals pass = run_pass(machine, graph, {true, &wire}, false);
  double exchanged = 0, ops = 0;
  int count = 0;
  for (const OpTotals& op : pass.ops) {
    ops += op.time_s;
    if (op.fabric_bytes <= 0) continue;
    exchanged += op.time_s;
    EXPECT_NEAR(op.time_s, op.span_s, 1e-12);
    count += static_cast<int>(op.count);
  }
  EXPECT_EQ(count, 2 * 2 + 2) << "behind attention and MLP of two layers, the embedding and the head";
  EXPECT_NEAR(ops, pass.time_s(), 1e-9 * ops);
  double expected = 0;
  for (const workload::Segment& segment : graph.segments)
    for (const workload::Op& op : segment.ops)
      if (op.kind == workload::OpKind::collective)
        expected += static_cast<double>(segment.count) * fabric::collective_time(wire, op.collective, {}).value;
  EXPECT_NEAR(exchanged, expected, 1e-9 * expected);
}

TEST(Exchanges, WithoutALinkAreRefused) {
  Machine machine(npu_chip(roomy_chip()));
  const workload::Graph graph = shared_by_two();
  EXPECT_THROW(run_pass(machine, graph, {}, false), InputError);
}

}  // namespace
}  // namespace presil::run
