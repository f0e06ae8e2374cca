// governor.h -- the clock of chips that do not set it themselves: the highest voltage-frequency state in which a segment,
// repeated without end, stays under the power limit (api::power_limit).
//
//   states    1, 1 - 1/40, ... 1/5 of the chip's clock; each at the lowest supply that reaches it (sim/ppa/voltage_curve.h)
//   energy    of an on-chip event (V / V_full)^2; DRAM, links and what is drawn at rest stay
// Searched by bisection, so a segment over the limit is simulated six times. Power is averaged over a segment, the
// milliseconds of a layer or a few of them, as boards do. Not modelled: the time a change of state takes.
#pragma once

#include <functional>

#include "sim/run/chip_power.h"
#include "sim/run/totals.h"

namespace presil::run {

class Governor {
 public:
  explicit Governor(const Chip& chip);

  bool present() const { return limit_.value > 0 && !governed_; }
  /// Energy of an on-chip event at a share of the clock, over that at all of it.
  double energy_at(double speed) const;
  /// `simulate` runs the segment at a share of the clock; the last call is at the share returned. 1/5 of the clock when none
  /// of the states is under the limit.
  double highest_speed(const std::function<SegmentTotals(double speed)>& simulate) const;

 private:
  bool holds(const SegmentTotals& segment) const;

  const PowerModel power_;
  const ppa::Technology technology_;
  const Volts supply_;
  const Watts limit_;
  const bool governed_;  ///< by the device itself
};

}  // namespace presil::run
