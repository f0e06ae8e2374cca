// technology.h -- a technology node as a record: energy, density, voltage, leakage, wafer. Nothing is scaled between nodes
// here: every ratio between two nodes is the ratio of two records of configs/technologies.
//
// What does not scale has no field: memory and link PHYs keep their area from node to node (area.h).
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "sim/base/formats.h"
#include "sim/base/units.h"
#include "sim/config/visitor.h"

namespace presil::ppa {

enum class Transistor { planar, finfet, gaa };
inline constexpr std::array<std::string_view, 3> kTransistorNames{"planar", "finfet", "gaa"};

/// What fits on a square millimetre.
struct DensityConfig {
  double logic{};                 ///< million transistors per mm2, high-density cells
  SquareMillimetres sram_cell{};  ///< high-density six-transistor cell
  double sram_efficiency{0.68};   ///< share of a macro's area that its cells take
  Millimetres wire_pitch{};       ///< least pitch of metal
  double analog{1};               ///< area of analog circuits over that at 7 nm
  void describe(config::Visitor& v);
};

/// Voltage and speed: alpha-power law with a share of the delay in wires (voltage_curve.h).
struct VoltageConfig {
  Volts nominal{}, least{}, most{};
  Volts threshold{};
  double alpha{1.3};
  double wire_share{0};
  void describe(config::Visitor& v);
};

/// Static power at the nominal voltage and 25 degrees Celsius.
struct LeakageConfig {
  double logic_w_per_mm2{};
  double sram_pw_per_bit{};
  double doubling_k{25};          ///< kelvin that double it
  void describe(config::Visitor& v);
};

/// A processed 300 mm wafer.
struct WaferConfig {
  Dollars cost{};
  double defects_per_cm2{};
  double fab_kwh_per_cm2{};       ///< electricity of the fab
  double gas_kg_per_cm2{};        ///< greenhouse gases of the process, as kg of CO2
  void describe(config::Visitor& v);
};

struct Technology {
  std::string name;
  Transistor transistor{Transistor::finfet};
  bool projected{false};          ///< not in production: announced figures
  std::array<double, kFormatNames.size()> mac_pj{};
  double vector_op_pj{};
  JoulesPerBit sram{};        ///< of a macro of 1 MiB
  JoulesPerBit sram_small{};  ///< of a macro of 8 KiB; 0: as the large one
  JoulesPerBit flip_flop{};      ///< of a pipeline register that takes a new value, half its bits changing; its clock apart
  JoulesPerBit register_file{};  ///< of a bank of a few KiB, the mean of reads and writes; wires to the lanes apart
  JoulesPerBit wire_per_mm{};
  DensityConfig density;
  VoltageConfig voltage;
  LeakageConfig leakage;
  WaferConfig wafer;

  void describe(config::Visitor& v);
};

}  // namespace presil::ppa
