// energy_test.cpp -- energy by hand: every counter times its price, the total their sum.
#include "sim/ppa/energy.h"

#include <cmath>
#include <map>

#include <gtest/gtest.h>

namespace presil::ppa {
namespace {

Technology prices() {
  Technology t;
  t.name = "test";
  for (std::size_t f = 0; f < kFormatNames.size(); ++f) t.mac_pj[f] = static_cast<double>(f + 1);
  t.vector_op_pj = 3;
  t.sram = {0.1e-12};
  t.flip_flop = {2e-15};
  t.register_file = {30e-15};
  t.wire_per_mm = {0.05e-12};
  return t;
}

/// 4 pJ a bit, not known by command; of it 1 and 0.5 pJ for PHY and TSV.
MemoryEnergy four_pj() {
  MemoryEnergy e;
  e.array = {2.5e-12};
  e.phy = {1e-12};
  e.tsv = {0.5e-12};
  return e;
}

std::map<std::string, double> by_name(const std::vector<EnergyPart>& parts) {
  std::map<std::string, double> map;
  for (const auto& p : parts) EXPECT_TRUE(map.emplace(p.name, p.energy.value).second) << p.name << " twice";
  return map;
}

TEST(Energy, EveryCounterHasItsPrice) {
  Activity a;
  a.macs[static_cast<std::size_t>(Format::bf16)] = 1000;  // third format: 3 pJ
  a.macs[static_cast<std::size_t>(Format::int8)] = 10;    // seventh: 7 pJ
  a.vector_ops = 200;
  a.register_bytes = 70;
  a.scratchpad_bytes = 50;
  a.shared_bytes = 40;
  a.network_byte_hops = 30;
  a.memory_bytes = 20;
  a.fabric_bytes = 5;
  a.time = {1e-9};
  const auto parts = energy(a, prices(), {four_pj(), {10}, {0.5}, {}, {}, {6e-12}});
  const auto e = by_name(parts);
  EXPECT_DOUBLE_EQ(e.at("arithmetic"), (3 * 1000 + 7 * 10) * 1e-12);
  EXPECT_DOUBLE_EQ(e.at("vector"), 600e-12);
  EXPECT_DOUBLE_EQ(e.at("registers"), 70 * 8 * 2e-15 + 200 * 8 * 8 * 30e-15);
  EXPECT_DOUBLE_EQ(e.at("control"), kControl * (e.at("arithmetic") + e.at("vector") + e.at("registers")));
  EXPECT_DOUBLE_EQ(e.at("scratchpad"), 50 * 8 * 0.1e-12);
  EXPECT_DOUBLE_EQ(e.at("shared"), 40 * 8 * 0.1e-12);
  EXPECT_DOUBLE_EQ(e.at("network"), 30 * 8 * 10 * 0.05e-12);
  EXPECT_DOUBLE_EQ(e.at("links"), 5 * 8 * 6e-12);
  EXPECT_DOUBLE_EQ(e.at("memory"), 20 * 8 * 2.5e-12);
  EXPECT_DOUBLE_EQ(e.at("memory_phy"), 20 * 8 * 1e-12);
  EXPECT_DOUBLE_EQ(e.at("memory_tsv"), 20 * 8 * 0.5e-12);
  EXPECT_DOUBLE_EQ(e.at("idle"), 0.5e-9);
  double sum = 0;
  for (const auto& [name, joules] : e) sum += joules;
  EXPECT_NEAR(total(parts).value, sum, 1e-20);
  EXPECT_EQ(e.size(), 12u);
}

TEST(SramEnergy, GrowsWithTheRootOfTheMacro) {
  Technology t = prices();
  t.sram = {100e-12};
  t.sram_small = {10e-12};
  EXPECT_DOUBLE_EQ(sram_energy(t, {8.0 * 1024}).value, 10e-12);
  EXPECT_DOUBLE_EQ(sram_energy(t, {1024.0 * 1024}).value, 100e-12);
  EXPECT_DOUBLE_EQ(sram_energy(t, {1024}).value, 10e-12);
  EXPECT_DOUBLE_EQ(sram_energy(t, {64.0 * 1024 * 1024}).value, 100e-12) << "macros of 1 MiB";
  const double quarter = sram_energy(t, {256.0 * 1024}).value, least = std::sqrt(1.0 / 128);
  EXPECT_NEAR(quarter, 10e-12 + 90e-12 * (0.5 - least) / (1 - least), 1e-20);
  t.sram_small = {};
  EXPECT_DOUBLE_EQ(sram_energy(t, {8.0 * 1024}).value, 100e-12);
}

TEST(Energy, AMachineThatDoesNothingOnlyIdles) {
  Activity a;
  a.time = {2};
  const auto parts = energy(a, prices(), {four_pj(), {10}, {90}, {}, {}, {}});
  EXPECT_DOUBLE_EQ(total(parts).value, 180);
  EXPECT_EQ(total(energy({}, prices(), {four_pj(), {10}, {90}, {}, {}, {}})).value, 0);
}

TEST(Energy, TwiceTheWorkIsTwiceTheEnergy) {
  Activity a, b;
  a.macs.fill(5), b.macs.fill(10);
  a.vector_ops = 7, b.vector_ops = 14;
  a.scratchpad_bytes = 9, b.scratchpad_bytes = 18;
  a.time = {3}, b.time = {6};
  const Rest rest{four_pj(), {10}, {90}, {}, {}, {}};
  EXPECT_DOUBLE_EQ(2 * total(energy(a, prices(), rest)).value, total(energy(b, prices(), rest)).value);
}

}  // namespace
}  // namespace presil::ppa
