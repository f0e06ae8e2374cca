// memory_energy_test.cpp -- DRAM by command, by hand.
#include "sim/ppa/memory_energy.h"

#include <gtest/gtest.h>

#include "sim/ppa/static_power.h"

namespace presil::ppa {
namespace {

MemoryEnergy commands() {
  MemoryEnergy e;
  e.phy = {1e-12};
  e.tsv = {0.5e-12};
  e.activate = {400e-12};
  e.read = {2e-12};
  e.write = {3e-12};
  e.row = {1024};
  e.background = {2};
  e.refresh = {1};
  return e;
}

TEST(MemoryParts, ByCommand) {
  const auto parts = memory_parts(commands(), 10240, 2048, 25);
  ASSERT_EQ(parts.size(), 5u);
  EXPECT_EQ(parts[0].name, "memory_activate");
  EXPECT_DOUBLE_EQ(parts[0].energy.value, 25 * 400e-12);
  EXPECT_DOUBLE_EQ(parts[1].energy.value, 8192 * 8 * 2e-12);
  EXPECT_DOUBLE_EQ(parts[2].energy.value, 2048 * 8 * 3e-12);
  EXPECT_DOUBLE_EQ(parts[3].energy.value, 10240 * 8 * 1e-12);
  EXPECT_DOUBLE_EQ(parts[4].energy.value, 10240 * 8 * 0.5e-12);
}

TEST(MemoryParts, RowsThatNobodyCountsAreUsedWhole) {
  EXPECT_DOUBLE_EQ(memory_parts(commands(), 10240, 0, 0).front().energy.value, 10 * 400e-12);
}

TEST(MemoryParts, WithoutCommandsOneEnergyOfABit) {
  MemoryEnergy e;
  e.array = {3e-12};
  e.phy = {1e-12};
  const auto parts = memory_parts(e, 100, 50, 7);
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[0].name, "memory");
  EXPECT_DOUBLE_EQ(parts[0].energy.value + parts[1].energy.value + parts[2].energy.value, 800 * 4e-12);
}

double joules(const std::vector<EnergyPart>& parts, const std::string& name) {
  for (const EnergyPart& part : parts)
    if (part.name == name) return part.energy.value;
  return -1;
}

TEST(MemoryAtRest, IsNamedOutOfTheIdlePower) {
  std::vector<EnergyPart> parts{{"arithmetic", {7}}, {"idle", {20}}};
  split_memory_at_rest(parts, commands(), {2});
  EXPECT_DOUBLE_EQ(total(parts).value, 27);
  EXPECT_DOUBLE_EQ(joules(parts, "memory_background"), 4);
  EXPECT_DOUBLE_EQ(joules(parts, "memory_refresh"), 2);
  EXPECT_DOUBLE_EQ(joules(parts, "idle"), 14);
}

TEST(MemoryAtRest, IsNeverMoreThanIsLeft) {
  std::vector<EnergyPart> parts{{"idle", {3}}};
  split_memory_at_rest(parts, commands(), {2});
  EXPECT_DOUBLE_EQ(total(parts).value, 3);
  EXPECT_DOUBLE_EQ(joules(parts, "memory_refresh"), 1);
  EXPECT_DOUBLE_EQ(joules(parts, "idle"), 0);
}

}  // namespace
}  // namespace presil::ppa
