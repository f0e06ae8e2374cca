// dies_test.cpp -- a package of two dies, run as one chip.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/command.h"
#include "tests/support/files.h"
#include "tests/support/temporary_directory.h"

namespace presil::test {
namespace {

nlohmann::json llama_on_b200(const std::string& rate) {
  const TemporaryDirectory folder;
  const auto file = folder.write("e.yaml", "chip: {include: b200, die: {include: gb100, die_to_die: " + rate +
                                               "}}\nmodel: llama3_8b\nworkload: {batch: 1, in_len: 512, out_len: 8}\n");
  const CommandResult run = run_presil("run", file.string(), "--format", "json");
  EXPECT_EQ(run.status, 0) << run.err;
  return nlohmann::json::parse(run.out);
}

double latency(const nlohmann::json& result) { return result["metrics"]["latency_s"]; }

TEST(TwoDies, ActAsOneAtTenTerabytesAndNotBelowWhatTheReportSays) {
  const auto apart = llama_on_b200("10 TB/s");
  const double needed = apart["dies"]["as_one_from_gb_per_s"];
  EXPECT_EQ(apart["dies"]["count"], 2);
  EXPECT_NEAR(needed, 8000 / 2.0, 0.15 * 4000);  // half of 8 TB/s, as far as kernels reach it
  const double one = latency(llama_on_b200("0 TB/s"));  // as if there were no boundary
  EXPECT_NEAR(latency(apart) / one, 1, 0.03);
  EXPECT_NEAR(latency(llama_on_b200(std::to_string(needed) + " GB/s")) / one, 1, 0.03);
  EXPECT_GT(latency(llama_on_b200(std::to_string(needed / 2) + " GB/s")) / one, 1.3);
}

}  // namespace
}  // namespace presil::test
