// power_report.cpp -- implementation of power_report.h.
#include "sim/run/power_report.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "sim/run/chip_power.h"

namespace presil::run {

using nlohmann::ordered_json;

namespace {

void add_parts(std::vector<ppa::EnergyPart>& sum, const std::vector<ppa::EnergyPart>& parts) {
  for (const ppa::EnergyPart& part : parts) {
    const auto same = std::find_if(sum.begin(), sum.end(), [&](const ppa::EnergyPart& known) { return known.name == part.name; });
    if (same == sum.end())
      sum.push_back(part);  // some segments have parts of their own, what ran in memory
    else
      same->energy += part.energy;
  }
}

/// Segments, and the rest of the time: a pipeline's idle stages, exchanges that nothing hides.
std::vector<SegmentTotals> with_waiting(std::vector<SegmentTotals> segments, Seconds time) {
  Seconds covered{};
  for (const SegmentTotals& segment : segments) covered += segment.activity.time;
  if (const Seconds rest = time - covered; rest > time * 1e-9) {
    SegmentTotals waiting;
    waiting.name = waiting.phase = "waiting";
    waiting.count = 1;
    waiting.activity.time = rest;
    segments.push_back(waiting);
  }
  return segments;
}

double settled(const PowerModel& model, const ppa::CoolingConfig& cooling, const std::vector<SegmentTotals>& segments, Seconds time) {
  return ppa::settled_celsius(cooling, [&](double celsius) {
    Joules joules{};
    for (const SegmentTotals& segment : segments) joules += ppa::total(model.energy(segment, celsius));
    return joules / time;
  });
}

double after_run(const ppa::CoolingConfig& cooling, const PowerReport& report) {
  double celsius = cooling.steady_celsius(report.idle);
  for (const PowerReport::Row& row : report.rows) celsius = cooling.celsius_after(celsius, row.power, row.segment.activity.time);
  return celsius;
}

}  // namespace

PowerReport power_report(const Chip& chip, const std::vector<SegmentTotals>& segments, Seconds time) {
  const PowerModel model(chip);
  const api::BoardConfig& board = chip->board();
  const std::vector<SegmentTotals> all = with_waiting(segments, time);
  PowerReport report;
  report.idle = model.idle();
  report.limit = api::power_limit(board, chip->own_power_limit());
  report.celsius = board.cooling.present() ? settled(model, board.cooling, all, time) : board.power.temperature_c;
  for (const SegmentTotals& segment : all) {
    if (segment.activity.time.value <= 0) continue;
    const auto parts = model.energy(segment, report.celsius);
    add_parts(report.energy, parts);
    report.rows.push_back({segment, ppa::total(parts) / segment.activity.time});
    report.peak = std::max(report.peak, report.rows.back().power);
  }
  report.average = ppa::total(report.energy) / time;
  if (board.cooling.present()) report.celsius_after_run = after_run(board.cooling, report);
  return report;
}

void add_power_metrics(ordered_json& metrics, const PowerReport& report, Seconds time, double devices) {
  metrics["peak_power_w"] = report.peak.value * devices;
  metrics["energy_delay_j_s"] = report.average.value * devices * time.value * time.value;
}

void add_power(ordered_json& result, const Chip& chip, const PowerReport& report) {
  ordered_json& power = result["power"];
  power = {{"idle_w", report.idle.value}, {"average_w", report.average.value}, {"peak_w", report.peak.value}};
  if (report.limit.value > 0) power["limit_w"] = report.limit.value;
  power["die_celsius"] = report.celsius;
  if (report.celsius_after_run) power["celsius_after_run"] = *report.celsius_after_run;
  if (const Seconds constant = chip->board().cooling.time_constant(); constant.value > 0) power["time_constant_s"] = constant.value;
  power["trace"] = ordered_json::array();
  for (const PowerReport::Row& row : report.rows) {
    const double seconds = row.segment.activity.time.value;
    ordered_json line{{"phase", row.segment.phase}, {"name", row.segment.name}, {"count", row.segment.count}, {"time_s", seconds}, {"power_w", row.power.value}};
    if (row.segment.kv_len > 0) line["kv_len"] = row.segment.kv_len;
    if (row.segment.cycles > 0) line["clock_hz"] = std::round(row.segment.cycles / seconds);
    power["trace"].push_back(line);
  }
}

}  // namespace presil::run
