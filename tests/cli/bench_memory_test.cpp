// bench_memory_test.cpp -- `presil bench memory` from outside: patterns, loads, traces, energy, formats, warnings.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/command.h"
#include "tests/support/temporary_directory.h"

namespace presil::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;

json bench_memory(std::vector<std::string> arguments, std::string* warnings = nullptr) {
  arguments.insert(arguments.begin(), {"bench", "memory"});
  arguments.insert(arguments.end(), {"--format", "json"});
  const CommandResult result = run_presil(arguments);
  EXPECT_EQ(result.status, 0) << result;
  if (warnings != nullptr) *warnings = result.err;
  return json::parse(result.out);
}

TEST(BenchMemory, EveryPatternStaysBelowPeak) {
  for (const char* pattern : {"seq", "random", "stride=128", "stride=4096", "streams=1", "streams=16", "mix=1:1", "mix=2:1", "mix=1:3", "mix=0:1", "zipf"}) {
    const json r = bench_memory({"--config", "hbm3", "--pattern", pattern, "--requests", "5000"});
    EXPECT_EQ(r.at("memory"), "HBM3");
    EXPECT_EQ(r.at("traffic"), pattern);
    EXPECT_EQ(r.at("requests"), 5000);
    EXPECT_GT(r.at("bandwidth_gb_per_s"), 0);
    EXPECT_LE(r.at("share_of_peak"), 1);
    EXPECT_NEAR(r.at("share_of_peak"), r.at("bandwidth_gb_per_s").get<double>() / r.at("peak_gb_per_s").get<double>(), 1e-12);
    EXPECT_EQ(r.at("read_latency_ns") > 0, pattern != std::string("mix=0:1"));
    EXPECT_GE(r.at("row_hit_rate"), 0);
    EXPECT_LE(r.at("row_hit_rate"), 1);
    EXPECT_FALSE(r.contains("load"));
  }
}

TEST(BenchMemory, LatencyRisesWithTheLoadThatIsOffered) {
  double before = 0;
  for (const char* load : {"0.05", "0.15", "0.25"}) {
    const json r = bench_memory({"--config", "hbm3", "--pattern", "random", "--requests", "20000", "--load", load});
    EXPECT_NEAR(r.at("share_of_peak"), std::stod(load), 0.03 * std::stod(load));
    EXPECT_GT(r.at("read_latency_ns"), before);
    before = r.at("read_latency_ns");
  }
  EXPECT_GT(bench_memory({"--config", "hbm3", "--pattern", "random", "--requests", "20000", "--load", "1"}).at("read_latency_ns"), 10 * before)
      << "beyond saturation requests wait for their turn";
}

TEST(BenchMemory, EnergyIsTheSumOfItsParts) {
  const std::vector<std::string> parts{"activate_j", "read_j", "write_j", "refresh_j", "background_j", "array_j", "phy_j", "tsv_j"};
  for (const char* memory : {"hbm2", "hbm2_dramsim3", "hbm3", "ddr4", "gddr6", "lpddr5x"}) {
    const json r = bench_memory({"--config", memory, "--pattern", "mix=2:1", "--requests", "20000", "--energy"});
    double sum = 0;
    for (const std::string& part : parts) {
      EXPECT_GE(r.at(part), 0) << part;
      sum += r.at(part).get<double>();
    }
    EXPECT_NEAR(r.at("energy_j"), sum, 1e-12 * sum);
    EXPECT_NEAR(r.at("energy_pj_per_bit"), sum / (20000 * 512) * 1e12, 1e-9 * sum / (20000 * 512) * 1e12);
    const bool stack = std::string(memory).starts_with("hbm");
    EXPECT_EQ(r.at("tsv_j") > 0, stack);
    EXPECT_NEAR(r.at("phy_j"), stack ? 20000 * 512 * 0.8e-12 : 0, 1e-8);  // a few writes may still wait at the end
    const bool currents = r.at("activate_j") > 0;
    EXPECT_EQ(r.at("array_j") == 0, currents) << "either by command or by bit";
    EXPECT_THAT(r.at("energy_source"), HasSubstr(currents ? "supply currents" : "pJ/bit"));
  }
}

// DRAMsim3 reports 1.960, 4.475 and 2.401 pJ/bit for this configuration: its array, without PHY and TSV.
TEST(BenchMemory, ArrayEnergyIsThatOfTheSimulatorWhoseCurrentsTheseAre) {
  for (const auto& [pattern, published] : {std::pair{"seq", 1.960}, {"random", 4.475}, {"mix=2:1", 2.401}}) {
    const json r = bench_memory({"--config", "hbm2_dramsim3", "--pattern", pattern, "--energy", "--set", "phy=0 pJ/bit", "--set", "tsv=0 pJ/bit"});
    EXPECT_NEAR(r.at("energy_pj_per_bit"), published, 0.03 * published) << pattern;
  }
}

TEST(BenchMemory, ReadsTraces) {
  const TemporaryDirectory folder;
  const auto file = folder.write("t", "# two reads, a write\n\nR 0x0\nR\t40\r\nW ffc0  \n");
  const json r = bench_memory({"--config", "ddr4", "--trace", file.string()});
  EXPECT_EQ(r.at("requests"), 3);
  EXPECT_EQ(r.at("traffic"), file.string());
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "R " + std::to_string(i) + "00\n";
  const json slow = bench_memory({"--config", "ddr4", "--trace", folder.write("u", text).string(), "--load", "0.1"});
  EXPECT_NEAR(slow.at("share_of_peak"), 0.1, 0.002);
}

TEST(BenchMemory, PrintsTheSameInEveryFormat) {
  const auto print = [](const char* format) {
    return run_presil("bench", "memory", "--config", "gddr6", "--pattern", "zipf", "--requests", "2000", "--energy", "--format", format).out;
  };
  const auto record = nlohmann::ordered_json::parse(print("json"));
  std::string header;
  for (const auto& [key, value] : record.items()) header += (header.empty() ? "" : ",") + key;
  const std::string csv = print("csv"), text = print("text");
  EXPECT_THAT(csv, testing::StartsWith(header + "\nGDDR6,zipf,2000,"));
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 2);
  for (const char* word : {"GDDR6", "zipf", "2,000"}) EXPECT_THAT(text, HasSubstr(word));
}

TEST(BenchMemory, WarnsOfWhatIsOddButPublished) {
  std::string warnings;
  bench_memory({"--config", "hbm2_dramsim3", "--pattern", "seq", "--requests", "100"}, &warnings);
  EXPECT_THAT(warnings, IsEmpty());
  bench_memory({"--config", "hbm2_dramsim3", "--pattern", "seq", "--requests", "100", "--set", "dram.timing.tRC=47"}, &warnings);
  EXPECT_THAT(warnings, HasSubstr("presil: warning: hbm2_dramsim3: tRC (47) is less than tRAS + tRP (48)"));
  bench_memory({"--config", "hbm2_dramsim3", "--pattern", "seq", "--requests", "100", "--set", "dram.timing.tFAW=15"}, &warnings);
  EXPECT_THAT(warnings, HasSubstr("tFAW (15) is less than 4 tRRD_S (16) and never limits"));
}

TEST(BenchMemory, HelpSaysWhatATraceIs) {
  const CommandResult result = run_presil("bench", "memory", "--help");
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("`R|W hexaddress`"));
  EXPECT_THAT(result.out, HasSubstr("ends in a newline"));
}

}  // namespace
}  // namespace presil::test
