// technology.cpp -- the fields of technology.h with their meaning.
#include "sim/ppa/technology.h"

#include <fmt/format.h>

namespace presil::ppa {

using config::non_negative;
using config::optional;
using config::positive;
using config::Range;
using config::required;

void DensityConfig::describe(config::Visitor& v) {
  v.real("logic", logic, required, positive, "Million transistors per mm2 of high-density standard cells.");
  v.quantity("sram_cell", sram_cell, required, positive, "Area of the high-density six-transistor SRAM cell.");
  v.real("sram_efficiency", sram_efficiency, optional, Range{0, 1, true}, "Share of an SRAM macro that its cells take.");
  v.quantity("wire_pitch", wire_pitch, required, positive, "Least pitch of metal wires.");
  v.real("analog", analog, required, positive, "Area of analog circuits over that of the same circuits at 7 nm.");
}

void VoltageConfig::describe(config::Visitor& v) {
  v.quantity("nominal", nominal, required, positive, "Supply at which the energies of the node hold.");
  v.quantity("least", least, required, positive, "Lowest supply of the node.");
  v.quantity("most", most, required, positive, "Highest supply of the node.");
  v.quantity("threshold", threshold, required, positive, "Threshold of the transistors.");
  v.real("alpha", alpha, required, Range{1, 2, false}, "Exponent of the alpha-power law; 1: fully velocity-saturated, 2: not at all.");
  v.real("wire_share", wire_share, required, Range{0, 0.9, false}, "Share of a path's delay at the nominal supply that no voltage shortens.");
  v.check(threshold < least && least <= nominal && nominal <= most, "nominal",
          fmt::format("expected threshold < least <= nominal <= most; found {:g}, {:g}, {:g} and {:g} V", threshold.value, least.value,
                      nominal.value, most.value));
}

void LeakageConfig::describe(config::Visitor& v) {
  v.real("logic_w_per_mm2", logic_w_per_mm2, required, non_negative, "Leakage of logic in W per mm2 at the nominal supply and 25 C.");
  v.real("sram_pw_per_bit", sram_pw_per_bit, required, non_negative, "Leakage of an SRAM cell in pW at the nominal supply and 25 C.");
  v.real("doubling_k", doubling_k, optional, positive, "Kelvin that double the leakage.");
}

void WaferConfig::describe(config::Visitor& v) {
  v.quantity("cost", cost, required, positive, "Price of a processed 300 mm wafer.");
  v.real("defects_per_cm2", defects_per_cm2, required, non_negative, "Defects that kill a die, per cm2.");
  v.real("fab_kwh_per_cm2", fab_kwh_per_cm2, required, non_negative, "Electricity of the fab in kWh per cm2 of wafer.");
  v.real("gas_kg_per_cm2", gas_kg_per_cm2, required, non_negative, "Greenhouse gases of the process in kg of CO2 per cm2 of wafer.");
}

void Technology::describe(config::Visitor& v) {
  v.text("name", name, required, "Name of the node, e.g. 7nm.");
  v.choice("transistor", transistor, required, kTransistorNames, "Kind of transistor; gaa: gate all around.");
  v.flag("projected", projected, optional, "Announced, not in production: figures are projections.");
  v.table("mac_pj", mac_pj, required, kFormatNames, non_negative,
          "Energy of one multiply-add in pJ, multiplier and adder without registers or control, by format.");
  v.real("vector_op_pj", vector_op_pj, required, non_negative, "Energy of one 32-bit floating-point vector operation in pJ.");
  v.quantity("sram", sram, required, non_negative, "Energy per bit of a read or write of a 1 MiB SRAM.");
  v.quantity("sram_small", sram_small, optional, non_negative, "The same of a macro of 8 KiB; 0: as the large one. Between: with the root of the capacity.");
  v.check(sram_small <= sram, "sram_small", "a small macro takes no more energy than a large one");
  v.quantity("flip_flop", flip_flop, required, non_negative, "Energy per bit of a pipeline register that takes a new value, half its bits changing; its clock is in the clock tree.");
  v.quantity("register_file", register_file, required, non_negative, "Energy per bit of reading or writing a register file of a few KiB a bank.");
  v.quantity("wire_per_mm", wire_per_mm, required, non_negative, "Energy of moving one bit over 1 mm of on-chip wire.");
  v.object("density", density, required, "What fits on a square millimetre.");
  v.object("voltage", voltage, required, "Supply and speed.");
  v.object("leakage", leakage, required, "Static power.");
  v.object("wafer", wafer, required, "Cost, defects and carbon of a wafer.");
}

}  // namespace presil::ppa
