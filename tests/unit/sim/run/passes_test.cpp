// passes_test.cpp -- sampling over the KV length, and passes put together on one machine.
#include "sim/run/passes.h"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/unit/sim/run/small_model.h"

namespace presil::run {
namespace {

TEST(SampleLengths, WeightsSumToTheCountAndLinesAreExact) {
  for (const std::uint64_t first : {1u, 7u, 2049u})
    for (const std::uint64_t count : {1u, 2u, 3u, 5u, 6u, 17u, 127u, 1000u, 100003u})
      for (const std::uint32_t samples : {2u, 3u, 5u, 16u, 1024u}) {
        const std::uint64_t last = first + count - 1;
        double weights = 0, line = 0;
        std::uint64_t previous = 0;
        for (const auto& s : sample_lengths(first, last, samples)) {
          EXPECT_GE(s.kv_len, first);
          EXPECT_LE(s.kv_len, last);
          EXPECT_GT(s.kv_len, previous);
          EXPECT_GT(s.weight, 0);
          previous = s.kv_len;
          weights += s.weight;
          line += s.weight * (3 + 0.25 * static_cast<double>(s.kv_len));
        }
        const double n = static_cast<double>(count);
        const double sum = 3 * n + 0.25 * n * static_cast<double>(first + last) / 2;
        EXPECT_NEAR(weights, n, 1e-9 * n);
        EXPECT_NEAR(line, sum, 1e-12 * sum);
        EXPECT_EQ(previous, last);
      }
}

TEST(SampleLengths, FewLengthsAreAllTaken) {
  const auto all = sample_lengths(10, 13, 5);
  ASSERT_EQ(all.size(), 4u);
  for (const auto& s : all) EXPECT_EQ(s.weight, 1);
  EXPECT_TRUE(sample_lengths(10, 9, 5).empty());
  EXPECT_LE(sample_lengths(1, 1000000, 7).size(), 7u);
}

TEST(SampleLengths, StepsAreFollowedWithMoreSamples) {
  // A staircase of width 128, as key tiles make it.
  const auto f = [](std::uint64_t t) { return std::ceil(static_cast<double>(t) / 128); };
  double exact = 0;
  for (std::uint64_t t = 1; t <= 4096; ++t) exact += f(t);
  const auto error = [&](std::uint32_t samples) {
    double sum = 0;
    for (const auto& s : sample_lengths(1, 4096, samples)) sum += s.weight * f(s.kv_len);
    return std::abs(sum / exact - 1);
  };
  EXPECT_LT(error(5), 0.05);
  EXPECT_LT(error(256), 0.01);
}

TEST(RunPass, LaunchAndEverySegmentAsOftenAsItOccurs) {
  Machine machine(npu_chip(roomy_chip()));
  const workload::Architecture model = tiny_llama();
  const workload::Graph graph = workload::prefill_pass(model, {}, 16);
  const Totals pass = run_pass(machine, graph, {}, false);
  double sum = machine.chip()->board().host.launch.value;
  for (const auto& segment : graph.segments) sum += static_cast<double>(segment.count) * machine.run(graph, segment, {}, true).time_s();
  EXPECT_NEAR(pass.time_s(), sum, 1e-12 * sum);
  EXPECT_NEAR(pass.flops(), graph.flops(), 1e-9 * graph.flops());
  EXPECT_EQ(pass.phases.front().passes, 1);
  double ops = 0;
  for (const auto& op : pass.ops) ops += op.time_s;
  EXPECT_NEAR(ops, pass.time_s(), 1e-12 * ops);
}

TEST(RunGeneration, FirstTokenThenTheOthers) {
  Machine machine(npu_chip(roomy_chip()));
  const workload::Architecture model = tiny_llama();
  WorkloadConfig workload;
  workload.batch = 2;
  workload.in_len = 12;
  workload.out_len = 1;
  const GenerationTotals first = run_generation(machine, model, workload, {});
  EXPECT_EQ(first.first_token_s, first.latency_s);  // the prompt gives the first token
  workload.out_len = 4;
  const GenerationTotals four = run_generation(machine, model, workload, {});
  EXPECT_EQ(four.first_token_s, first.first_token_s);
  ASSERT_EQ(four.totals.phases.size(), 2u);
  EXPECT_EQ(four.totals.phases[1].name, "decode");
  EXPECT_EQ(four.totals.phases[1].passes, 3);
  double decode = 0, flops = workload::prefill_pass(model, {2, {}, true}, 12).flops();
  for (std::uint64_t kv = 13; kv <= 15; ++kv) {
    const workload::Graph graph = workload::decode_pass(model, {2, {}, true}, kv, 0);
    decode += run_pass(machine, graph, {}, false).time_s();
    flops += graph.flops();
  }
  EXPECT_NEAR(four.latency_s - four.first_token_s, decode, 1e-12);
  EXPECT_NEAR(four.totals.flops(), flops, 1e-9 * flops);
}

TEST(Generates, DecodersDoAndEncodersDoNot) {
  EXPECT_TRUE(generates(tiny_llama()));
  EXPECT_FALSE(generates(workload::read_architecture(config::parse_file(find_model("bert_base", {})))));
  EXPECT_FALSE(generates(workload::read_architecture(config::parse_file(find_model("tpu_v1_mlp0", {})))));
}

}  // namespace
}  // namespace presil::run
