// bench_noc_test.cpp -- `presil bench noc` from outside: formats, sweeps, refusals, warnings.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/command.h"

namespace presil::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

CommandResult bench_noc(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"bench", "noc"});
  return run_presil(arguments);
}

TEST(BenchNoc, OneLoadIsARecord) {
  const CommandResult result = bench_noc({"--topology", "mesh", "--size", "4x4", "--injection", "0.2", "--format", "json"});
  ASSERT_EQ(result.status, 0) << result;
  const json r = json::parse(result.out);
  EXPECT_EQ(r.at("size"), "4x4");
  EXPECT_EQ(r.at("stable"), "yes");
  EXPECT_NEAR(r.at("accepted_flits_per_node_cycle"), 0.2, 0.004);
  EXPECT_NEAR(r.at("zero_load_latency_cycles"), 5 * r.at("mean_hops").get<double>() + 2, 1e-9);
  EXPECT_GT(r.at("mean_packet_latency_cycles"), r.at("zero_load_latency_cycles"));
  EXPECT_EQ(bench_noc({"--size", "4x4", "--injection", "0.2", "--format", "json"}).out, result.out) << "mesh is the default; equal runs, equal bytes";
}

TEST(BenchNoc, ASweepEndsWithTheFirstUnstableLoad) {
  const CommandResult csv = bench_noc({"--size", "4x4", "--vcs", "2", "--buffer", "2", "--sweep", "--step", "0.2", "--format", "csv"});
  ASSERT_EQ(csv.status, 0) << csv;
  EXPECT_THAT(csv.out, StartsWith("injection,mean_packet_latency_cycles,accepted_flits_per_node_cycle,stable,packets\n0.2,"));
  EXPECT_THAT(csv.out, HasSubstr(",no,"));
  const CommandResult text = bench_noc({"--topology", "ring", "--size", "8", "--sweep", "--step", "0.3"});
  EXPECT_THAT(text.out, HasSubstr("saturation flits per node cycle"));
}

TEST(BenchNoc, RefusesWithStatusTwo) {
  using Words = std::vector<std::string>;
  for (const auto& [words, says] : std::vector<std::pair<Words, std::string>>{
           {{"--size", "8x"}, "COLUMNSxROWS"},
           {{"--size", "1"}, "1 nodes; expected 2"},
           {{"--vcs", "0"}, "expected 1 to 256"},
           {{"--vcs", "-3"}, "--vcs"},
           {{"--buffer", "99999"}, "expected 1 to 4096"},
           {{"--topology", "ring", "--vcs", "1"}, "2 virtual channels"},
           {{"--injection", "nan"}, "an injection of nan"},
           {{"--injection", "1.2"}, "an injection of 1.2"},
           {{"--pattern", "unifrom"}, "did you mean 'uniform'"},
           {{"--pattern", "transpose", "--size", "4x2"}, "as many columns as rows"},
           {{"--pattern", "hotspot", "--hotspot-node", "64"}, "there is no node 64"},
           {{"--sw-alloc-delay", "0"}, "switch allocation delay 0"},
           {{"--step", "0.1"}, "--sweep"},
           {{"--sweep", "--step", "0"}, "a step of 0"}}) {
    const CommandResult result = bench_noc(words);
    EXPECT_EQ(result.status, 2) << result;
    EXPECT_THAT(result.err, HasSubstr(says));
  }
}

TEST(BenchNoc, WarnsOfBuffersShorterThanTheRoundTrip) {
  const CommandResult result = bench_noc({"--size", "4x4", "--buffer", "2", "--packet", "8", "--injection", "0.05"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.err, HasSubstr("a packet alone gets 0.40 flits per cycle"));
}

}  // namespace
}  // namespace presil::test
