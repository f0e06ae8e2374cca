// price.cpp -- implementation of price.h.
#include "sim/run/price.h"

namespace presil::run {

ppa::ChipPrice price_of(const Chip& chip, const ppa::EconomicsConfig& economics) {
  const api::BoardConfig& board = chip->board();
  const ppa::DieConfig& die = board.die;
  const ppa::ChipArea area = chip->area();
  const auto& io = die.io_technology.density.logic > 0 ? die.io_technology : board.technology;
  std::vector<ppa::DieLot> lots;
  for (std::size_t i = 0; i < area.dies.size(); ++i) {
    const bool units = i < die.chiplets;
    ppa::DieLot lot{area.dies[i], {}, 0, 0, units ? &board.technology.wafer : &io.wafer};
    lot.stacked = units && die.stacked;
    if (units) {
      lot.unit = area.group("cores") / area.units;
      lot.units = area.units / die.chiplets;
      lot.used = area.used / die.chiplets;
    }
    lots.push_back(lot);
  }
  const memory::MemoryConfig& memory = chip->memory();
  return ppa::chip_price(economics, lots, {memory::capacity(memory).value / (1 << 30), memory.standard.starts_with("HBM") ? memory.stacks : 0});
}

}  // namespace presil::run
