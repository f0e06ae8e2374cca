// die.cpp -- the fields of die.h with their meaning.
#include "sim/ppa/die.h"

namespace presil::ppa {

using config::non_negative;
using config::optional;

void DieConfig::describe(config::Visitor& v) {
  v.text("name", name, optional, "Name of the die.");
  v.integer("units", units, optional, 0, 65536, "SMs, or cores, in silicon, those switched off included; 0: as many as the chip uses.");
  v.quantity("cache", cache, optional, non_negative, "L2, or SRAM shared by cores, in silicon; 0: as much as the chip uses.");
  v.quantity("network_per_clock", network_per_clock, optional, non_negative, "Bytes a clock between units and cache in silicon; 0: as the chip uses.");
  v.integer("memory_interfaces", memory_interfaces, optional, 0, 4096, "HBM stacks or memory devices it has PHYs for; 0: as many as the chip uses.");
  v.quantity("memory_phy", memory_phy, optional, non_negative, "Area of the PHY of one of them; 0: by the memory's standard.");
  v.integer("link_lanes", link_lanes, optional, 0, 65536, "Serial lanes, one way, of host and chip-to-chip links.");
  v.real("fp64_lanes", fp64_lanes, optional, non_negative, "Double-precision multiply-adds a clock and SM outside the tensor cores.");
  v.real("fp64_tensor", fp64_tensor, optional, non_negative, "Double-precision multiply-adds a clock and SM in the tensor cores.");
  v.quantity("l1", l1, optional, non_negative, "L1 and shared memory of one SM in silicon; 0: the shared memory thread blocks can take.");
  v.integer("chiplets", chiplets, optional, 1, 256, "Equal dies that carry the units.");
  v.integer("io_dies", io_dies, optional, 0, 256, "Dies that carry cache, network, memory interfaces and links; 0: these are on the chiplets.");
  v.object("io_technology", io_technology, optional, "Node of the io dies; absent: the chip's.");
  v.quantity("die_to_die", die_to_die, optional, non_negative, "Rate between a die and the others, both ways together.");
  v.flag("stacked", stacked, optional, "The chiplets lie on the io dies, joined by hybrid bonds; else beside them, over an interposer.");
  v.check(!stacked || io_dies > 0, "stacked", "chiplets are stacked on io dies, and there are none");
}

}  // namespace presil::ppa
