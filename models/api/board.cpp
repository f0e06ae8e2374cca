// board.cpp -- the fields of board.h with their meaning.
#include "models/api/board.h"

#include <algorithm>

#include <fmt/format.h>

namespace presil::api {

using config::non_negative;
using config::optional;
using config::positive;
using config::required;

void HostConfig::describe(config::Visitor& v) {
  v.quantity("bandwidth", bandwidth, required, positive, "Payload rate of the host link, one way.");
  v.quantity("latency", latency, required, non_negative, "Time from request to first byte across the host link.");
  v.quantity("launch", launch, required, non_negative, "Time to start one pass (one program launch by the host).");
}

void PowerConfig::describe(config::Visitor& v) {
  v.quantity("idle", idle, optional, non_negative, "Power of the board at rest; 0: computed from area, clock and links.");
  v.quantity("tdp", tdp, optional, non_negative, "Design power of the board.");
  v.quantity("cap", cap, optional, non_negative, "Average power that the board holds by lowering the clock; 0: `tdp` for chips of kind gpu, none for others.");
  v.quantity("supply", supply, optional, non_negative, "Supply of arrays, vector units and on-chip memory; 0: the node's nominal. Chips of kind npu run at the clock it allows.");
  v.real("temperature_c", temperature_c, optional, config::Range{-40, 150, false}, "Temperature of the die under load in degrees Celsius.");
  v.real("gating", gating, optional, config::fraction, "Share of the cores' leakage that is switched off while nothing multiplies.");
  v.check(cap.value == 0 || idle < cap, "cap", fmt::format("a cap of {:g} W is not above the {:g} W drawn at rest", cap.value, idle.value));
  v.check(tdp.value == 0 || idle < tdp, "tdp", fmt::format("a design power of {:g} W is not above the {:g} W drawn at rest", tdp.value, idle.value));
}

void BoardConfig::describe_identity(config::Visitor& v) {
  v.text("name", name, required, "Name in reports.");
  v.texts("aliases", aliases, optional, "Other names under which tables mention the chip.");
  v.text("vendor", vendor, optional, "Who makes it.");
  v.integer("year", year, optional, 1970, 2100, "Year of introduction.");
  v.object("technology", technology, required, "Technology node: a file of configs/technologies, or its fields.");
}

void BoardConfig::describe_board(config::Visitor& v) {
  v.object("host", host, required, "Host link and launch cost.");
  v.object("power", power, optional, "Idle and design power.");
  v.object("cooling", cooling, optional, "Heat sink: from the die to the coolant.");
  const Watts taken = cooling.present() ? cooling.steady_power(cooling.limit_c) : Watts{};
  v.check(!cooling.present() || taken > power.idle, "cooling",
          fmt::format("a heat sink of {:g} K/W takes {:g} W away at {:g} C, not more than the {:g} W drawn at rest", cooling.kelvin_per_watt, taken.value,
                      cooling.limit_c, power.idle.value));
  const ppa::VoltageConfig& curve = technology.voltage;
  v.check(power.supply.value == 0 || (power.supply >= curve.least && power.supply <= curve.most), "power",
          fmt::format("a supply of {:g} V is outside the curve of {}: {:g} to {:g} V", power.supply.value, technology.name, curve.least.value, curve.most.value));
  v.object("die", die, optional, "The silicon: a file of configs/dies, or its fields.");
  v.quantity("die_area", die_area, optional, non_negative, "Published die area; 0: not published.");
}

Watts power_limit(const BoardConfig& board, Watts own) {
  const Watts cap = board.power.cap.value > 0 ? board.power.cap : own;
  if (!board.cooling.present()) return cap;
  const Watts taken = board.cooling.steady_power(board.cooling.limit_c);
  return cap.value > 0 ? std::min(cap, taken) : taken;
}

}  // namespace presil::api
