// chip_power.cpp -- implementation of chip_power.h.
#include "sim/run/chip_power.h"

#include <algorithm>

#include "sim/run/memory_power.h"

namespace presil::run {

namespace {

ppa::StaticPower static_power_at(const Chip& chip, const ppa::ChipArea& area, double celsius) {
  const api::BoardConfig& board = chip->board();
  const memory::MemoryConfig& memory = chip->memory();
  const Watts full{8 * memory::peak(memory).value * memory.energy.value};
  return ppa::static_power(board.technology, area, area.sram_bits, {chip->clock(), board.power.supply, celsius, board.die.link_lanes, full});
}

}  // namespace

ppa::StaticPower power_at_rest(const Chip& chip) { return static_power_at(chip, chip->area(), ppa::kRestCelsius); }

PowerModel::PowerModel(const Chip& chip)
    : chip_(chip), memory_(memory_energy(chip->memory())), area_(chip->area()), rest_(static_power_at(chip, area_, ppa::kRestCelsius)),
      idle_(chip->board().power.idle.value > 0 ? chip->board().power.idle : rest_.total()),
      awake_(chip->board().power.idle.value > 0 ? chip->awake() : std::nullopt) {}

ppa::StaticPower PowerModel::at(double celsius) const {
  return static_power_at(chip_, area_, awake_ ? ppa::kRestCelsius : celsius);
}

double PowerModel::load_celsius() const {
  const api::BoardConfig& board = chip_->board();
  return board.cooling.present() ? board.cooling.limit_c : board.power.temperature_c;
}

std::vector<ppa::EnergyPart> PowerModel::energy(const ppa::Activity& activity, double busy, double celsius) const {
  ppa::StaticPower rest = rest_;
  const ppa::StaticPower load = at(celsius);
  std::vector<ppa::EnergyPart> parts = chip_->energy(activity);
  if (activity.pim_j > 0) parts.insert(parts.begin(), {{"pim", {activity.pim_j - activity.pim_register_j}}, {"pim_registers", {activity.pim_register_j}}});
  const bool gated = rest.leakage + rest.clock > idle_;
  if (gated) rest.clock = {};
  ppa::split_idle(parts, idle_, rest, load, {busy, chip_->board().power.gating}, activity.time);
  ppa::split_memory_at_rest(parts, memory_, activity.time);
  if (awake_) add_awake(parts, activity);
  if (gated) ppa::move_part(parts, "control", "clock", (awake_ ? awake_->gated_clock : load.clock) * activity.time * busy);
  return parts;
}

void PowerModel::add_awake(std::vector<ppa::EnergyPart>& parts, const ppa::Activity& activity) const {
  const Seconds waiting{std::max(0.0, activity.time.value - activity.awake_s)};
  ppa::add_awake(parts, Joules{activity.clock_j} + awake_->clock * waiting, Joules{activity.leakage_j} + awake_->leakage * waiting,
                 awake_->memory * activity.time);
}

std::vector<ppa::EnergyPart> PowerModel::energy(const SegmentTotals& segment, double celsius) const {
  const double units_s = segment.activity.time.value * static_cast<double>(chip_->units().count);
  return energy(segment.activity, units_s > 0 ? segment.multiplying_s / units_s : 0, celsius);
}

Watts PowerModel::average(const SegmentTotals& segment, double celsius) const {
  return ppa::total(energy(segment, celsius)) / segment.activity.time;
}

std::vector<ppa::EnergyPart> energy_of(const Chip& chip, const Totals& totals) {
  const PowerModel model(chip);
  std::vector<ppa::EnergyPart> sum;
  for (const SegmentTotals& segment : totals.segments) ppa::add_parts(sum, model.energy(segment, model.load_celsius()));
  return sum;
}

Watts waiting_power(const Chip& chip) {
  const PowerModel model(chip);
  ppa::Activity waiting;
  waiting.time = {1};
  return ppa::total(model.energy(waiting, 0, model.load_celsius())) / waiting.time;
}

}  // namespace presil::run
