// bill.cpp -- implementation of bill.h.
#include "sim/run/bill.h"

#include <nlohmann/json.hpp>

#include "sim/ppa/floorplan.h"
#include "sim/run/price.h"

namespace presil::run {

using nlohmann::ordered_json;

Bill bill_of(const Chip& chip, const ppa::EconomicsConfig& economics, const std::vector<ppa::EnergyPart>& energy, Seconds time, double devices) {
  Bill bill;
  bill.energy = energy;
  for (auto& part : bill.energy) part.energy = part.energy * devices;
  bill.chip = price_of(chip, economics);
  bill.run = ppa::run_price(economics, bill.chip, devices, time, {bill.joules()});
  return bill;
}

void add_bill_metrics(ordered_json& metrics, const Chip& chip, const Bill& bill) {
  metrics["die_area_mm2"] = chip->area().total().value;
  metrics["cost_usd"] = bill.run.cost().value;
  metrics["co2_g"] = bill.run.co2_g();
}

void add_bill(ordered_json& result, const Chip& chip, const Bill& bill) {
  const double joules = bill.joules();
  result["energy"] = ordered_json::array();
  for (const auto& part : bill.energy)
    result["energy"].push_back({{"name", part.name}, {"joules", part.energy.value}, {"share", part.energy.value / joules}});
  const ppa::ChipArea area = chip->area();
  result["area"] = ordered_json::array();
  for (const ppa::Block& block : area.blocks)
    result["area"].push_back({{"name", block.name}, {"group", block.group}, {"mm2", block.area.value}, {"share", block.area / area.total()}, {"source", "computed"}});
  result["floorplan"] = ordered_json::array();
  for (const ppa::Rectangle& part : ppa::floorplan(area))
    result["floorplan"].push_back({{"group", part.group}, {"x_mm", part.x}, {"y_mm", part.y}, {"width_mm", part.width}, {"height_mm", part.height}});
  if (const auto dies = chip->dies())
    result["dies"] = {{"count", dies->count}, {"gb_per_s", dies->rate.value / 1e9}, {"as_one_from_gb_per_s", dies->needed.value / 1e9}};
  const ppa::RunPrice& run = bill.run;
  result["cost"] = {{"chip_usd", bill.chip.total().value}, {"dies_usd", bill.chip.dies.value}, {"memory_usd", bill.chip.memory.value},
                    {"package_usd", bill.chip.package.value}, {"die_yield", bill.chip.die_yield}, {"embodied_kg", bill.chip.carbon_kg},
                    {"electricity_usd", run.electricity.value}, {"hardware_usd", run.hardware.value},
                    {"operation_g", run.operation_g}, {"embodied_g", run.embodied_g}};
}

}  // namespace presil::run
