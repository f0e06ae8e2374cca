// fabric_run_test.cpp -- whole models on the simulated fabric of a system, and uneven exchanges, from outside.
#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/support/command.h"
#include "tests/support/files.h"
#include "tests/support/temporary_directory.h"

namespace presil::test::fabric_run {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;

using Words = std::vector<std::string>;

std::string experiment(const char* name) { return (source_directory() / "configs" / "experiments" / name).string(); }

Words operator+(Words a, const Words& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

json result_of(const char* name, const Words& more) {
  Words command{"run", experiment(name), "--format", "json"};
  command.insert(command.end(), more.begin(), more.end());
  const CommandResult run = run_presil(command);
  EXPECT_EQ(run.status, 0) << run.err;
  return json::parse(run.out);
}

double seconds(const json& result, const char* metric) { return result.at("metrics").at(metric).get<double>(); }

TEST(FabricRun, InferenceOnASystemSimulatesItsExchanges) {
  const char* name = "llama3_70b_on_8_h100.yaml";
  const json closed = result_of(name, {}), simulated = result_of(name, {"--set", "system=dgx_h100"});
  EXPECT_EQ(closed.at("fabric").at("model"), "closed form");
  EXPECT_FALSE(closed.at("fabric").contains("exchanges"));
  const json& fabric = simulated.at("fabric");
  EXPECT_EQ(fabric.at("model"), "simulated");
  EXPECT_EQ(fabric.at("system"), "DGX H100");
  EXPECT_GE(fabric.at("exchanges").size(), 3u);
  for (const json& row : fabric.at("exchanges")) {
    EXPECT_LT(std::abs(row.at("difference").get<double>()), 0.15) << row;
    EXPECT_NEAR(row.at("time_s").get<double>() / row.at("closed_form_s").get<double>() - 1, row.at("difference").get<double>(), 1e-9);
    EXPECT_EQ(row.at("ranks"), 8);
  }
  EXPECT_NE(seconds(closed, "ttft_s"), seconds(simulated, "ttft_s"));
  EXPECT_NEAR(seconds(closed, "ttft_s"), seconds(simulated, "ttft_s"), 0.02 * seconds(closed, "ttft_s"));
  const json back = result_of(name, {"--set", "system=dgx_h100", "--set", "fabric=closed_form"});
  EXPECT_EQ(back.at("metrics"), closed.at("metrics"));
}

// Software-managed chips wait between their programs. Two devices of a pod are neighbours on a link of the torus.
TEST(FabricRun, ChipsOfATorusSimulateTheirExchangesToo) {
  const Words on_pod{"--set", "parallelism.tensor=2", "--set", "system=tpu_v4_pod", "--set", "workload.in_len=64", "--set", "workload.out_len=4"};
  const json simulated = result_of("gpt2_on_tpu_v4.yaml", on_pod);
  EXPECT_EQ(simulated.at("fabric").at("model"), "simulated");
  for (const json& row : simulated.at("fabric").at("exchanges")) EXPECT_EQ(row.at("algorithm"), "torus") << row;
  const json exact = result_of("gpt2_on_tpu_v4.yaml", on_pod + Words{"--exact"});
  EXPECT_NEAR(seconds(exact, "latency_s"), seconds(simulated, "latency_s"), 0.01 * seconds(simulated, "latency_s"));
}

TEST(FabricRun, TheReportSaysWhichItWas) {
  const std::string file = experiment("llama3_70b_on_8_h100.yaml");
  EXPECT_THAT(run_presil(Words{"run", file}).out, HasSubstr("one way, exchanges in closed form"));
  const std::string simulated = run_presil(Words{"run", file, "--set", "system=dgx_h100"}).out;
  EXPECT_THAT(simulated, HasSubstr("DGX H100: 3 kinds"));
  EXPECT_THAT(simulated, HasSubstr("of closed form"));
}

TEST(FabricRun, ASystemBringsItsLinksAndItsNetwork) {
  const TemporaryDirectory folder;
  write_text(folder.path() / "e.yaml",
             "chip: a100_sxm_80gb\nsystem: dgx_a100_superpod\nparallelism: {tensor: 8, pipeline: 2, data: 2, sequence_parallel: true, zero: 1}\n"
             "model: llama2_7b\nworkload: {phase: training, global_batch: 16, formats: {weights: bf16, activations: bf16}}\n");
  const CommandResult run = run_presil(Words{"run", (folder.path() / "e.yaml").string(), "--format", "json"});
  ASSERT_EQ(run.status, 0) << run.err;
  const json fabric = json::parse(run.out).at("fabric");
  EXPECT_EQ(fabric.at("link"), "NVLink3");
  EXPECT_EQ(fabric.at("network"), "InfiniBand HDR");
  bool gradients = false, messages = false;
  for (const json& row : fabric.at("exchanges")) {
    if (row.at("name") == "reduce_scatter" && row.at("stride") == 8) gradients = true;
    if (row.at("name") == "send_receive") messages = true;
    if (row.at("stride") == 8) {
      EXPECT_EQ(row.at("groups"), 8) << row;
    }
  }
  EXPECT_TRUE(gradients);
  EXPECT_TRUE(messages);
}

// 4 KiB in flight of a round trip of 500 ns: 8.2 GB/s of 25 remain.
TEST(FabricRun, CreditsTooFewAreWarnedOfAndCost) {
  const std::string file = experiment("llama3_70b_on_8_h100.yaml");
  const CommandResult run = run_presil(Words{"run", file, "--format", "json", "--set", "system=dgx_h100", "--set", "system.scale_up.link.credits=4 KiB"});
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("presil: warning: NVLink4: credits of 4096 B are too few for a round trip of 500 ns"));
  EXPECT_THAT(run.err, HasSubstr("8.2 of 21.9 GB/s remain"));
  const json result = json::parse(run.out);
  EXPECT_THAT(result.at("fabric").at("warnings").at(0).get<std::string>(), HasSubstr("8.2 of 21.9 GB/s remain"));
  EXPECT_GT(result.at("fabric").at("exchanges").at(0).at("difference").get<double>(), 1);
  const CommandResult bench = run_presil(Words{"bench", "collective", "--system", "dgx_h100", "--bytes", "1048576", "--set", "scale_up.link.credits=4 KiB"});
  EXPECT_EQ(bench.status, 0);
  EXPECT_THAT(bench.err, HasSubstr("dgx_h100: NVLink4: credits of 4096 B are too few for a round trip of 500 ns, which needs 10944 B; 8.2 of 21.9 GB/s remain"));
  EXPECT_THAT(run_presil(Words{"bench", "collective", "--system", "dgx_h100", "--bytes", "1048576"}).err, IsEmpty());
}

json bench(const Words& more) {
  Words command{"bench", "collective", "--system", "dgx_h100", "--op", "all_to_all", "--format", "json"};
  command.insert(command.end(), more.begin(), more.end());
  const CommandResult run = run_presil(command);
  EXPECT_EQ(run.status, 0) << run.err;
  return json::parse(run.out).at(0);
}

TEST(UnevenExchange, EvenCountsAreThePlainExchange) {
  const TemporaryDirectory folder;
  std::string counts = "# 8 ranks, 1 MiB for each other\n";
  for (int i = 0; i < 8; ++i) counts += "1048576, 1048576 1048576,1048576, 1048576, 1048576, 1048576, 1048576\n";
  write_text(folder.path() / "c.csv", counts);
  const json even = bench({"--counts", (folder.path() / "c.csv").string()}), plain = bench({"--bytes", "8388608"});
  EXPECT_EQ(even, plain);
  EXPECT_EQ(bench({"--bytes", "8388608", "--imbalance", "1"}), plain);
}

// The links of the first GPU take in 7/8 of three times the mean: the rest waits for it.
TEST(UnevenExchange, TheBusiestRankDecides) {
  const json plain = bench({"--bytes", "268435456"}), hot = bench({"--bytes", "268435456", "--imbalance", "3"});
  const auto transfer = [](const json& row) { return row.at("time_us").get<double>(); };
  EXPECT_NEAR(transfer(hot) / transfer(plain), 3, 0.15);
  EXPECT_GE(transfer(hot), hot.at("bound_us").get<double>());
  EXPECT_NEAR(hot.at("bound_us").get<double>() / plain.at("bound_us").get<double>(), 3, 0.01);
}

// A ring of 8 sends 2 x 7 times 1/8 of the payload into and out of the switch.
TEST(CollectiveTrace, HasEveryChunkOfEveryLink) {
  const TemporaryDirectory folder;
  const std::string file = (folder.path() / "links.json").string();
  const CommandResult run = run_presil(Words{"bench", "collective", "--system", "dgx_h100", "--algo", "ring", "--bytes", "8388608", "--trace", file, "--format", "json"});
  ASSERT_EQ(run.status, 0) << run.err;
  const json row = json::parse(run.out).at(0), trace = json::parse(read_text(file));
  double last = 0, bytes = 0;
  std::size_t tracks = 0;
  for (const json& event : trace.at("traceEvents")) {
    if (event.at("ph") == "M" && event.at("name") == "thread_name") ++tracks;
    if (event.at("ph") != "X") continue;
    last = std::max(last, event.at("ts").get<double>() + event.at("dur").get<double>());
    bytes += event.at("args").at("B").get<double>();
  }
  EXPECT_EQ(tracks, 16u);
  EXPECT_NEAR(bytes, 2.0 * 14 * 8388608, 1e-6 * bytes);
  EXPECT_NEAR(last, row.at("time_us").get<double>(), 0.5);  // the last byte's way
  EXPECT_EQ(run_presil(Words{"bench", "collective", "--system", "dgx_h100", "--min", "1024", "--max", "4096", "--trace", file}).status, 2);
  EXPECT_EQ(run_presil(Words{"bench", "collective", "--link", "nvlink4", "--n-devices", "8", "--bytes", "1024", "--trace", file}).status, 2);
}

}  // namespace
}  // namespace presil::test::fabric_run
