// The memories in configs/memories: they read, every value names its source, and their bounds are the published ones.
#include <filesystem>

#include <gtest/gtest.h>

#include "models/memory/memory_config.h"
#include "sim/base/error.h"
#include "sim/config/loader.h"
#include "sim/config/reader.h"

namespace presil::memory {
namespace {

#ifndef PRESIL_SOURCE_DIR
#define PRESIL_SOURCE_DIR "."
#endif
const std::filesystem::path kConfigs = std::filesystem::path(PRESIL_SOURCE_DIR) / "configs";

MemoryConfig load(const std::string& stem, std::vector<config::Provenance>* provenance = nullptr) {
  MemoryConfig c;
  config::read(config::load(kConfigs / "memories" / (stem + ".yaml"), {}, {}, {kConfigs}), c, provenance);
  return c;
}

struct Expected {
  const char* stem;
  double peak, sustained_share, capacity_gib;
};
class MemoryFiles : public testing::TestWithParam<Expected> {};

TEST_P(MemoryFiles, HavePublishedBounds) {
  const MemoryConfig c = load(GetParam().stem);
  EXPECT_NEAR(peak(c).value, GetParam().peak, 1e-3 * GetParam().peak);
  EXPECT_NEAR(refresh_factor(c), GetParam().sustained_share, 5e-4);
  EXPECT_DOUBLE_EQ(capacity(c).value, GetParam().capacity_gib * 1024 * 1024 * 1024);
}

INSTANTIATE_TEST_SUITE_P(All, MemoryFiles,
                         testing::Values(Expected{"hbm", 128e9, 1 - 110 / 3900.0, 1},
                                         Expected{"hbm2", 1200e9, 0.910, 32},  // dram_reference: "B and C 91.0 %"
                                         Expected{"hbm2e", 409.6e9, 0.910, 16},
                                         Expected{"hbm3", 819.2e9, 0.910, 16},
                                         Expected{"hbm3e", 1177.6e9, 0.910, 24}, Expected{"hbm4", 2048e9, 1 - 450 / 3900.0, 32},
                                         Expected{"gddr6", 56e9, 1 - 120 / 1900.0, 2}, Expected{"gddr6x", 76e9, 1 - 120 / 1900.0, 2},
                                         Expected{"gddr7", 112e9, 1 - 180 / 1900.0, 2}, Expected{"ddr4", 19.2e9, 1 - 350 / 7800.0, 8},
                                         Expected{"ddr5", 38.4e9, 1 - 295 / 3900.0, 16},
                                         Expected{"hbm2_dramsim3", 256e9, 1 - 260 / 3900.0, 8},
                                         Expected{"hbm2_ramulator2", 256e9, 0.910, 16}, Expected{"hbm3_ramulator2", 819.2e9, 0.910, 16},
                                         Expected{"hbm2_pim", 1024e9, 1 - 350 / 3900.0, 32}, Expected{"gddr6_aim", 64e9, 1 - 120 / 1900.0, 1},
                                         Expected{"ddr3_2133", 34e9, 1 - 260 / 7800.0, 8},
                                         Expected{"lpddr5x", 68.3e9, 1 - 280 / 3906.25, 12},
                                         Expected{"lpddr5x_9600", 76.8e9, 1 - 280 / 3906.25, 12}),
                         [](const auto& p) { return std::string(p.param.stem); });

TEST(MemoryFilesAll, NameTheSourceOfEveryNumber) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kConfigs / "memories")) {
    ++files;
    std::vector<config::Provenance> provenance;
    const MemoryConfig c = load(entry.path().stem().string(), &provenance);
    EXPECT_FALSE(c.name.empty());
    for (const auto& p : provenance) {
      const std::string tag = p.source.substr(0, p.source.find(']') + 1);
      EXPECT_TRUE(tag == "[datasheet]" || tag == "[paper]" || tag == "[assumed]" || tag == "[fit]")
          << entry.path() << ": " << p.path << " has the source '" << p.source << "'";
    }
  }
  EXPECT_EQ(files, 19) << "add the new file to the bounds above";
}

void expect_refused(const std::string& override_text, const std::string& message) {
  MemoryConfig c;
  try {
    config::read(config::load(kConfigs / "memories" / "hbm2.yaml", {override_text}, {}, {kConfigs}), c);
    FAIL() << override_text << " was accepted";
  } catch (const InputError& e) {
    EXPECT_NE(std::string(e.what()).find(message), std::string::npos) << e.what();
  }
}

TEST(MemoryFilesAll, RulesBetweenFieldsAreChecked) {
  expect_refused("refresh_time=3900 ns", "shorter than refresh_interval");
  expect_refused("interleave=48 B", "multiple of burst");
  expect_refused("capacity_per_stack=1000 B", "multiple of interleave");
  expect_refused("burst=0.5 B", "whole number of bytes");
  expect_refused("channels_per_stack=0", "channels_per_stack");
  expect_refused("model=banks", "channels");
  expect_refused("refresh_time=260 ns", "refresh_time is 260 ns, but dram.timing has tRFC 350 ticks of 1 ns, 350 ns");
  expect_refused("refresh_interval=1950 ns", "refresh_interval is 1950 ns, but dram.timing has tREFI 3900 ticks of 1 ns, 3900 ns");
  expect_refused("phy=3.8 pJ/bit", "energy includes phy and tsv");
  expect_refused("dram.currents.idd0=40", "an ACT would cost less than nothing");
}

}  // namespace
}  // namespace presil::memory
