// energy.cpp -- implementation of energy.h.
#include "sim/ppa/energy.h"

namespace presil::ppa {

std::vector<EnergyPart> energy(const Activity& activity, const Technology& technology, const Rest& rest) {
  constexpr double kPico = 1e-12;
  double arithmetic = 0;
  for (std::size_t f = 0; f < kFormatNames.size(); ++f) arithmetic += activity.macs[f] * technology.mac_pj[f] * kPico;
  const auto bits = [](double bytes, JoulesPerBit each) { return Joules{8 * bytes * each.value}; };
  return {{"arithmetic", {arithmetic}},
          {"vector", {activity.vector_ops * technology.vector_op_pj * kPico}},
          {"scratchpad", bits(activity.scratchpad_bytes, technology.sram)},
          {"shared", bits(activity.shared_bytes, technology.sram)},
          {"network", bits(activity.network_byte_hops, technology.wire_per_mm * rest.hop_length.value)},
          {"memory", bits(activity.memory_bytes, rest.memory - rest.memory_phy - rest.memory_tsv)},
          {"memory_phy", bits(activity.memory_bytes, rest.memory_phy)},
          {"memory_tsv", bits(activity.memory_bytes, rest.memory_tsv)},
          {"idle", rest.idle * activity.time}};
}

Joules total(const std::vector<EnergyPart>& parts) {
  Joules sum{};
  for (const EnergyPart& part : parts) sum += part.energy;
  return sum;
}

}  // namespace presil::ppa
