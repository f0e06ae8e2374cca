// chip_power.h -- energy of a chip by component, static power named: what sim/ppa needs of a configured chip, put together.
#pragma once

#include <optional>
#include <vector>

#include "sim/ppa/static_power.h"
#include "sim/run/chip.h"

namespace presil::run {

/// Computed from area, clock, links and memory, whatever the chip's file publishes.
ppa::StaticPower power_at_rest(const Chip& chip);

/// Energy of what a chip did. The chip must outlive it.
class PowerModel {
 public:
  explicit PowerModel(const Chip& chip);

  /// Energy by component; the parts sum to the whole. `busy`: share of the time in which units multiply; `celsius`: of the
  /// die. The power at rest is the published one where there is one. A clock tree that would not fit into that is gated at
  /// rest; under load it is then part of the control that energies were fitted with, and is taken out of it. Devices that charge
  /// what they draw awake (ChipModel::awake) do so while they run; the rest of the time they wait at their highest clock.
  std::vector<ppa::EnergyPart> energy(const ppa::Activity& activity, double busy, double celsius) const;
  std::vector<ppa::EnergyPart> energy(const SegmentTotals& segment, double celsius) const;
  Watts average(const SegmentTotals& segment, double celsius) const;

  Watts idle() const { return idle_; }
  /// Of the die under load: where the governor acts if a heat sink is described, else as the chip's file says.
  double load_celsius() const;

 private:
  ppa::StaticPower at(double celsius) const;
  void add_awake(std::vector<ppa::EnergyPart>& parts, const ppa::Activity& activity) const;

  const Chip& chip_;
  const ppa::MemoryEnergy memory_;
  const ppa::ChipArea area_;
  const ppa::StaticPower rest_;
  const Watts idle_;
  const std::optional<ChipModel::Awake> awake_;  ///< none where the power at rest is computed: its clocks run
};

/// Of a pass or a segment, the die as hot as under load (PowerModel::load_celsius).
std::vector<ppa::EnergyPart> energy_of(const Chip& chip, const Totals& totals);
/// What a chip draws that waits.
Watts waiting_power(const Chip& chip);

}  // namespace presil::run
