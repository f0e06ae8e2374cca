// memory_energy.cpp -- implementation of memory_energy.h.
#include "sim/ppa/memory_energy.h"

namespace presil::ppa {

std::vector<EnergyPart> memory_parts(const MemoryEnergy& memory, double bytes, double written,
                                     double activates) {
  const auto bits = [](double moved, JoulesPerBit each) { return Joules{8 * moved * each.value}; };
  std::vector<EnergyPart> parts;
  if (memory.by_command()) {
    const double rows = activates > 0 ? activates : bytes / memory.row.value;
    parts = {{"memory_activate", memory.activate * rows},
             {"memory_read", bits(bytes - written, memory.read)},
             {"memory_write", bits(written, memory.write)}};
  } else {
    parts = {{"memory", bits(bytes, memory.array)}};
  }
  parts.push_back({"memory_phy", bits(bytes, memory.phy)});
  parts.push_back({"memory_tsv", bits(bytes, memory.tsv)});
  return parts;
}

}  // namespace presil::ppa
