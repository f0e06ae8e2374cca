// power_report.h -- energy of a run by component, power over its time, temperature of the die.
#pragma once

#include <optional>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "sim/run/chip.h"

namespace presil::run {

/// Of one device.
struct PowerReport {
  struct Row { SegmentTotals segment; Watts power; };  ///< on average while it runs
  std::vector<Row> rows;
  std::vector<ppa::EnergyPart> energy;                 ///< of the whole time; the sum of the rows'
  Watts idle{}, average{}, peak{};                     ///< `peak`: of the segment that draws most
  Watts limit{};                                       ///< 0: none
  double celsius{};                                    ///< under load: run after run with a heat sink, else as the chip's file says
  std::optional<double> celsius_after_run;             ///< at the end of one run from rest
};

/// `segments` and what is left of `time`, in which nothing happens. Throws RunError on thermal runaway.
PowerReport power_report(const Chip& chip, const std::vector<SegmentTotals>& segments, Seconds time);

/// Metrics peak_power_w, energy_delay_j_s; `power` of the result document.
void add_power_metrics(nlohmann::ordered_json& metrics, const PowerReport& report, Seconds time, double devices);
void add_power(nlohmann::ordered_json& result, const Chip& chip, const PowerReport& report);

}  // namespace presil::run
