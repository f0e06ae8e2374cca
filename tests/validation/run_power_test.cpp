// run_power_test.cpp -- power of whole runs against published ones, and what it is made of.
#include <map>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/run/run.h"
#include "tests/support/files.h"

namespace presil::run {
namespace {

struct PoweredRun {
  nlohmann::ordered_json metrics;
  std::map<std::string, double> joules;  ///< by part
};

PoweredRun powered_run(const std::string& experiment, std::vector<std::string> overrides = {}) {
  const auto file = test::source_directory() / "configs" / "experiments" / (experiment + ".yaml");
  const RunOutcome run = run_experiment(file, {std::move(overrides), false});
  PoweredRun result{run.result["metrics"], {}};
  double sum = 0;
  for (const auto& part : run.result["energy"]) {
    EXPECT_GE(part["joules"].get<double>(), 0) << part["name"];
    EXPECT_TRUE(result.joules.emplace(part["name"].get<std::string>(), part["joules"].get<double>()).second)
        << part["name"] << " twice";
    sum += part["joules"].get<double>();
  }
  EXPECT_NEAR(sum, result.metrics["energy_j"].get<double>(), 1e-9 * sum) << "the parts are the whole";
  return result;
}

/// Jouppi et al., ISCA 2023, table 4: minimum 121 W, maximum 192 W.
void expect_tpu_v4_in_its_range(const PoweredRun& run) {
  EXPECT_GT(run.metrics["average_power_w"].get<double>(), 121);
  EXPECT_LT(run.metrics["average_power_w"].get<double>(), 192);
}

TEST(RunPower, OfLlamaOnTpuV4) { expect_tpu_v4_in_its_range(powered_run("llama3_8b_on_tpu_v4")); }

TEST(RunPower, OfLlamaOnTpuV4WithBanks) {
  const PoweredRun run = powered_run("llama3_8b_on_tpu_v4", {"chip.memory.model=banked"});
  expect_tpu_v4_in_its_range(run);
  // Rows are not used whole: more than an ACT for each KiB, less than one for each burst of 32 B.
  const double bytes = run.joules.at("memory_phy") / 0.8e-12 / 8, whole = bytes / 1024 * 0.422e-9;
  EXPECT_GT(run.joules.at("memory_activate"), whole);
  EXPECT_LT(run.joules.at("memory_activate"), 32 * whole);
}

TEST(RunPower, OfLlamaOnTpuV4ByEvents) {
  const PoweredRun run = powered_run("llama3_8b_on_tpu_v4");
  for (const char* part : {"arithmetic", "registers", "control", "clock", "memory_activate", "memory_read",
                           "memory_background", "memory_refresh"})
    EXPECT_GT(run.joules.at(part), 0) << part;
  // Nearly all traffic is weights: (IDD4R - IDD3N) VDD over the rate of a channel of 37.5 GB/s.
  const double bits = run.joules.at("memory_phy") / 0.8e-12;
  EXPECT_NEAR(run.joules.at("memory_read"), bits * 0.335 * 1.2 / 300e9, 0.01 * run.joules.at("memory_read"));
}

/// Jouppi et al., ISCA 2017, table 2: 40 W a busy die.
void expect_forty_watts(const char* experiment) {
  EXPECT_NEAR(powered_run(experiment).metrics["average_power_w"].get<double>(), 40, 0.2 * 40) << experiment;
}
TEST(RunPower, OfMlp0OnTpuV1) { expect_forty_watts("tpu_v1_mlp0"); }
TEST(RunPower, OfMlp1OnTpuV1) { expect_forty_watts("tpu_v1_mlp1"); }

}  // namespace
}  // namespace presil::run
