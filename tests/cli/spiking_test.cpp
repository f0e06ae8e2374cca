// spiking_test.cpp -- chips of spiking cores in `presil run` and `presil sweep`, from outside.
#include <algorithm>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/support/command.h"
#include "tests/support/files.h"
#include "tests/support/temporary_directory.h"

namespace presil::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

json run_spiking(std::vector<std::string> sets = {}) {
  std::vector<std::string> words{
      "run",      (source_directory() / "configs" / "experiments" / "gpt2_4m_on_loihi_2.yaml").string(),
      "--format", "json",
      "--set",    "workload.in_len=16",
      "--set",    "workload.out_len=4"};
  for (const std::string& set : sets) words.insert(words.end(), {"--set", set});
  const CommandResult result = run_presil(words);
  EXPECT_EQ(result.status, 0) << result;
  return result.status == 0 ? json::parse(result.out) : json::object();
}

const std::vector<std::string> kFourBits{"chip=truenorth", "workload.formats.weights=int4",
                                         "workload.formats.activations=int4", "workload.formats.kv=int4"};

double sum_of(const json& rows, const char* value) {
  double total = 0;
  for (const json& row : rows) total += row.at(value).get<double>();
  return total;
}

double part(const json& result, const std::string& name) {
  for (const json& row : result.at("energy"))
    if (row.at("name") == name) return row.at("joules");
  return 0;
}

double metric(const json& result, const char* name) { return result.at("metrics").at(name).get<double>(); }

TEST(SpikingRun, PartsSumToTheWholeOnEveryChip) {
  for (const auto& sets : {std::vector<std::string>{}, {"chip=loihi"}, kFourBits}) {
    const json r = run_spiking(sets);
    EXPECT_NEAR(sum_of(r.at("energy"), "joules") / metric(r, "energy_j"), 1, 1e-9);
    EXPECT_NEAR(sum_of(r.at("area"), "mm2") / metric(r, "die_area_mm2"), 1, 1e-9);
    EXPECT_NEAR(sum_of(r.at("ops"), "time_s") / metric(r, "latency_s"), 1, 1e-6);
    for (const char* name : {"synapses", "neurons", "spikes", "synapse_writes", "processors", "leakage"})
      EXPECT_GT(part(r, name), 0) << name;
    for (const json& op : r.at("ops")) EXPECT_GT(op.at("time_s"), 0) << op.at("name");  // nothing is free
  }
}

TEST(SpikingRun, SynapsesCostWhatTheirEventsDo) {
  const json r = run_spiking({"workload.out_len=1"});
  // Products with weights, and lookups of 16 tokens and positions of 256 values each; attention meets 17 / 2
  // of 16 keys on average.
  const double layers = 4 * (256.0 * 768 + 256 * 256 + 2 * 256 * 1024), head = 256.0 * 2048;
  const double attention = 4 * 4 * 2 * 64 * (16 * 17 / 2.0);
  const double events = 0.1 * 8 * (16 * layers + head + attention) + 2 * 16 * 256;
  EXPECT_NEAR(part(r, "synapses") / (events * 10.1e-12), 1, 1e-9);
}

TEST(SpikingRun, SilenceCostsUpdatesProcessorsAndLeakage) {
  const json r = run_spiking({"workload.spikes.rate=0"}), busy = run_spiking();
  EXPECT_LT(part(r, "synapses"), 1e-3 * part(busy, "synapses"));  // what is left are lookups of embeddings
  EXPECT_GT(part(r, "neurons"), 0.5 * part(busy, "neurons"));
  EXPECT_LT(metric(r, "latency_s"), metric(busy, "latency_s"));
}

TEST(SpikingRun, TimeAndSynapsesGrowWithRateAndSteps) {
  double time = 0, energy = 0;
  for (const char* rate : {"0.01", "0.1", "0.5", "1"}) {
    const json r = run_spiking({std::string("workload.spikes.rate=") + rate});
    EXPECT_GE(metric(r, "latency_s"), time);
    EXPECT_GT(part(r, "synapses"), energy);
    time = metric(r, "latency_s");
    energy = part(r, "synapses");
  }
  const json four = run_spiking({"workload.spikes.steps=4"}),
             eight = run_spiking({"workload.spikes.steps=8"});
  EXPECT_GT(part(eight, "synapses") / part(four, "synapses"), 1.99);
  EXPECT_GT(metric(eight, "latency_s"), metric(four, "latency_s"));
}

TEST(SpikingRun, ExactRunsAgree) {
  const json once = run_spiking(), exact = run_spiking({"simulation.exact=true"});
  EXPECT_NEAR(metric(exact, "latency_s") / metric(once, "latency_s"), 1, 1e-2);
  EXPECT_NEAR(metric(exact, "energy_j") / metric(once, "energy_j"), 1, 1e-2);
}

TEST(SpikingRun, MoreChipsHoldLargerModelsAndCostCrossings) {
  const json one = run_spiking({"chip.chips=1"}), two = run_spiking({"chip.chips=2"});
  EXPECT_GE(metric(two, "latency_s"), metric(one, "latency_s"));
  EXPECT_NEAR(metric(two, "die_area_mm2"), 2 * metric(one, "die_area_mm2"), 1e-9);
  const json large = run_spiking({"model=gpt2", "chip.chips=12"});
  EXPECT_GT(part(large, "spikes"), 10 * part(one, "spikes"));
}

double phase_time(const json& result, const char* name) {
  for (const json& phase : result.at("phases"))
    if (phase.at("name") == name) return phase.at("time_s");
  return 0;
}

TEST(SpikingRun, TokensOfAPromptOverlapAndGeneratedOnesDoNot) {
  const json together = run_spiking(), apart = run_spiking({"chip.pipelined=false"});
  EXPECT_LT(phase_time(together, "prefill"), 0.7 * phase_time(apart, "prefill"));
  EXPECT_DOUBLE_EQ(phase_time(together, "decode"), phase_time(apart, "decode"));
  EXPECT_DOUBLE_EQ(part(together, "synapses"), part(apart, "synapses"));
  EXPECT_LT(part(together, "neurons"), part(apart, "neurons"));  // fewer steps
  // No faster than what all layers share: a token's instructions on the processors.
  for (const json& phase : together.at("phases")) EXPECT_GE(phase.at("time_s"), phase.at("bound_s"));
  const json one = run_spiking({"workload.in_len=1", "workload.out_len=1"}),
             alone = run_spiking({"workload.in_len=1", "workload.out_len=1", "chip.pipelined=false"});
  EXPECT_DOUBLE_EQ(metric(one, "latency_s"), metric(alone, "latency_s"));
}

TEST(SpikingRun, ASweepShowsWhatSparsityIsWorth) {
  const TemporaryDirectory folder;
  const std::string experiment =
      (source_directory() / "configs" / "experiments" / "gpt2_4m_on_loihi_2.yaml").string();
  const auto file =
      folder.write("s.yaml", "experiment: " + experiment +
                                 "\ngrid:\n  workload.in_len: [8]\n  workload.out_len: [2]\n  "
                                 "workload.spikes.rate: [0.01, 0.1]\n  workload.spikes.steps: [1, 8]\n");
  const CommandResult result = run_presil({"sweep", file.string()});
  EXPECT_EQ(result.status, 0) << result;
  EXPECT_THAT(result.out, HasSubstr("workload.spikes.rate,workload.spikes.steps"));
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 5) << result.out;
}

}  // namespace
}  // namespace presil::test
