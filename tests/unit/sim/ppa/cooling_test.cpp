// cooling_test.cpp -- the RC of a heat sink against its closed forms.
#include "sim/ppa/cooling.h"

#include <cmath>

#include <gtest/gtest.h>

#include "sim/base/error.h"

namespace presil::ppa {
namespace {

CoolingConfig sink() { return {0.1, 200, 30, 90}; }

TEST(Cooling, SteadyTemperatureAndPowerAreInverse) {
  EXPECT_DOUBLE_EQ(sink().steady_celsius({400}), 70);
  EXPECT_DOUBLE_EQ(sink().steady_power(90).value, 600);
  EXPECT_DOUBLE_EQ(sink().time_constant().value, 20);
}

TEST(Cooling, RisesBySixtyThreePercentInOneTimeConstant) {
  const CoolingConfig c = sink();
  EXPECT_NEAR(c.celsius_after(30, {400}, c.time_constant()), 30 + 40 * (1 - std::exp(-1)), 1e-12);
  EXPECT_NEAR(c.celsius_after(70, {0}, c.time_constant()), 30 + 40 * std::exp(-1), 1e-12);
  EXPECT_NEAR(c.celsius_after(30, {400}, {1e6}), 70, 1e-9);
}

TEST(Cooling, AgreesWithTheDifferentialEquation) {
  const CoolingConfig c = sink();
  double celsius = 45;
  const double step = 1e-3;
  for (int i = 0; i < 10000; ++i) celsius += step * (300 - (celsius - c.coolant_c) / c.kelvin_per_watt) / c.joule_per_kelvin;
  EXPECT_NEAR(c.celsius_after(45, {300}, {10}), celsius, 1e-3);
}

TEST(Cooling, WithoutCapacityTheDieFollowsAtOnce) {
  CoolingConfig c = sink();
  c.joule_per_kelvin = 0;
  EXPECT_DOUBLE_EQ(c.celsius_after(30, {400}, {1e-6}), 70);
}

TEST(Cooling, SettlesWhereLeakageAndSinkMeet) {
  // P(T) = 200 + 1 (T - 30) W: T - 30 = 0.1 P, so T = 30 + 20 / 0.9.
  EXPECT_NEAR(settled_celsius(sink(), [](double t) { return Watts{200 + (t - 30)}; }), 30 + 20 / 0.9, 1e-6);
}

TEST(Cooling, RunawayIsAnErrorWithTheNumbers) {
  try {
    settled_celsius(sink(), [](double t) { return Watts{100 * std::exp2((t - 30) / 15)}; });
    FAIL();
  } catch (const RunError& e) {
    EXPECT_NE(std::string(e.what()).find("runs away thermally"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace presil::ppa
