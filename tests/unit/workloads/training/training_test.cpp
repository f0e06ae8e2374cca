// training_test.cpp -- the ways forward and back against the closed forms of Korthikanti et al. (arXiv:2205.05198).
#include <gtest/gtest.h>

#include "sim/base/error.h"
#include "workloads/training/gradient.h"

namespace presil::workload {
namespace {

constexpr std::uint64_t kHidden = 1024, kHeads = 16, kSequence = 512, kBatch = 4, kLayers = 3, kVocab = 3200;

Architecture gpt() {
  Architecture model;
  model.model_type = "gpt2";
  model.hidden = kHidden;
  model.vocab = kVocab;
  model.tied_embeddings = true;
  Stack stack;
  stack.layers.assign(kLayers, {});
  AttentionShape& a = stack.attention;
  a.heads = a.kv_heads = kHeads;
  a.head_dim = kHidden / kHeads;
  a.q_bias = a.k_bias = a.v_bias = a.out_bias = true;
  stack.mlp = {4 * kHidden, false, Activation::gelu, true};
  stack.norm = NormKind::layer_norm;
  stack.norm_bias = true;
  stack.position = PositionKind::learned;
  stack.positions = kSequence;
  model.decoder = stack;
  return model;
}

TrainingOptions options(std::uint32_t tensor = 1, bool sequence_parallel = false) {
  TrainingOptions o;
  o.sequence = kSequence;
  o.micro_batch = kBatch;
  o.tensor = tensor;
  o.sequence_parallel = sequence_parallel;
  o.dropout = true;
  o.fused_attention = false;
  return o;
}

double kept(const TrainingOptions& o, Recompute recompute) {
  const Graph forward = forward_pass(gpt(), o);
  return backward_of(forward, forward.segments[1], recompute, o).kept_bytes;
}

const double sbh = kSequence * kBatch * kHidden, scores = kHeads * kSequence * 1.0 / kHidden;  // scores: as/h

// Table 2 of the paper: activations of one layer.
TEST(Activations, AreThoseOfThePaper) {
  const double t = 4;
  EXPECT_NEAR(kept(options(), Recompute::none), sbh * (34 + 5 * scores), 1);
  EXPECT_NEAR(kept(options(4), Recompute::none), sbh * (10 + 24 / t + 5 * scores / t), 1);
  EXPECT_NEAR(kept(options(4, true), Recompute::none), sbh / t * (34 + 5 * scores), 1);
  EXPECT_NEAR(kept(options(4, true), Recompute::selective), sbh * 34 / t, 1);
  EXPECT_NEAR(kept(options(), Recompute::selective), sbh * 34, 1);
  EXPECT_NEAR(kept(options(), Recompute::full), sbh * 2, 1);
}

TEST(Gradient, IsTwiceTheWork) {
  for (const bool fused : {false, true})
    for (const std::uint32_t tensor : {1u, 4u}) {
      TrainingOptions o = options(tensor, tensor > 1);
      o.fused_attention = fused;
      const Graph forward = forward_pass(gpt(), o);
      double work = 0;
      for (const Segment& s : forward.segments) work += backward_of(forward, s, Recompute::none, o).graph.flops();
      EXPECT_NEAR(work, 2 * forward.flops(), 1e-9 * work);
    }
}

// 24 B s h^2 (1 + s/6h) a layer, 2 B s h V for the head; of the scores' square the causal half is work of the model.
TEST(Forward, WorkIsThatOfThePaper) {
  const Graph forward = forward_pass(gpt(), options());
  const double h = kHidden, s = kSequence, half = (s + 1) / (2 * s);
  const double layer = 24 * kBatch * s * h * h * (1 + half * s / (6 * h));
  EXPECT_NEAR(forward.flops(), kLayers * layer + 2 * kBatch * s * h * kVocab, 1e-9 * forward.flops());
}

TEST(Recomputation, RunsTheScoresOrAll) {
  const TrainingOptions o = options();
  const Graph forward = forward_pass(gpt(), o);
  const Segment& layer = forward.segments[1];
  const double all = backward_of(forward, layer, Recompute::full, o).recompute.flops() / kLayers;
  const double some = backward_of(forward, layer, Recompute::selective, o).recompute.flops() / kLayers;
  const double h = kHidden, s = kSequence, half = (s + 1) / (2 * s);
  EXPECT_NEAR(some, 4 * kBatch * s * s * h * half, 1e-9 * some);
  EXPECT_NEAR(all, 24 * kBatch * s * h * h * (1 + half * s / (6 * h)), 1e-9 * all);
  EXPECT_TRUE(backward_of(forward, layer, Recompute::none, o).recompute.segments.empty());
}

/// Bytes of all exchanges of a kind in a segment.
double exchanged(const Segment& segment, CollectiveKind kind) {
  double bytes = 0;
  for (const Op& op : segment.ops)
    if (op.kind == OpKind::collective && op.collective.kind == kind) bytes += op.collective.bytes;
  return bytes;
}

// arXiv:1909.08053: two all-reduces on the way forward, two back. arXiv:2205.05198, section 4.2.2: all-gather and reduce-
// scatter instead, and two all-gathers more on the way back for operands of which the rank kept its rows.
TEST(Exchanges, AreMegatrons) {
  const double each = sbh * 2;
  for (const bool sequence_parallel : {false, true}) {
    const TrainingOptions o = options(4, sequence_parallel);
    const Graph forward = forward_pass(gpt(), o);
    const Segment& there = forward.segments[1];
    const Graph back = backward_of(forward, there, Recompute::none, o).graph;
    const Segment& again = back.segments.front();
    if (sequence_parallel) {
      EXPECT_EQ(exchanged(there, CollectiveKind::all_gather), 2 * each);
      EXPECT_EQ(exchanged(there, CollectiveKind::reduce_scatter), 2 * each);
      EXPECT_EQ(exchanged(again, CollectiveKind::all_gather), 4 * each);
      EXPECT_EQ(exchanged(again, CollectiveKind::reduce_scatter), 2 * each);
    } else {
      EXPECT_EQ(exchanged(there, CollectiveKind::all_reduce), 2 * each);
      EXPECT_EQ(exchanged(again, CollectiveKind::all_reduce), 2 * each);
    }
  }
}

TEST(Parameters, AreThoseOfTheModelAndHaveGradients) {
  const TrainingOptions o = options();
  const Graph forward = forward_pass(gpt(), o);
  double held = -static_cast<double>(kVocab * kHidden), gradients = 0;  // the table is in both ends
  for (const Segment& s : forward.segments) {
    held += parameters_of(forward, s).total() * static_cast<double>(s.count);
    const Graph back = backward_of(forward, s, Recompute::none, o).graph;
    for (const Op& op : back.segments.front().ops)
      for (const TensorId id : op.outputs)
        if (s.name == "layer" && back.tensors[id].role == TensorRole::gradient) gradients += static_cast<double>(back.tensors[id].values);
  }
  EXPECT_EQ(held, static_cast<double>(parameter_count(gpt())));
  EXPECT_EQ(gradients, parameters_of(forward, forward.segments[1]).total());
}

TEST(Context, SharesTheWorkEvenly) {
  TrainingOptions o = options();
  o.fused_attention = true;
  const double alone = forward_pass(gpt(), o).flops();
  o.context = 4;
  EXPECT_NEAR(forward_pass(gpt(), o).flops(), alone / 4, 1e-3 * alone / 4);
}

// A device keeps its own keys and values: no more for a group of four that shares sequences four times as long.
TEST(Context, GathersKeysAndValuesAgain) {
  TrainingOptions o = options();
  o.fused_attention = true;
  const double alone = kept(o, Recompute::none);
  o.context = 4;
  EXPECT_EQ(4 * kept(o, Recompute::none), alone);
  const Graph forward = forward_pass(gpt(), o);
  const Segment& there = forward.segments[1];
  const Graph back = backward_of(forward, there, Recompute::none, o).graph;
  const Segment& again = back.segments.front();
  const double keys_and_values = 2 * sbh * 2;
  EXPECT_EQ(exchanged(there, CollectiveKind::all_gather), keys_and_values);
  EXPECT_EQ(exchanged(again, CollectiveKind::all_gather), keys_and_values);
  EXPECT_EQ(exchanged(again, CollectiveKind::reduce_scatter), keys_and_values);
}

/// Values that operators of a name write on the way back.
double written(const Segment& segment, const Graph& graph, const char* name) {
  double values = 0;
  for (const Op& op : segment.ops)
    if (op.name == name)
      for (const TensorId id : op.outputs) values += static_cast<double>(graph.tensors[id].values);
  return values;
}

TEST(Gradient, IsAddedByAKernelOfItsOwnWhereProductsDoNot) {
  TrainingOptions o = options();
  const double matrices = 12.0 * kHidden * kHidden;
  for (const bool fused : {true, false}) {
    o.fused_accumulation = fused;
    const Graph forward = forward_pass(gpt(), o);
    const Graph back = backward_of(forward, forward.segments[1], Recompute::none, o).graph;
    EXPECT_EQ(written(back.segments.front(), back, "gradient_accumulate"), fused ? 0 : matrices);
    for (const Op& op : back.segments.front().ops) {
      EXPECT_TRUE(!op.name.ends_with("_wgrad") || op.matmul.accumulate == fused) << op.name;
    }
  }
}

double bytes(const Graph& graph, const Op& op) {
  double sum = 0;
  for (const auto& ids : {op.inputs, op.outputs})
    for (const TensorId id : ids) sum += static_cast<double>(graph.tensors[id].values) * bytes_per_value(graph.tensors[id].format);
  return sum;
}

double update_bytes(const Update& update, const TrainingOptions& o, const std::string& name) {
  const Graph graph = update_pass(Optimizer::adam, update, o);
  double sum = 0;
  for (const Segment& segment : graph.segments)
    for (const Op& op : segment.ops)
      if (op.name == name) sum += bytes(graph, op) * static_cast<double>(segment.count);
  return sum;
}

// Adam in fp32: gradient, copy and two moments read, the latter three written.
TEST(UpdatePass, MovesWhatTheOptimiserKeeps) {
  TrainingOptions o;
  const double n = 1 << 20;
  const Update alone{n, n, 0};
  EXPECT_NEAR(update_bytes(alone, o, "adam"), 28 * n, 2);
  EXPECT_NEAR(update_bytes(alone, o, "gradient_norm"), 4 * n, 2048);
  EXPECT_EQ(update_bytes(alone, o, "gradient_average"), 0);
  EXPECT_EQ(update_bytes(alone, o, "gradient_widen"), 0);
  EXPECT_EQ(update_bytes(alone, o, "gradient_unscale"), 0);
  o.formats.activations = o.formats.weights = o.gradients = Format::fp16;
  EXPECT_NEAR(update_bytes(alone, o, "gradient_widen"), 6 * n, 2);
  EXPECT_NEAR(update_bytes(alone, o, "gradient_unscale"), 8 * n, 2);
  EXPECT_NEAR(update_bytes(alone, o, "weights_copy"), 6 * n, 2);
}

// Replicas that share the states average all their gradients and go on with their share.
TEST(UpdatePass, ReplicasAverageAllAndUpdateTheirs) {
  const double n = 1 << 20;
  const Update shared{n, n / 8, n, 3};
  EXPECT_NEAR(update_bytes(shared, {}, "gradient_average"), 3 * 8 * n, 6);
  EXPECT_NEAR(update_bytes(shared, {}, "gradient_norm"), 4 * n / 8, 2048);
  EXPECT_NEAR(update_bytes(shared, {}, "adam"), 28 * n / 8, 2);
  EXPECT_NEAR(update_bytes(shared, {}, "gradient_zero"), 4 * n, 2);
}

TEST(Refused, WhatDoesNotDivide) {
  TrainingOptions o = options();
  o.context = 3;
  EXPECT_THROW(forward_pass(gpt(), o), InputError);
  o = options(3);
  EXPECT_THROW(forward_pass(gpt(), o), InputError);
  o = options();
  o.expert = 2;
  EXPECT_THROW(forward_pass(gpt(), o), InputError);
}

}  // namespace
}  // namespace presil::workload
