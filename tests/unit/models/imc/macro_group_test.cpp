// macro_group_test.cpp -- equal macros as one unit: blocks, turns, and sums that are those of the macro.
#include "models/imc/macro_group.h"

#include <cmath>

#include <gtest/gtest.h>

namespace presil::imc {
namespace {

MacroGroup group(std::uint32_t rows, std::uint32_t active) {
  MacroGroup g;
  g.macros = 3;
  g.macro.name = "m";
  g.macro.rows = rows;
  g.macro.rows_active = active;
  g.macro.columns = 64;
  g.macro.macros = 4;
  return g;
}

TEST(MacroGroup, BlocksAreTheWeightsOfItsCells) {
  const MacroGroup g = group(256, 64);
  EXPECT_EQ(g.arrays(), 12);
  EXPECT_EQ(g.blocks(), 48);
  EXPECT_EQ(g.weights(), 12.0 * 256 * 64 / 8);
  MacroGroup differential = g;
  differential.macro.differential = true;
  EXPECT_EQ(differential.weights(), g.weights() / 2);
  EXPECT_EQ(MacroGroup{}.blocks(), 0);
  EXPECT_EQ(MacroGroup{}.reloadable(), 0u);
}

TEST(MacroGroup, TimesAreThoseOfItsMacro) {
  const MacroGroup g = group(256, 64);
  const MacroCost cost(g);
  const MacroEstimate e = estimate(g.macro);
  EXPECT_DOUBLE_EQ(cost.multiply(1, 1).value, e.latency.value);
  EXPECT_DOUBLE_EQ(cost.multiply(10, 4).value, 39 * e.pass.value + e.latency.value);
  EXPECT_DOUBLE_EQ(cost.issue(10, 4).value, 40 * e.pass.value);
  // A block of every array is a quarter of its rows; one more block of one array takes as long again.
  EXPECT_DOUBLE_EQ(cost.write(12).value, e.write_time.value / 4);
  EXPECT_DOUBLE_EQ(cost.write(13).value, e.write_time.value / 2);
  EXPECT_DOUBLE_EQ(cost.write(48).value, e.write_time.value);
}

TEST(MacroGroup, EnergyAndAreaAddUpToTheMacros) {
  const MacroGroup g = group(256, 64);
  const MacroCost cost(g);
  const MacroEstimate e = estimate(g.macro);
  EXPECT_NEAR(cost.of_pass().total().value * g.macro.macros, e.energy.total().value,
              1e-12 * e.energy.total().value);
  EXPECT_NEAR(cost.of_write().value * g.blocks(), 3 * e.write_energy.value, 1e-12 * e.write_energy.value);
  EXPECT_NEAR(cost.area().total().value, 3 * e.area.total().value, 1e-12 * e.area.total().value);
  EXPECT_DOUBLE_EQ(cost.ops_per_s(), 3 * e.ops_per_s());
}

}  // namespace
}  // namespace presil::imc
