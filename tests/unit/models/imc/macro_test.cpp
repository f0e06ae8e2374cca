// Gates, converters and macros: by hand, in their limits, and against published macros.
#include <cmath>

#include <gtest/gtest.h>

#include "models/imc/macro.h"
#include "sim/config/loader.h"
#include "sim/config/reader.h"

namespace presil::imc {
namespace {

const Process k28{28, 0.9};

MacroConfig shipped(const std::string& name) {
  const config::SearchPath search{std::filesystem::path(PRESIL_SOURCE_DIR) / "configs"};
  MacroConfig macro;
  config::read(config::load(config::find_config(search, "macros", name), {}, {}, search), macro);
  return macro;
}

MacroConfig tree() {
  MacroConfig m;
  m.name = "tree", m.rows = 64, m.columns = 64, m.macros = 2;
  return m;
}

TEST(Circuit, AdderTreeByHand) {
  EXPECT_DOUBLE_EQ(tree_adders(64, 8), 64 * 9 - (8 + 6 + 1));
  EXPECT_EQ(tree_adders(1, 8), 0);
  EXPECT_DOUBLE_EQ(tree_adders(2, 8), 8) << "two values of 8 bits: 8 full adders";
  EXPECT_DOUBLE_EQ(tree_delay(4, 8), 2 * 4.8 + (8 + 2 - 1) * 2);
}

TEST(Circuit, GatesScaleWithNodeAndVoltage) {
  EXPECT_DOUBLE_EQ(k28.capacitance(), 0.7e-15);
  EXPECT_DOUBLE_EQ(k28.area(), 0.614e-12);
  EXPECT_DOUBLE_EQ(k28.delay(), 47.8e-12);
  const Process k56{56, 0.9};
  EXPECT_DOUBLE_EQ(k56.capacitance(), 2 * k28.capacitance());
  EXPECT_NEAR(k56.area() / k28.area(), std::pow(2, 1.4), 1e-9);
  const Process k7{7, 0.75};
  EXPECT_DOUBLE_EQ(k7.capacitance(), k28.capacitance() / 2) << "by the square root below 28 nm";
  const Process half{28, 0.45};
  EXPECT_DOUBLE_EQ(half.energy(1e-15) * 4, k28.energy(1e-15));
  EXPECT_GT(half.delay(), 5 * k28.delay()) << "at the threshold";
  EXPECT_TRUE(std::isfinite(Process({28, 0.2}).delay()));
}

TEST(Circuit, ConvertersByHand) {
  EXPECT_NEAR(adc_energy(AdcKind::sar, 8, k28), (800 + 65.536) * 1e-15 * 0.81, 1e-20);
  EXPECT_NEAR(adc_area(AdcKind::sar, 8, k28) * 1e12, std::pow(10, 1.206 - 0.0369 * 8) * 256, 1e-6);
  EXPECT_NEAR(adc_delay(8, 100), 8 * (0.653 + 0.64) * 1e-9, 1e-15);
  EXPECT_NEAR(dac_energy(4, k28), 200e-15 * 0.81, 1e-20);
  EXPECT_NEAR(adc_energy(AdcKind::murmann, 8, k28), 2.56e-12, 1e-15) << "10 fJ a step";
  EXPECT_NEAR(adc_energy(AdcKind::murmann, 18, k28) / adc_energy(AdcKind::murmann, 17, k28), 4, 0.02) << "thermal noise";
  for (const AdcKind kind : {AdcKind::sar, AdcKind::murmann})
    EXPECT_EQ(adc_energy(kind, 1, k28), adc_energy(kind, kLeastFormulaBits, k28)) << "nothing is extrapolated below";
}

TEST(Macro, DigitalTreeByHand) {
  const MacroEstimate e = estimate(tree());
  EXPECT_DOUBLE_EQ(e.macs, 64 * 8 * 2);
  EXPECT_NEAR(e.clock.value, 47.8e-12 * (1 + 6 * 4.8 + (8 + 5) * 2 + 24 * 2), 1e-18);
  EXPECT_DOUBLE_EQ(e.pass.value, 8 * e.clock.value);
  const double nand = 0.7e-15 * 0.81;
  EXPECT_NEAR(e.energy.adders.value, 16 * 8 * 561 * 6 * nand * 0.25, 1e-15);
  EXPECT_NEAR(e.energy.cells.value, 64 * 8 * 16 * 8 * nand * 0.25, 1e-15);
  EXPECT_EQ(e.energy.converters.value, 0);
}

TEST(Macro, EnergyFollowsOperands) {
  MacroConfig quiet = tree(), dense = tree();
  quiet.operands = {0, 0, 0};
  dense.operands = {1, 1, 1};
  EXPECT_EQ(estimate(quiet).energy.adders.value, 0);
  EXPECT_NEAR(estimate(dense).energy.adders.value, 4 * estimate(tree()).energy.adders.value, 1e-18);
  EXPECT_EQ(estimate(dense).pass.value, estimate(quiet).pass.value) << "time does not depend on values";
}

TEST(Macro, PassesFollowBits) {
  MacroConfig m = tree();
  const double eight = estimate(m).pass.value;
  m.input_bits = 4;
  EXPECT_DOUBLE_EQ(estimate(m).pass.value, eight / 2);
  m.input_bits = 8, m.vdd.value = 0.7;
  EXPECT_GT(estimate(m).pass.value, eight);
  EXPECT_LT(estimate(m).per_mac().value, estimate(tree()).per_mac().value);
}

TEST(Macro, ColumnsThatShareAConverterTakeTurns) {
  MacroConfig m = shipped("isaac_reram");
  const MacroEstimate shared = estimate(m);
  m.adc.columns = 1;
  const MacroEstimate own = estimate(m);
  EXPECT_NEAR(shared.clock.value - own.clock.value, 127 * 8 * 0.09766e-9, 1e-15);  // 100 ns for 128 columns, as published
  EXPECT_DOUBLE_EQ(shared.energy.converters.value, own.energy.converters.value);
  EXPECT_DOUBLE_EQ(shared.area.converters.value * 128, own.area.converters.value);
  EXPECT_GT(own.write_time.value, 128 * 9e-6);
}

// Published 6T cells, um2; between two nodes a power law.
TEST(Macro, SramCellsAreTheFoundrysOfTheirNode) {
  MacroConfig m = tree();
  m.cell.transistors = 6;
  const auto cell = [&m](double nm) {
    m.node.value = nm * 1e-6;
    return estimate(m).area.cells.value / (m.rows * m.columns * m.macros) * 1e6;
  };
  EXPECT_NEAR(cell(28), 0.127, 1e-9);
  EXPECT_NEAR(cell(5), 0.021, 1e-9);
  EXPECT_NEAR(cell(std::sqrt(16.0 * 22)), std::sqrt(0.074 * 0.11), 1e-9);
  EXPECT_NEAR(cell(130), 0.525 * 4, 1e-9);
}

/// Rows of the publications that the shipped files name.
TEST(Macro, PublishedMacrosWithin15Percent) {
  const auto near = [](double predicted, double measured) { return std::fabs(predicted / measured - 1) < 0.15; };
  const MacroEstimate booth = estimate(shipped("isscc22_15_5"));
  EXPECT_TRUE(near(booth.ops_per_joule(), 36.63e12)) << booth.ops_per_joule();
  EXPECT_TRUE(near(booth.area.total().value, 0.9408)) << booth.area.total().value;
  EXPECT_TRUE(near(booth.ops_per_s(), 1.198e12)) << booth.ops_per_s();
  const MacroEstimate charge = estimate(shipped("jia_jssc20"));
  EXPECT_TRUE(near(charge.ops_per_joule(), 400e12)) << charge.ops_per_joule();
  MacroConfig neurram = shipped("neurram");
  neurram.input_bits = 1, neurram.adc.bits = 3;
  EXPECT_TRUE(near(estimate(neurram).ops_per_s(), 2.122e12)) << estimate(neurram).ops_per_s();
  EXPECT_TRUE(near(estimate(neurram).ops_per_joule(), 43.08e12)) << estimate(neurram).ops_per_joule();
  const MacroEstimate serial = estimate(shipped("colonnade"));
  EXPECT_TRUE(near(serial.ops_per_s(), 75.07e9)) << serial.ops_per_s();
  EXPECT_TRUE(near(serial.area.total().value, 0.2272)) << serial.area.total().value;
}

}  // namespace
}  // namespace presil::imc
