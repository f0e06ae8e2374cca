// area_test.cpp -- die areas, blocks and power at rest of shipped chips against what was published. GA100 and TPU v3 are the two
// dies the constants are fitted on; no other takes part in the fit.
#include <cmath>

#include <gtest/gtest.h>

#include "sim/config/loader.h"
#include "sim/config/reader.h"
#include "sim/run/chip_power.h"
#include "sim/run/experiment.h"
#include "sim/run/price.h"
#include "tests/support/files.h"

namespace presil::run {
namespace {

Chip chip(const std::string& name) {
  Chip c;
  const auto configs = test::source_directory() / "configs";
  config::read(config::load(configs / "chips" / (name + ".yaml"), {}, reference_keys(), {configs}), c);
  return c;
}

void expect_within(double seen, double published, double share, const char* what) {
  EXPECT_NEAR(seen, published, share * published) << what << ": " << 100 * (seen / published - 1) << "%";
}

TEST(Area, OfDiesThatTookNoPartInTheFit) {
  expect_within(chip("v100_sxm2")->area().total().value, 815, 0.12, "V100: NVIDIA Tesla V100 GPU Architecture, 2017");
  expect_within(chip("h100_sxm")->area().total().value, 814, 0.12, "H100: NVIDIA H100 Tensor Core GPU Architecture, 2022");
  expect_within(chip("mi210")->area().total().value, 724, 0.12, "MI210: AMD CDNA 2, one die");
}

TEST(Area, StaysUnderPublishedBounds) {
  struct Bound { const char* chip; double mm2; };
  // Jouppi et al.: ISCA 2017 table 2, ISCA 2021 table 1, ISCA 2023 table 4.
  for (const Bound b : {Bound{"tpu_v1", 331}, {"tpu_v2", 625}, {"tpu_v3", 700}, {"tpu_v4i", 400}, {"tpu_v4", 600}}) {
    const double mm2 = chip(b.chip)->area().total().value;
    EXPECT_LT(mm2, b.mm2) << b.chip;
    EXPECT_GT(mm2, 0.5 * b.mm2) << b.chip;
  }
}

TEST(Area, OfTheTwoDiesOfTheFit) {
  const ppa::ChipArea ga100 = chip("a100_sxm_80gb")->area();
  expect_within(ga100.total().value, 826, 0.01, "GA100");
  expect_within(chip("tpu_v3")->area().total().value, 648, 0.01, "TPU v3");
  // Block areas as LLMCompass (ISCA 2024) annotated the photograph.
  expect_within(ga100.group("cores").value, 476.25, 0.01, "cores");
  expect_within(ga100.group("cores").value / ga100.units, 3.75, 0.02, "one SM");
  expect_within(ga100.group("cache").value, 119.31, 0.01, "global buffer");
  expect_within(ga100.group("network").value, 76.44, 0.01, "interconnect");
  expect_within(ga100.group("memory").value, 58 + 31.77, 0.01, "memory");
  expect_within(ga100.group("links").value, 20.95, 0.01, "off-chip PHY");
  expect_within(ga100.group("other").value, 40, 0.01, "other");
}

TEST(Area, OneDieHasOneAreaInAllItsProducts) {
  const double a100 = chip("a100_sxm_40gb")->area().group("cores").value;
  EXPECT_DOUBLE_EQ(chip("a30")->area().group("cores").value, a100);
  EXPECT_DOUBLE_EQ(chip("h20")->area().group("network").value, chip("h200")->area().group("network").value);
}

TEST(Area, ChipletsShareThePackage) {
  const ppa::ChipArea mi300x = chip("mi300x")->area();
  ASSERT_EQ(mi300x.dies.size(), 12u);
  double sum = 0;
  for (const auto die : mi300x.dies) sum += die.value;
  EXPECT_NEAR(sum, mi300x.total().value, 1e-9);
}

TEST(PowerAtRest, OfTpuV4) {
  const Watts rest = power_at_rest(chip("tpu_v4")).total();
  expect_within(rest.value, 90, 0.2, "Jouppi et al., ISCA 2023, table 4");
}

TEST(SaturatedPower, IsHeldAtTheCap) {
  for (const char* name : {"a100_sxm_80gb", "a100_pcie_80gb", "h100_sxm", "h100_pcie"}) {
    const Chip c = chip(name);
    const auto full = c->saturated(Format::bf16);
    ASSERT_TRUE(full);
    EXPECT_LE(full->capped, c->board().power.tdp) << name;
    EXPECT_LE(full->capped, full->uncapped) << name;
    EXPECT_EQ(full->clock < c->clock(), full->uncapped > c->board().power.tdp) << name;
  }
  EXPECT_GT(chip("a100_sxm_80gb")->saturated(Format::bf16)->uncapped.value, 400);
  EXPECT_FALSE(chip("tpu_v4")->saturated(Format::bf16));
}

/// A second of a large product: what the arrays or tensor cores do at their peak, operands aside.
TEST(EnergyShares, ArithmeticIsBetween15And50PercentOfASaturatedChip) {
  for (const char* name : {"tpu_v3", "tpu_v4", "tpu_v4i"}) {
    const Chip c = chip(name);
    const Format format = Format::bf16;
    ppa::Activity activity;
    activity.time = {1};
    activity.macs[static_cast<std::size_t>(format)] = c->peak_ops_per_s(format) / 2;
    double sum = 0, arithmetic = 0, clock = 0;
    for (const ppa::EnergyPart& part : PowerModel(c).energy(activity, 1, c->board().power.temperature_c)) {
      EXPECT_GE(part.energy.value, 0) << name << ' ' << part.name;
      sum += part.energy.value;
      if (part.name == "arithmetic") arithmetic = part.energy.value;
      if (part.name == "clock") clock = part.energy.value;
    }
    EXPECT_GT(arithmetic / sum, 0.15) << name;
    EXPECT_LT(arithmetic / sum, 0.5) << name;
    EXPECT_GT(clock / sum, 0.05) << name;
  }
}

TEST(EnergyShares, TheSameOfGpusUnderTheirCap) {
  for (const char* name : {"a100_sxm_80gb", "h100_sxm"}) {
    const Chip c = chip(name);
    const auto full = c->saturated(Format::bf16);
    ASSERT_TRUE(full);
    const double arithmetic = full->ops_per_s / 2 * c->board().technology.mac_pj[static_cast<std::size_t>(Format::bf16)] * 1e-12;
    EXPECT_GT(arithmetic / full->capped.value, 0.15) << name;
    EXPECT_LT(arithmetic / full->capped.value, 0.5) << name;
  }
}

TEST(Price, OfShippedChipsIsPlausible) {
  const ppa::ChipPrice h100 = price_of(chip("h100_sxm"), {});
  EXPECT_GT(h100.die_yield, 0.5);  // 12 SMs of 144 may fail
  EXPECT_GT(h100.total().value, 800);
  EXPECT_LT(h100.total().value, 5000);
}

}  // namespace
}  // namespace presil::run
