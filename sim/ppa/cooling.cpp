// cooling.cpp -- implementation of cooling.h.
#include "sim/ppa/cooling.h"

#include <cmath>

#include <fmt/format.h>

#include "sim/base/error.h"

namespace presil::ppa {

using config::non_negative;
using config::optional;
using config::required;

void CoolingConfig::describe(config::Visitor& v) {
  v.real("kelvin_per_watt", kelvin_per_watt, required, config::positive, "Thermal resistance from the die to the coolant, K/W.");
  v.real("joule_per_kelvin", joule_per_kelvin, optional, non_negative, "Heat capacity of die, lid and heat sink, J/K.");
  v.real("coolant_c", coolant_c, optional, config::Range{-40, 80, false}, "Air or liquid at the inlet, degrees Celsius.");
  v.real("limit_c", limit_c, optional, config::Range{0, 150, false}, "Temperature of the die at which the clock is lowered, degrees Celsius.");
  v.check(limit_c > coolant_c, "limit_c", fmt::format("a limit of {:g} C is not above the coolant's {:g} C", limit_c, coolant_c));
}

double CoolingConfig::celsius_after(double first, Watts power, Seconds time) const {
  const double last = steady_celsius(power);
  if (time_constant().value <= 0) return last;
  return last + (first - last) * std::exp(-(time / time_constant()));
}

double settled_celsius(const CoolingConfig& cooling, const std::function<Watts(double)>& power) {
  // From below T <- T_coolant + R P(T) rises to the lowest solution, since P never falls with T.
  constexpr int kSteps = 1000;
  constexpr double kClose = 1e-9;
  double celsius = cooling.coolant_c;
  for (int i = 0; i < kSteps; ++i) {
    const double next = cooling.steady_celsius(power(celsius));
    if (std::abs(next - celsius) < kClose) return next;
    if (next > kHottest) break;
    celsius = next;
  }
  throw RunError(fmt::format("the die runs away thermally: at {:.0f} C it draws {:.4g} W, for which {:g} K/W above {:g} C are not enough", celsius,
                             power(celsius).value, cooling.kelvin_per_watt, cooling.coolant_c));
}

}  // namespace presil::ppa
