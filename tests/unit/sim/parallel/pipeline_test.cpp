#include "sim/parallel/pipeline.h"

#include <gtest/gtest.h>

#include "sim/parallel/layout.h"

namespace presil::parallel {
namespace {

PipelineTimes even(const PipelineShape& p, double forward, double backward) {
  PipelineTimes times;
  times.forward.assign(p.stages, std::vector<double>(p.chunks, forward / p.chunks));
  times.backward.assign(p.stages, std::vector<double>(p.chunks, backward / p.chunks));
  return times;
}

// Narayanan et al., arXiv:2104.04473, section 2.2: m (f + b) of work and (p - 1)(f + b)/v of bubble.
TEST(Pipeline, SpanIsWorkAndBubble) {
  for (const PipelineShape p : {PipelineShape{1, 1, 3}, {4, 1, 8}, {4, 1, 4}, {4, 1, 2}, {4, 2, 8}, {4, 2, 4}, {8, 3, 64}, {35, 3, 280}}) {
    const PipelineResult r = replay_pipeline(p, even(p, 1, 2));
    const double m = static_cast<double>(p.micro_batches);
    EXPECT_NEAR(r.span, 3 * m + 3.0 * (p.stages - 1) / p.chunks, 1e-6 * r.span) << p.stages << " " << p.chunks << " " << p.micro_batches;
    for (const double busy : r.busy) EXPECT_NEAR(busy, 3 * m, 1e-9 * busy);
  }
}

TEST(Pipeline, EveryPassRunsOnceAndBackBehindForward) {
  for (const PipelineShape p : {PipelineShape{4, 1, 6}, {4, 3, 8}})
    for (std::uint32_t s = 0; s < p.stages; ++s) {
      std::vector<int> seen(p.chunks * p.micro_batches, 0);
      for (const PipelineSlot& slot : pipeline_order(p, s)) {
        int& count = seen[slot.chunk * p.micro_batches + slot.micro_batch];
        EXPECT_EQ(count, slot.forward ? 0 : 1);
        ++count;
      }
      for (const int count : seen) EXPECT_EQ(count, 2);
    }
}

// arXiv:2205.05198, section 4.2.3: a stage holds as many micro-batches as stages follow it, itself included; interleaved the
// first holds p (1 + (p - 1)/(p v)).
TEST(Pipeline, MicroBatchesUnderWay) {
  const PipelineShape p{8, 1, 64};
  for (std::uint32_t s = 0; s < p.stages; ++s) EXPECT_EQ(most_held(pipeline_order(p, s), {1}), p.stages - s);
  const PipelineShape v{8, 4, 64};
  EXPECT_DOUBLE_EQ(most_held(pipeline_order(v, 0), {0.25, 0.25, 0.25, 0.25}), 8 * (1 + 7.0 / (8 * 4)));
}

TEST(Pipeline, PlayedPassesAreTheReplay) {
  for (const PipelineShape p : {PipelineShape{1, 1, 3}, {4, 1, 6}, {4, 3, 8}}) {
    PipelineTimes times = even(p, 1, 2);
    times.transfer = 0.25;
    std::vector<PlayedPass> played;
    const PipelineResult r = replay_pipeline(p, times, &played);
    EXPECT_EQ(played.size(), 2 * p.stages * p.chunks * p.micro_batches);
    std::vector<double> busy(p.stages, 0), end(p.stages, 0);
    std::size_t sent = 0;
    for (const PlayedPass& pass : played) {
      EXPECT_GE(pass.begin, end[pass.stage] - 1e-9);
      end[pass.stage] = pass.end;
      busy[pass.stage] += pass.end - pass.begin;
      if (pass.sent < 0) continue;
      ++sent;
      EXPECT_NE(pass.from, pass.stage);
      EXPECT_GE(pass.begin, pass.sent + times.transfer - 1e-9);
    }
    EXPECT_EQ(sent, p.stages == 1 ? 0u : 2 * (p.stages * p.chunks - 1) * p.micro_batches);
    for (std::uint32_t s = 0; s < p.stages; ++s) {
      EXPECT_NEAR(busy[s], r.busy[s], 1e-9);
      EXPECT_NEAR(end[s], r.ends[s], 1e-9);
    }
  }
}

TEST(Pipeline, SendsDelayAndBlock) {
  const PipelineShape p{4, 1, 8};
  PipelineTimes times = even(p, 1, 2);
  const double free = replay_pipeline(p, times).span;
  times.transfer = 0.1;
  const double delayed = replay_pipeline(p, times).span;
  times.blocking = true;
  EXPECT_GT(delayed, free);
  EXPECT_GT(replay_pipeline(p, times).span, delayed);
}

TEST(Pipeline, WhatCannotBeInterleaved) {
  EXPECT_STRNE(pipeline_obstacle({1, 2, 4}), "");
  EXPECT_STRNE(pipeline_obstacle({4, 2, 6}), "");
  EXPECT_STREQ(pipeline_obstacle({4, 2, 8}), "");
}

TEST(Layout, GroupsLieInMegatronsOrder) {
  const Degrees d{.tensor = 4, .context = 2, .expert = 2, .data = 8, .pipeline = 3};
  EXPECT_EQ(d.devices(), 192u);
  EXPECT_EQ(members_in_node(tensor_group(d), 8), 4u);
  EXPECT_EQ(members_in_node(context_group(d), 8), 2u);
  EXPECT_EQ(members_in_node(replicas(d), 8), 2u);
  EXPECT_EQ(replicas(d).ranks, 16u);
  EXPECT_EQ(expert_replicas(d).ranks, 8u);
  EXPECT_EQ(pipeline_group(d).stride, 64u);
  EXPECT_EQ(members_in_node(pipeline_group(d), 8), 1u);
}

}  // namespace
}  // namespace presil::parallel
