// cooling.h -- how hot a die gets: one thermal resistance from junction to coolant, one capacity at the junction.
//
//   C dT/dt = P - (T - T_coolant) / R
//   steady    T = T_coolant + R P
//   limit     P = (T_limit - T_coolant) / R
//   in time   T(t) = T_end + (T_0 - T_end) e^(-t / RC),  T_end = T_coolant + R P
// Not modelled: hot spots, the package's own stages between die and sink, a fan that follows the temperature.
#pragma once

#include <functional>

#include "sim/base/units.h"
#include "sim/config/visitor.h"

namespace presil::ppa {

/// A cold plate with liquid has about a third to a half of the resistance of a heat sink in a stream of air.
struct CoolingConfig {
  double kelvin_per_watt{0};     ///< R; 0: temperature is not computed
  double joule_per_kelvin{0};    ///< C of die, lid and sink
  double coolant_c{35};          ///< air or liquid at the inlet, degrees Celsius
  double limit_c{90};            ///< of the die, at which the governor lowers the clock
  void describe(config::Visitor& v);

  bool present() const { return kelvin_per_watt > 0; }
  /// What the sink takes away without end from a die so hot.
  Watts steady_power(double celsius) const { return {(celsius - coolant_c) / kelvin_per_watt}; }
  double steady_celsius(Watts power) const { return coolant_c + kelvin_per_watt * power.value; }
  Seconds time_constant() const { return {kelvin_per_watt * joule_per_kelvin}; }
  /// After `time` under a power, from a die so hot at first.
  double celsius_after(double first, Watts power, Seconds time) const;
};

/// Hottest temperature that settles is looked for up to here, degrees Celsius.
inline constexpr double kHottest = 200;

/// Where a die settles whose power rises with its temperature (leakage): T = T_coolant + R power(T), the lowest solution.
/// Throws RunError when there is none under kHottest: thermal runaway.
double settled_celsius(const CoolingConfig& cooling, const std::function<Watts(double celsius)>& power);

}  // namespace presil::ppa
