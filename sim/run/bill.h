// bill.h -- what a run costs: energy by component, silicon, money and carbon; the same for every kind of run.
#pragma once

#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "sim/ppa/economics.h"
#include "sim/run/chip.h"

namespace presil::run {

struct Bill {
  std::vector<ppa::EnergyPart> energy;  ///< of all devices
  ppa::ChipPrice chip;                  ///< one of them
  ppa::RunPrice run;
  double joules() const { return ppa::total(energy).value; }
};

/// `energy`: of one device, over the `time` of the run.
Bill bill_of(const Chip& chip, const ppa::EconomicsConfig& economics, const std::vector<ppa::EnergyPart>& energy, Seconds time, double devices);

/// Metrics die_area_mm2, cost_usd, co2_g; `energy`, `area`, `floorplan` and `cost` of the result document.
void add_bill_metrics(nlohmann::ordered_json& metrics, const Chip& chip, const Bill& bill);
void add_bill(nlohmann::ordered_json& result, const Chip& chip, const Bill& bill);

}  // namespace presil::run
