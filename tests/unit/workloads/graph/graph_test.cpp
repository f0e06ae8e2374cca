// Sums over a pass that was put together by hand.
#include <gtest/gtest.h>

#include "workloads/graph/graph.h"

namespace presil::workload {
namespace {

/// "embed" (once): looks up 2 of 10 rows of a table. "layer" (3 times): product with a weight, product with a cache.
/// "head" (once): product with the same table.
struct Passes : testing::Test {
  Graph graph;
  TensorId table{}, weight{}, cache{}, x0{}, x1{}, mid{}, x2{}, x3{}, logits{};

  TensorId tensor(const char* name, TensorRole role, std::uint64_t values) {
    return graph.add({name, role, Format::bf16, values});
  }

  Passes() {
    table = tensor("table", TensorRole::weight, 10 * 4);
    weight = tensor("w", TensorRole::weight, 4 * 4);
    cache = tensor("cache", TensorRole::kv_cache, 6);
    x0 = tensor("x0", TensorRole::activation, 8);
    x1 = tensor("x1", TensorRole::activation, 8);
    mid = tensor("mid", TensorRole::activation, 100);
    x2 = tensor("x2", TensorRole::activation, 8);
    x3 = tensor("x3", TensorRole::activation, 8);
    logits = tensor("logits", TensorRole::output, 20);

    Op gather;
    gather.kind = OpKind::gather;
    gather.weights = {table};
    gather.weight_fraction = 0.2;
    gather.outputs = {x0};
    graph.segments.push_back({"embed", 1, {gather}, {}, {x0}});

    Op product;
    product.kind = OpKind::matmul;
    product.matmul = {.batch = 1, .m = 2, .n = 4, .k = 4};
    product.inputs = {x1};
    product.weights = {weight};
    product.outputs = {mid};
    Op scores = product;
    scores.inputs = {mid, cache};
    scores.weights = {};
    scores.outputs = {x2};
    Op add;
    add.kind = OpKind::vector;
    add.vector = {2, 4, 1, 0, 0, false};
    add.inputs = {x2};
    add.outputs = {};
    graph.segments.push_back({"layer", 3, {product, scores, add}, {x1}, {x2}});

    Op head;
    head.kind = OpKind::matmul;
    head.matmul = {.batch = 1, .m = 2, .n = 10, .k = 4};
    head.inputs = {x3};
    head.weights = {table};
    head.outputs = {logits};
    graph.segments.push_back({"head", 1, {head}, {x3}, {}});
  }
};

TEST_F(Passes, FlopsCountEveryRepetition) { EXPECT_EQ(graph.flops(), 3 * (2 * 2 * 32) + 2 * 2 * 10 * 4); }

TEST_F(Passes, VectorOperationsCountEveryRepetition) { EXPECT_EQ(graph.vector_ops(), 3 * 8); }

TEST_F(Passes, ATensorReadTwiceCountsOnceAtItsLargestShare) {
  EXPECT_EQ(graph.weight_bytes(), 2 * 40 + 3 * 2 * 16);
  graph.segments.pop_back();  // no head: only the looked-up rows
  EXPECT_DOUBLE_EQ(graph.weight_bytes(), 0.2 * 2 * 40 + 3 * 2 * 16);
}

TEST_F(Passes, TheCacheIsReadByEveryRepetition) { EXPECT_EQ(graph.kv_read_bytes(), 3 * 2 * 6); }

TEST_F(Passes, OperandsAreInputsReadWeightsAndOutputs) {
  EXPECT_DOUBLE_EQ(operand_bytes(graph, graph.segments[0].ops[0]), 0.2 * 80 + 16);
  EXPECT_EQ(operand_bytes(graph, graph.segments[1].ops[0]), 16 + 32 + 200);
  EXPECT_EQ(operand_bytes(graph, graph.segments[1].ops[1]), 200 + 12 + 16);
}

TEST_F(Passes, PeakIsWhatLivesAtOnceInOneSegment) {
  // layer: x1 and mid, then mid and x2. Weights and the cache are counted elsewhere.
  EXPECT_EQ(peak_activation_bytes(graph), 16 + 200);
}

TEST_F(Passes, WhatAllRepetitionsShareLivesForTheWholeSegment) {
  const TensorId bias = tensor("bias", TensorRole::activation, 50);
  graph.segments[1].entries.push_back(bias);
  EXPECT_EQ(peak_activation_bytes(graph), 16 + 200 + 100);
}

TEST_F(Passes, AResidualLivesUntilItsLastReader) {
  graph.segments[1].ops[2].inputs.push_back(x1);
  EXPECT_EQ(peak_activation_bytes(graph), 16 + 200 + 16);
}

TEST(EmptyGraph, IsNothing) {
  const Graph graph;
  EXPECT_EQ(graph.flops() + graph.vector_ops() + graph.weight_bytes() + graph.kv_read_bytes(), 0);
  EXPECT_EQ(peak_activation_bytes(graph), 0);
}

}  // namespace
}  // namespace presil::workload
