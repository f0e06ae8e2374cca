// static_power.cpp -- implementation of static_power.h.
#include "sim/ppa/static_power.h"

#include <algorithm>

#include "sim/ppa/voltage_curve.h"

namespace presil::ppa {

namespace {

constexpr double kClockVolts = 0.75;  ///< that kClockTree is stated for

std::vector<EnergyPart>::iterator find(std::vector<EnergyPart>& parts, const std::string& name) {
  return std::find_if(parts.begin(), parts.end(), [&](const EnergyPart& part) { return part.name == name; });
}

}  // namespace

StaticPower static_power(const Technology& t, const ChipArea& area, double sram_bits, const StaticConditions& at) {
  const Volts supply = at.supply.value > 0 ? at.supply : t.voltage.nominal;
  const double relative = relative_leakage(t, supply, at.celsius);
  const double cells = sram_bits * t.leakage.sram_pw_per_bit * 1e-12;
  const double cores = area.group("cores").value, all = area.total().value;
  const double clocked = cores + area.group("cache").value + area.group("network").value;
  StaticPower power;
  power.cores = {relative * cores * t.leakage.logic_w_per_mm2};
  power.leakage = {relative * (all * t.leakage.logic_w_per_mm2 + cells)};
  power.clock = {kClockTree * clocked * at.clock.value * (supply / Volts{kClockVolts}) * (supply / Volts{kClockVolts})};
  power.links = {at.link_lanes * kLaneRate * kLaneEnergy};
  power.memory = at.memory_at_full_rate * kMemoryAtRest;
  power.regulators = (power.leakage + power.clock + power.links + power.memory) * kConversion;
  return power;
}

void scale_on_chip(std::vector<EnergyPart>& parts, double factor) {
  for (EnergyPart& part : parts)
    if (!part.name.starts_with("memory") && part.name != "idle" && part.name != "links") part.energy = part.energy * factor;
}

void move_part(std::vector<EnergyPart>& parts, const std::string& from, const std::string& to, Joules amount) {
  const auto source = find(parts, from), target = find(parts, to);
  if (source == parts.end() || target == parts.end()) return;
  const Joules moved = std::min(amount, source->energy * 0.5);
  source->energy = source->energy - moved;
  target->energy += moved;
}

void split_idle(std::vector<EnergyPart>& parts, Watts idle, const StaticPower& rest, const StaticPower& load, LoadConditions conditions, Seconds time) {
  const auto part = find(parts, "idle");
  if (part == parts.end()) return;
  const Watts named = rest.leakage + rest.clock;
  const double scale = named > idle ? idle / named : 1;
  const Watts off = load.cores * (conditions.gating * (1 - conditions.busy));
  const Watts leakage = rest.leakage * scale + (load.leakage - rest.leakage) - off;
  const Joules clock = rest.clock * scale * time;
  part->energy = (idle - named * scale) * time;
  parts.insert(part, {{"clock", clock}, {"leakage", leakage * time}});
}

void add_awake(std::vector<EnergyPart>& parts, Joules clock, Joules leakage, Joules memory) {
  for (const EnergyPart& more : {EnergyPart{"memory_background", memory}, EnergyPart{"clock", clock}, EnergyPart{"leakage", leakage}}) {
    if (more.energy.value <= 0) continue;
    if (const auto part = find(parts, more.name); part != parts.end()) part->energy += more.energy;
    else parts.insert(find(parts, "idle"), more);
  }
}

void split_memory_at_rest(std::vector<EnergyPart>& parts, const MemoryEnergy& memory, Seconds time) {
  const auto part = find(parts, "idle");
  if (part == parts.end() || !memory.by_command()) return;
  const Joules named = (memory.background + memory.refresh) * time;
  const double share = named > part->energy && named.value > 0 ? part->energy / named : 1;
  part->energy = part->energy - named * share;
  parts.insert(part, {{"memory_background", memory.background * time * share}, {"memory_refresh", memory.refresh * time * share}});
}

}  // namespace presil::ppa
