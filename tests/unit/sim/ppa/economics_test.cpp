// economics_test.cpp -- yield, wafers and prices against closed forms, and static power against its own sums.
#include "sim/ppa/economics.h"

#include <cmath>

#include <gtest/gtest.h>

#include "sim/base/error.h"
#include "sim/ppa/floorplan.h"
#include "sim/ppa/static_power.h"

namespace presil::ppa {
namespace {

TEST(Yield, ModelsAreTheirFormulas) {
  const SquareMillimetres die{400};
  EXPECT_NEAR(yield(YieldModel::poisson, 3, die, 0.1), std::exp(-0.4), 1e-12);
  EXPECT_NEAR(yield(YieldModel::murphy, 3, die, 0.1), std::pow((1 - std::exp(-0.4)) / 0.4, 2), 1e-12);
  EXPECT_NEAR(yield(YieldModel::negative_binomial, 3, die, 0.1), std::pow(1 + 0.4 / 3, -3), 1e-12);
  EXPECT_NEAR(yield(YieldModel::negative_binomial, 1e9, die, 0.1), std::exp(-0.4), 1e-6);  // no clustering: Poisson
  for (const auto model : {YieldModel::poisson, YieldModel::murphy, YieldModel::negative_binomial})
    EXPECT_EQ(yield(model, 3, die, 0), 1);
}

TEST(Yield, SparesOnlyHelp) {
  const WaferConfig wafer{{9346}, 0.09, 2.15, 0.35};
  const EconomicsConfig e;
  double before = 0;
  for (const std::uint32_t used : {128u, 127u, 126u, 124u}) {
    const double good = lot_yield(e, {{826}, {3.7}, 128, used, &wafer});
    EXPECT_GT(good, before);
    before = good;
  }
  EXPECT_LT(before, yield(e.yield, e.clustering, {826 - 128 * 3.7}, 0.09) + 1e-12);  // the rest must be good
}

TEST(Wafer, DiesOnIt) {
  // 294 mm of wafer: 67887 mm2; of 100 mm2: 678.9 less 65.3 at the edge.
  EXPECT_EQ(dies_per_wafer({100}), 613);
  EXPECT_EQ(dies_per_wafer({60000}), 0);
}

TEST(Price, SmallDiesAreCheaperThanOneLargeDie) {
  const WaferConfig wafer{{16988}, 0.2, 2.75, 0.43};
  EconomicsConfig e;
  e.assembly_yield = 1;
  const ChipPrice one = chip_price(e, {{{800}, {}, 0, 0, &wafer}}, {});
  const ChipPrice four = chip_price(e, std::vector<DieLot>(4, {{200}, {}, 0, 0, &wafer}), {});
  EXPECT_LT(four.dies, one.dies);
  EXPECT_GT(four.package, one.package);  // an interposer
  EXPECT_NEAR(one.dies.value, 16988 / dies_per_wafer({800}) / yield(e.yield, e.clustering, {800}, 0.2), 1e-9);
  EXPECT_LT(four.carbon_kg, one.carbon_kg);
}

TEST(Price, StackedDiesTakeNoRoomOnThePackage) {
  const WaferConfig wafer{{16988}, 0.2, 2.75, 0.43};
  EconomicsConfig e;
  e.assembly_yield = 1;
  const std::vector<DieLot> beside{{{200}, {}, 0, 0, &wafer}, {{400}, {}, 0, 0, &wafer}};
  std::vector<DieLot> stacked = beside;
  stacked[0].stacked = true;
  EXPECT_EQ(chip_price(e, stacked, {}).dies, chip_price(e, beside, {}).dies);
  // Without an interposer, a substrate of 2.5 times the lower die at 0.02 USD per mm2.
  EXPECT_NEAR(chip_price(e, stacked, {}).package.value, 0.02 * 2.5 * 400, 1e-9);
  EXPECT_NEAR(chip_price(e, beside, {}).package.value, (0.02 * 2.5 + 0.03 * 1.1) * 600, 1e-9);
}

TEST(Stack, ChipletsMustFitOnTheDiesBelow) {
  ChipArea area;
  area.dies = {{300}, {300}, {500}};
  DieConfig die;
  die.chiplets = 2;
  die.io_dies = 1;
  EXPECT_NO_THROW(check_stack(area, die, "flat"));
  die.stacked = true;
  try {
    check_stack(area, die, "tower");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "2 chiplets of tower take 600 mm2 and are stacked on io dies of 500 mm2; expected room for them");
  }
}

TEST(Price, OfARunByHand) {
  EconomicsConfig e;
  e.electricity_usd_per_kwh = 0.1;
  e.pue = 2;
  e.grid_g_per_kwh = 500;
  e.lifetime_years = 1;
  e.utilisation = 0.5;
  ChipPrice chip;
  chip.dies = {1000};
  chip.carbon_kg = 100;
  const double half_year = 365.25 * 86400 / 2;
  const RunPrice run = run_price(e, chip, 2, {half_year}, {3.6e6});
  EXPECT_NEAR(run.electricity.value, 0.2, 1e-12);   // 1 kWh, twice at the site
  EXPECT_NEAR(run.operation_g, 1000, 1e-9);
  EXPECT_NEAR(run.hardware.value, 2000, 1e-9);      // the whole of two chips' lives
  EXPECT_NEAR(run.embodied_g, 200e3, 1e-6);
  EXPECT_DOUBLE_EQ(run.cost().value, run.electricity.value + run.hardware.value);
}

TEST(StaticPower, SplittingTheIdlePartKeepsTheSum) {
  StaticPower rest, load;
  rest.leakage = {10};
  rest.clock = {20};
  load = rest;
  std::vector<EnergyPart> parts{{"arithmetic", {7}}, {"idle", {90 * 2}}};
  split_idle(parts, {90}, rest, load, {1, 0}, {2});
  EXPECT_DOUBLE_EQ(total(parts).value, 7 + 180);
  ASSERT_EQ(parts.size(), 4u);
  EXPECT_DOUBLE_EQ(parts[1].energy.value, 40);  // clock
  EXPECT_DOUBLE_EQ(parts[2].energy.value, 20);  // leakage
  EXPECT_DOUBLE_EQ(parts[3].energy.value, 120);
}

TEST(StaticPower, WhatAnAwakeBoardDrawsGoesToThePartsThatNameIt) {
  std::vector<EnergyPart> parts{{"arithmetic", {5}}, {"clock", {1}}, {"leakage", {2}}, {"idle", {3}}};
  add_awake(parts, {10}, {20}, {30});
  const auto joules = [&](const std::string& name) {
    for (const EnergyPart& part : parts)
      if (part.name == name) return part.energy.value;
    return -1.0;
  };
  EXPECT_EQ(joules("clock"), 11);
  EXPECT_EQ(joules("leakage"), 22);
  EXPECT_EQ(joules("memory_background"), 30);
  EXPECT_EQ(joules("idle"), 3);
  EXPECT_EQ(total(parts).value, 71);
  add_awake(parts, {0}, {0}, {0});
  EXPECT_EQ(parts.size(), 5u);
}

TEST(StaticPower, HeatAddsLeakageAndGatingTakesTheCoresShare) {
  StaticPower rest, load;
  rest.leakage = {10};
  load.leakage = {25};
  load.cores = {15};
  std::vector<EnergyPart> parts{{"idle", {}}};
  split_idle(parts, {50}, rest, load, {0.5, 0.8}, {1});
  EXPECT_DOUBLE_EQ(total(parts).value, 50 + 15 - 15 * 0.8 * 0.5);
}

TEST(StaticPower, NeverMoreThanTheIdlePower) {
  StaticPower rest;
  rest.leakage = {30};
  rest.clock = {70};
  std::vector<EnergyPart> parts{{"idle", {}}};
  split_idle(parts, {50}, rest, rest, {1, 0}, {1});
  for (const EnergyPart& part : parts) EXPECT_GE(part.energy.value, 0) << part.name;
  EXPECT_DOUBLE_EQ(total(parts).value, 50);
}

ChipArea die_of(double cores, double cache, double memory, double links) {
  ChipArea area;
  area.blocks = {{"cores", "cores", {cores}}, {"l2", "cache", {cache}}, {"memory phy", "memory", {memory}}, {"links", "links", {links}}};
  return area;
}

TEST(Floorplan, TilesTheDie) {
  const ChipArea area = die_of(500, 200, 80, 20);
  double sum = 0;
  for (const Rectangle& r : floorplan(area)) {
    sum += r.width * r.height;
    EXPECT_GE(r.x, 0);
    EXPECT_LE(r.x + r.width, std::sqrt(800.0) + 1e-9);
    EXPECT_LE(r.y + r.height, std::sqrt(800.0) + 1e-9);
  }
  EXPECT_NEAR(sum, 800, 1e-9);
}

TEST(Floorplan, DistancesAreThoseOfUniformPoints) {
  // A die of nothing but cores: two strips that tile a square. Mean Manhattan distance in a square of side s is 2 s / 3.
  const auto square = floorplan(die_of(900, 0, 0, 0));
  EXPECT_NEAR(distance(square, "cores", "cores").value, 20, 1e-9);
  // Strips over the whole width: s / 3 across, and the distance of centres up.
  const auto plan = floorplan(die_of(600, 300, 0, 0));
  EXPECT_NEAR(distance(plan, "cores", "cache").value, 10 + 10, 1e-9);
  EXPECT_EQ(distance(plan, "cores", "links").value, 0);
}

TEST(Reticle, RefusesWithTheNumbers) {
  ChipArea area;
  area.blocks = {{"cores", "cores", {2000}}};
  area.dies = {{2000}};
  try {
    check_reticle(area, {}, "big");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "a die of 2000 mm2 of big is over the reticle limit of 858 mm2 (26 x 33 mm); expected die.chiplets of at least 3");
  }
  area.dies = {{700}, {700}, {600}};
  EXPECT_NO_THROW(check_reticle(area, {2000}, "split"));
  area.dies = {{800}};
  EXPECT_THROW(check_reticle(area, {900}, "published"), InputError);
}

}  // namespace
}  // namespace presil::ppa
