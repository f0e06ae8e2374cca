// economics.h -- from square millimetres to dollars and kilograms of CO2.
//
//   yield          negative binomial (1 + A D / a)^-a; Murphy ((1 - e^-AD) / AD)^2; Poisson e^-AD     [Murphy, Proc. IEEE 1964;
//                  Stapper, IBM JRD 1983]
//   with spares    (rest of the die) x P(at least `used` of `units` are good), units failing independently
//   dies per wafer pi (d/2)^2 / A - pi d / sqrt(2 A)                             300 mm, 3 mm of edge lost
//   die            wafer / (dies per wafer x yield)
//   package        dies tested before assembly (known good), interposer where there is HBM or more than one die, substrate;
//                  divided by the yield of assembly
//   embodied       (kWh/cm2 x fab's grid + gases + 0.5 kg of materials) x area / yield + DRAM + package    [Gupta et al., ACT, ISCA 2022]
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "sim/base/units.h"
#include "sim/config/visitor.h"
#include "sim/ppa/area.h"

namespace presil::ppa {

enum class YieldModel { negative_binomial, murphy, poisson };
inline constexpr std::array<std::string_view, 3> kYieldModelNames{"negative_binomial", "murphy", "poisson"};

/// Prices and carbon of what surrounds the silicon.
struct EconomicsConfig {
  YieldModel yield{YieldModel::negative_binomial};
  double clustering{3};               ///< a of the negative binomial
  double hbm_usd_per_gib{12};         ///< [assumed]
  double dram_usd_per_gib{3};         ///< [assumed]
  double assembly_yield{0.99};        ///< of each die and HBM stack placed [assumed]
  double markup{1};                   ///< price of a chip over its manufacturing cost
  double electricity_usd_per_kwh{0.08};  ///< [assumed]
  double pue{1.1};                    ///< power of the site over that of the boards [assumed]
  double grid_g_per_kwh{400};         ///< [assumed]
  double fab_grid_g_per_kwh{509};     ///< [paper] Taiwan's grid in 2021, Bureau of Energy
  double lifetime_years{4};           ///< [assumed]
  double utilisation{0.6};            ///< share of its life in which a chip serves [assumed]
  void describe(config::Visitor& v);
};

double yield(YieldModel model, double clustering, SquareMillimetres area, double defects_per_cm2);
/// Whole dies of a square shape on a 300 mm wafer; 0 when not one fits.
double dies_per_wafer(SquareMillimetres area);

/// A die for the price: its nodes and how many of its units may be bad.
struct DieLot {
  SquareMillimetres area{};
  SquareMillimetres unit{};            ///< of one unit
  std::uint32_t units{0}, used{0};     ///< on this die; 0: no spares
  const WaferConfig* wafer{};
  bool stacked{false};                 ///< on another one: takes no room of its own on the package
};

struct MemoryLot {
  double gib{};
  std::uint32_t stacks{0};             ///< on the package
};

struct ChipPrice {
  double die_yield{};                  ///< of the first die, spares used
  Dollars dies{}, memory{}, package{};
  double carbon_kg{};
  Dollars total() const { return dies + memory + package; }
};

double lot_yield(const EconomicsConfig& economics, const DieLot& die);
ChipPrice chip_price(const EconomicsConfig& economics, const std::vector<DieLot>& dies, const MemoryLot& memory);

/// Of one run: electricity at the site, and the share of the chips' life it takes.
struct RunPrice {
  Dollars electricity{}, hardware{};
  double operation_g{}, embodied_g{};
  Dollars cost() const { return electricity + hardware; }
  double co2_g() const { return operation_g + embodied_g; }
};
RunPrice run_price(const EconomicsConfig& economics, const ChipPrice& chip, double chips, Seconds time, Joules energy);

}  // namespace presil::ppa
