// energy.cpp -- implementation of energy.h.
#include "sim/ppa/energy.h"

#include <algorithm>
#include <cmath>

namespace presil::ppa {

Activity& Activity::add(const Activity& other, double times) {
  for (std::size_t f = 0; f < macs.size(); ++f) macs[f] += times * other.macs[f];
  vector_ops += times * other.vector_ops;
  macro_passes += times * other.macro_passes;
  macro_programmed += times * other.macro_programmed;
  spikes.add(other.spikes, times);
  pim_j += times * other.pim_j;
  scratchpad_bytes += times * other.scratchpad_bytes;
  shared_bytes += times * other.shared_bytes;
  network_byte_hops += times * other.network_byte_hops;
  memory_bytes += times * other.memory_bytes;
  memory_written += times * other.memory_written;
  activates += times * other.activates;
  register_bytes += times * other.register_bytes;
  fabric_bytes += times * other.fabric_bytes;
  arithmetic_j += times * other.arithmetic_j;
  vector_j += times * other.vector_j;
  shared_j += times * other.shared_j;
  bare_j += times * other.bare_j;
  register_j += times * other.register_j;
  clock_j += times * other.clock_j;
  leakage_j += times * other.leakage_j;
  awake_s += times * other.awake_s;
  pim_register_j += times * other.pim_register_j;
  time += other.time * times;
  return *this;
}

void Activity::scale_on_chip(double factor) {
  Activity scaled;
  scaled.add(*this, factor);
  scaled.macro_passes = macro_passes;  // at a supply of their own
  scaled.macro_programmed = macro_programmed;
  scaled.pim_j = pim_j;
  scaled.pim_register_j = pim_register_j;
  scaled.memory_bytes = memory_bytes;
  scaled.memory_written = memory_written;
  scaled.activates = activates;
  scaled.fabric_bytes = fabric_bytes;
  scaled.clock_j = clock_j;
  scaled.leakage_j = leakage_j;
  scaled.awake_s = awake_s;
  scaled.time = time;
  *this = scaled;
}

JoulesPerBit sram_energy(const Technology& technology, Bytes macro) {
  constexpr double kSmall = 8 * 1024, kLarge = 1 << 20;
  if (macro.value <= 0 || technology.sram_small.value <= 0) return technology.sram;
  const double root = std::sqrt(std::clamp(macro.value, kSmall, kLarge));
  const double share = (root - std::sqrt(kSmall)) / (std::sqrt(kLarge) - std::sqrt(kSmall));
  return technology.sram_small + (technology.sram - technology.sram_small) * share;
}

std::vector<EnergyPart> energy(const Activity& activity, const Technology& technology, const Rest& rest) {
  constexpr double kPico = 1e-12;
  const auto bits = [](double bytes, JoulesPerBit each) { return Joules{8 * bytes * each.value}; };
  Joules arithmetic{};
  for (std::size_t f = 0; f < kFormatNames.size(); ++f) arithmetic += {activity.macs[f] * technology.mac_pj[f] * kPico};
  const Joules vector{activity.vector_ops * technology.vector_op_pj * kPico};
  const Joules registers = bits(activity.register_bytes, technology.flip_flop) + bits(activity.vector_ops * kVectorRegisterBytes, technology.register_file);
  std::vector<EnergyPart> parts{{"arithmetic", arithmetic},
                                {"vector", vector},
                                {"registers", registers},
                                {"control", (arithmetic + vector + registers) * kControl},
                                {"scratchpad", bits(activity.scratchpad_bytes, sram_energy(technology, rest.scratchpad_macro))},
                                {"shared", bits(activity.shared_bytes, sram_energy(technology, rest.shared_macro))},
                                {"network", bits(activity.network_byte_hops, technology.wire_per_mm * rest.hop_length.value)},
                                {"links", bits(activity.fabric_bytes, rest.link)}};
  for (EnergyPart& part : memory_parts(rest.memory, activity.memory_bytes, activity.memory_written, activity.activates)) parts.push_back(std::move(part));
  parts.push_back({"idle", rest.idle * activity.time});
  return parts;
}

void add_parts(std::vector<EnergyPart>& sum, const std::vector<EnergyPart>& parts) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto same = std::find_if(sum.begin(), sum.end(), [&](const EnergyPart& part) { return part.name == parts[i].name; });
    if (same != sum.end()) same->energy += parts[i].energy;
    else sum.insert(sum.begin() + static_cast<std::ptrdiff_t>(std::min(i, sum.size())), parts[i]);
  }
}

Joules total(const std::vector<EnergyPart>& parts) {
  Joules sum{};
  for (const EnergyPart& part : parts) sum += part.energy;
  return sum;
}

}  // namespace presil::ppa
