// technology_test.cpp -- the shipped nodes: what foundries published follows from the records.
#include <filesystem>
#include <map>

#include <gtest/gtest.h>

#include "sim/base/error.h"
#include "sim/config/loader.h"
#include "sim/config/reader.h"
#include "sim/ppa/area.h"
#include "sim/ppa/energy.h"
#include "sim/ppa/voltage_curve.h"
#include "tests/support/files.h"

namespace presil::ppa {
namespace {

Technology node(const std::string& name) {
  Technology t;
  config::read(config::load(test::source_directory() / "configs" / "technologies" / (name + ".yaml"), {}, {}, {}), t);
  return t;
}

double mac(const Technology& t) { return t.mac_pj[static_cast<std::size_t>(Format::bf16)]; }

/// Speed that a node gains at the power of the one before, from the power it saves at its speed: down the curve from the
/// nominal supply until dynamic power, V^2 f, has fallen by that much.
double speed_from_power(const Technology& t, double power) {
  double low = t.voltage.least.value, high = t.voltage.nominal.value;
  for (int i = 0; i < 50; ++i) {
    const double v = (low + high) / 2;
    (relative_energy(t, {v}) * relative_speed(t, {v}) < power ? low : high) = v;
  }
  return 1 / relative_speed(t, {high});
}

struct Step {
  const char *from, *to;
  double power, speed;  ///< published: at equal speed, at equal power
};

// TSMC: IEDM 2019 (N5), Technology Symposia 2022 (N3E, N2) and 2024 (A16), middle of ranges; Samsung, press release of 30 June 2022.
constexpr Step kSteps[] = {{"7nm", "5nm", 0.70, 1.15}, {"5nm", "3nm", 0.66, 1.18}, {"3nm", "2nm", 0.725, 1.125},
                           {"2nm", "a16", 0.825, 1.09}, {"5nm", "3nm_gaa", 0.50, 1.30}};

TEST(Technology, PublishedPowerStepsAreThoseOfTheRecords) {
  for (const Step& s : kSteps) EXPECT_NEAR(mac(node(s.to)) / mac(node(s.from)), s.power, 0.01) << s.to;
}

TEST(Technology, TheCurveTurnsAPublishedPowerStepIntoThePublishedSpeedStep) {
  for (const Step& s : kSteps) EXPECT_NEAR(speed_from_power(node(s.to), s.power), s.speed, 0.04) << s.to;
}

TEST(Technology, AreasFollowWhatWasPublished) {
  EXPECT_NEAR(sram_mib_per_mm2(node("3nm")), 31.8, 3.18);               // IEDM 2022
  EXPECT_NEAR(sram_mib_per_mm2(node("2nm")) * 1.048576, 38.1, 3.8);     // IEDM 2024, Mbit
  EXPECT_NEAR(126.5 / node("3nm_gaa").density.logic, 1 - 0.35, 0.01);   // against Samsung 5LPE
  const double sram = node("3nm").density.sram_cell / node("7nm").density.sram_cell;
  EXPECT_NEAR(sram, 0.78, 0.01);                                        // IEDM 2022 against IEDM 2016
}

TEST(Technology, NodesAreOrderedAndProjectionsSaySo) {
  const char* order[] = {"65nm", "45nm", "40nm", "28nm", "22nm", "16nm", "12nm", "10nm", "7nm", "6nm", "5nm", "4nm", "3nm", "2nm", "a16"};
  for (std::size_t i = 1; i < std::size(order); ++i) {
    const Technology older = node(order[i - 1]), newer = node(order[i]);
    EXPECT_GT(newer.density.logic, older.density.logic) << newer.name;
    EXPECT_LE(newer.density.sram_cell, older.density.sram_cell) << newer.name;
    EXPECT_LE(mac(newer), mac(older)) << newer.name;
    EXPECT_GE(newer.wafer.cost, older.wafer.cost) << newer.name;
    EXPECT_EQ(newer.projected, newer.name == "2nm" || newer.name == "a16");
    EXPECT_EQ(newer.transistor == Transistor::gaa, newer.projected);
  }
}

// 64 bits of 32 KB: Horowitz, ISSCC 2014; Jouppi et al., ISCA 2021, table 2. 8 KB and 1 MB are the records' own.
TEST(Technology, SramBetweenThePublishedSizes) {
  EXPECT_NEAR(sram_energy(node("45nm"), {32.0 * 1024}).value * 64e12, 20, 2);
  EXPECT_NEAR(sram_energy(node("7nm"), {32.0 * 1024}).value * 64e12, 8.5, 0.85);
}

TEST(VoltageCurve, SaturatesRisesAndIsOneAtTheNominalSupply) {
  const Technology t = node("7nm");
  EXPECT_DOUBLE_EQ(relative_speed(t, t.voltage.nominal), 1);
  EXPECT_DOUBLE_EQ(relative_energy(t, t.voltage.nominal), 1);
  double before = 0;
  for (double v = t.voltage.least.value; v <= t.voltage.most.value; v += 0.05) {
    EXPECT_GT(relative_speed(t, {v}), before);
    before = relative_speed(t, {v});
    EXPECT_NEAR(supply_for(t, before).value, v, 1e-9);
  }
  EXPECT_LT(before, 1 / t.voltage.wire_share);
  EXPECT_LT(relative_speed(t, t.voltage.most), t.voltage.most / t.voltage.nominal);  // less than in proportion
}

TEST(VoltageCurve, LeakageDoublesEvery25KelvinAndTheRangeIsKept) {
  const Technology t = node("5nm");
  EXPECT_NEAR(relative_leakage(t, t.voltage.nominal, 75), 4, 1e-12);
  EXPECT_THROW(relative_speed(t, {1.2}), InputError);
  EXPECT_THROW(relative_leakage(t, {0.2}, 25), InputError);
  EXPECT_THROW(supply_for(t, 3), InputError);
  EXPECT_EQ(supply_for(t, 0.01), t.voltage.least);
}

}  // namespace
}  // namespace presil::ppa
