// chip_power.cpp -- implementation of chip_power.h.
#include "sim/run/chip_power.h"

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

std::vector<ppa::EnergyPart> energy_of(const Chip& chip, const ppa::Activity& activity, double busy) {
  const api::PowerConfig& power = chip->board().power;
  const ppa::ChipArea area = chip->area();
  ppa::StaticPower rest = static_power_at(chip, area, ppa::kRestCelsius);
  const ppa::StaticPower load = static_power_at(chip, area, chip->load_celsius());
  std::vector<ppa::EnergyPart> parts = chip->energy(activity);
  if (activity.pim_j > 0) parts.insert(parts.begin(), {"pim", {activity.pim_j}});
  const Watts idle = power.idle.value > 0 ? power.idle : rest.total();
  const bool gated = rest.leakage + rest.clock > idle;
  if (gated) rest.clock = {};
  ppa::split_idle(parts, idle, rest, load, {busy, power.gating}, activity.time);
  if (gated) ppa::move_part(parts, "control", "clock", load.clock * activity.time * busy);
  return parts;
}

}  // namespace presil::run
