// voltage_curve.cpp -- implementation of voltage_curve.h.
#include "sim/ppa/voltage_curve.h"

#include <cmath>

#include <fmt/format.h>

#include "sim/base/error.h"

namespace presil::ppa {

namespace {

void check(const Technology& t, Volts supply) {
  if (!(supply >= t.voltage.least && supply <= t.voltage.most))
    throw InputError(fmt::format("a supply of {:g} V is outside the curve of {}: {:g} to {:g} V", supply.value, t.name, t.voltage.least.value,
                                 t.voltage.most.value));
}

double gate_delay(const VoltageConfig& v, Volts supply) { return supply.value / std::pow(supply.value - v.threshold.value, v.alpha); }

}  // namespace

double relative_speed(const Technology& t, Volts supply) {
  check(t, supply);
  const VoltageConfig& v = t.voltage;
  return 1 / ((1 - v.wire_share) * gate_delay(v, supply) / gate_delay(v, v.nominal) + v.wire_share);
}

double relative_energy(const Technology& t, Volts supply) {
  check(t, supply);
  return std::pow(supply / t.voltage.nominal, 2);
}

Volts supply_for(const Technology& t, double speed) {
  if (!(speed <= relative_speed(t, t.voltage.most)))
    throw InputError(fmt::format("{:.3g} times the nominal speed is out of reach of {}: {:.3g} at its highest supply of {:g} V", speed, t.name,
                                 relative_speed(t, t.voltage.most), t.voltage.most.value));
  double low = t.voltage.least.value, high = t.voltage.most.value;
  if (relative_speed(t, {low}) >= speed) return {low};
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (relative_speed(t, {middle}) < speed ? low : high) = middle;
  }
  return {high};
}

double relative_leakage(const Technology& t, Volts supply, double celsius) {
  check(t, supply);
  return std::pow(supply / t.voltage.nominal, 3) * std::exp2((celsius - 25) / t.leakage.doubling_k);
}

}  // namespace presil::ppa
