// voltage_curve.h -- how fast and how hungry a node is at a supply other than its nominal one.
//
//   gate delay   d(V) ~ V / (V - Vt)^alpha                               alpha-power law [Sakurai and Newton, IEEE JSSC 25(2), 1990]
//   path delay   D(V) = (1 - w) d(V) / d(Vn) + w                         w: share of the delay in wires, which no voltage shortens
//   speed        D(Vn) / D(V) = 1 / D(V)                                 saturates at 1 / w
//   dynamic      (V / Vn)^2 of the energy of an event
//   leakage      (V / Vn)^3 x 2^((T - 25 C) / doubling)                  [assumed] exponent 3: supply times drain-induced lowering
// Valid between the node's least and most supply; beyond them the functions throw InputError.
#pragma once

#include "sim/ppa/technology.h"

namespace presil::ppa {

/// Clock that a path reaches at a supply over that at the nominal one.
double relative_speed(const Technology& technology, Volts supply);
/// Energy of an on-chip event over that at the nominal supply.
double relative_energy(const Technology& technology, Volts supply);
/// The lowest supply at which paths are `speed` times as fast as at the nominal one. Throws InputError with the range when
/// no supply of the node reaches it; slower than the lowest supply is the lowest supply.
Volts supply_for(const Technology& technology, double speed);
/// Leakage over that at the nominal supply and 25 C.
double relative_leakage(const Technology& technology, Volts supply, double celsius);

}  // namespace presil::ppa
