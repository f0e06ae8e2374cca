// training_test.cpp -- the shipped training runs, from outside.
#include <filesystem>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

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

}  // namespace
}  // namespace presil::test
