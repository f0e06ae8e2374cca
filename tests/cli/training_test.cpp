// training_test.cpp -- the shipped training runs, from outside.
#include <filesystem>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/parallel/slowest.h"
#include "tests/support/command.h"
#include "tests/support/files.h"

namespace presil::test {
namespace {

TEST(Training, ShippedRunsAddUp) {
  int runs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(source_directory() / "configs" / "experiments")) {
    if (entry.path().extension() != ".yaml" || read_text(entry.path()).find("phase: training") == std::string::npos) continue;
    SCOPED_TRACE(entry.path());
    std::vector<std::string> words{"run", entry.path().string(), "--format", "json"};
    // Simulated exchanges of the same runs are tests/cli/fabric_run_test.cpp's.
    if (read_text(entry.path()).find("\nsystem:") != std::string::npos) words.insert(words.end(), {"--set", "fabric=closed_form"});
    const CommandResult run = run_presil(words);
    ASSERT_EQ(run.status, 0) << run.err;
    const nlohmann::json result = nlohmann::json::parse(run.out);
    const nlohmann::json& metrics = result.at("metrics");
    const double step = metrics.at("step_time_s"), mfu = metrics.at("mfu"), hfu = metrics.at("hfu");
    double parts = 0;
    for (const auto& op : result.at("ops")) parts += op.at("time_s").get<double>();
    EXPECT_NEAR(parts, step, 1e-6 * step);
    EXPECT_GT(mfu, 0.1);
    EXPECT_LE(mfu, hfu * (1 + 1e-9));
    EXPECT_LT(hfu, 1);
    ++runs;
  }
  EXPECT_GE(runs, 4);
}

/// Seconds of a step of a small model on the devices of a node, with what is set beside it.
double step_s(const std::vector<std::string>& settings) {
  const auto file = std::filesystem::path(::testing::TempDir()) / "training_step.yaml";
  write_text(file,
             "chip: h100_sxm\nlink: nvlink4\nparallelism: {tensor: 8}\nmodel: llama3_2_1b\n"
             "workload: {phase: training, sequence: 4096, global_batch: 2, micro_batch: 2, device_spread: 0}\n");
  std::vector<std::string> words{"run", file.string(), "--format", "json"};
  for (const std::string& setting : settings) words.insert(words.end(), {"--set", setting});
  const CommandResult run = run_presil(words);
  EXPECT_EQ(run.status, 0) << run.err;
  return run.status == 0 ? nlohmann::json::parse(run.out).at("metrics").at("step_time_s").get<double>() : 0;
}

// The clock differs between devices, not what memory and links take.
TEST(TrainingStep, WaitsForTheSlowestDevicesClockAlone) {
  const double even = step_s({}), spread = step_s({"workload.device_spread=0.1"});
  const double lag = 0.1 * parallel::expected_largest(8);
  EXPECT_GT(spread, even * (1 + 0.2 * lag));
  EXPECT_LT(spread, even * (1 + 0.9 * lag));
  EXPECT_DOUBLE_EQ(step_s({"parallelism.tensor=1", "workload.device_spread=0.1"}), step_s({"parallelism.tensor=1"}));
}

// An exchange beside a product hides its time, but holds SMs meanwhile.
TEST(TrainingStep, ExchangesBesideProductsAreNotFree) {
  const double beside = step_s({}), behind = step_s({"workload.overlap_backward=false"}), none = step_s({"link.bandwidth=1 PB/s", "link.latency=0 s"});
  EXPECT_GT(behind, beside * 1.01);
  const double piecewise = step_s({"workload.overlap_tensor=true"});
  EXPECT_LT(piecewise, beside);
  EXPECT_GT(piecewise, none * 1.01);
}

// The embedding's gradient goes from the last stage to the first, which share a node.
TEST(TrainingStep, TiedEmbeddingsMeetInsideANode) {
  const std::vector<std::string> gpt2{"model=gpt2", "workload.sequence=1024", "parallelism.tensor=1", "workload.global_batch=8", "workload.micro_batch=1"};
  auto stages = gpt2;
  stages.push_back("parallelism.pipeline=6");
  EXPECT_GT(step_s(stages), step_s(gpt2) / 6);
}

}  // namespace
}  // namespace presil::test
