// bench_pim_test.cpp -- `presil bench pim` from outside: the public simulator's rows, staircase, formats, refusals.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/command.h"

namespace presil::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

CommandResult bench_pim(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"bench", "pim"});
  return run_presil(arguments);
}
json record(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--format", "json"});
  const CommandResult result = bench_pim(arguments);
  EXPECT_EQ(result.status, 0) << result;
  return json::parse(result.out);
}

// Cycles of PIMSimulator (github.com/SAITPublic/PIMSimulator), 64 pseudo-channels at 1 ns.
TEST(BenchPim, HbmPimTakesThePublicSimulatorsCycles) {
  struct Row {
    std::vector<std::string> work;
    double host, pim;
  };
  for (const Row& row : {Row{{"--op", "gemv", "--out", "4096", "--in", "4096"}, 36082, 13166}, Row{{"--op", "gemv", "--out", "4096", "--in", "1024"}, 9042, 3662},
                         Row{{"--op", "gemv", "--out", "1024", "--in", "4096"}, 9038, 13166}, Row{{"--op", "mul", "--out", "2097152"}, 13255, 5926},
                         Row{{"--op", "relu", "--elements", "4194304"}, 17504, 7665}}) {
    std::vector<std::string> words{"--device", "hbm_pim"};
    words.insert(words.end(), row.work.begin(), row.work.end());
    const json r = record(words);
    EXPECT_NEAR(r.at("host_cycles"), row.host, 0.03 * row.host) << r;
    EXPECT_NEAR(r.at("pim_cycles"), row.pim, 0.03 * row.pim) << r;
    EXPECT_EQ(r.at("choice"), row.pim < row.host ? "pim" : "host");
  }
}

// Published: 7.5 to 10.5 on GEMV, of which a part is what the model leaves out (models/pim.md).
TEST(BenchPim, AimGainsWhatIsPublished) {
  const json r = record({"--device", "gddr6_aim", "--op", "gemv", "--out", "4096", "--in", "4096"});
  EXPECT_GT(r.at("speedup"), 7.5);
  EXPECT_LT(r.at("speedup"), 1.1 * 10.5);
}

TEST(BenchPim, UpmemIsTimedByItsProcessors) {
  const json r = record({"--device", "upmem", "--op", "mul", "--out", "1280000"});
  EXPECT_NEAR(r.at("pim_us"), 10000 * 34 / 350.0, 1e-6);
  EXPECT_GT(r.at("host_us"), 0);
}

TEST(BenchPim, OverridesReachTheMemoryAndTheUnits) {
  const std::vector<std::string> work{"--device", "hbm_pim", "--out", "4096", "--in", "1024"};
  const json plain = record(work);
  std::vector<std::string> changed = work;
  changed.insert(changed.end(), {"--set", "memory.stacks=2"});
  EXPECT_GT(record(changed).at("pim_cycles"), 1.5 * plain.at("pim_cycles").get<double>());
  changed.back() = "memory.dram.timing.tRCDRD=20";
  EXPECT_GT(record(changed).at("pim_cycles"), plain.at("pim_cycles"));
}

TEST(BenchPim, RefusesBadInput) {
  using Words = std::vector<std::string>;
  struct Case {
    Words words;
    int status;
    std::string says;
  };
  for (const Case& c : {Case{{"--device", "hbm_pim", "--out", "4096"}, 2, "needs --in"}, Case{{"--device", "hbm_pim", "--op", "mul", "--out", "8", "--in", "8"}, 2, "--in does not go"},
                        Case{{"--device", "hbm_pmi", "--out", "8", "--in", "8"}, 3, "hbm_pim"}, Case{{"--device", "hbm_pim", "--op", "mull", "--out", "8"}, 2, "did you mean 'mul'"},
                        Case{{"--device", "hbm_pim", "--out", "-8", "--in", "8"}, 2, "--out"}, Case{{"--device", "gddr6_aim", "--op", "relu", "--out", "8"}, 3, "matrices"},
                        Case{{"--device", "hbm_pim", "--out", "1048576", "--in", "1048576"}, 5, "operands"},
                        Case{{"--device", "hbm_pim", "--out", "8", "--in", "8", "--set", "registers=0"}, 3, "registers"},
                        Case{{"--device", "gddr6_aim", "--out", "8", "--in", "8", "--set", "buffer=8 B"}, 3, "less than a burst"},
                        Case{{"--device", "hbm_pim", "--out", "8", "--in", "8", "--set", "mac_interval='1 ns'"}, 3, "mac_interval"}}) {
    const CommandResult result = bench_pim(c.words);
    EXPECT_EQ(result.status, c.status) << result;
    EXPECT_THAT(result.err, HasSubstr(c.says));
  }
}

}  // namespace
}  // namespace presil::test
