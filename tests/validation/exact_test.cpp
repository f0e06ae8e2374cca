// exact_test.cpp -- simulating each distinct piece once against simulating everything: under 1% apart.
#include <cmath>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/command.h"
#include "tests/support/files.h"
#include "tests/support/temporary_directory.h"

namespace presil::test {
namespace {

nlohmann::json result_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--format", "json"});
  const CommandResult run = run_presil(arguments);
  EXPECT_EQ(run.status, 0) << run;
  return nlohmann::json::parse(run.out);
}

void expect_close(const std::string& experiment, const std::vector<std::string>& overrides = {}) {
  std::vector<std::string> arguments{"run", (source_directory() / "configs" / "experiments" / experiment).string()};
  for (const auto& o : overrides) arguments.insert(arguments.end(), {"--set", o});
  const auto quick = result_of(arguments);
  arguments.push_back("--exact");
  const auto exact = result_of(arguments);
  for (const char* key : {"latency_s", "ttft_s", "tpot_s", "energy_j", "memory_gb_per_s"}) {
    if (!exact["metrics"].contains(key)) continue;
    const double e = exact["metrics"][key].get<double>(), q = quick["metrics"][key].get<double>();
    EXPECT_NEAR(q, e, 0.01 * e) << key;
  }
}

TEST(Exact, Gpt2) { expect_close("gpt2_on_tpu_v4.yaml", {"workload.out_len=24"}); }
TEST(Exact, BertBase) { expect_close("bert_base_on_tpu_v4i.yaml"); }
TEST(Exact, TpuV1Mlp0) { expect_close("tpu_v1_mlp0.yaml"); }

TEST(Exact, TwoLayersOfLlama) {
  const TemporaryDirectory folder;
  auto model = nlohmann::json::parse(read_text(source_directory() / "workloads" / "models" / "llama3_8b.json"));
  model["num_hidden_layers"] = 2;
  const auto file = folder.write("two_layers.json", model.dump());
  expect_close("llama3_8b_on_tpu_v4.yaml", {"model=" + file.string(), "workload.in_len=512", "workload.out_len=40"});
}

}  // namespace
}  // namespace presil::test
