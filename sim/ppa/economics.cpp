// economics.cpp -- implementation of economics.h.
#include "sim/ppa/economics.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace presil::ppa {

using config::fraction;
using config::non_negative;
using config::optional;
using config::positive;
using config::Range;

namespace {

constexpr double kWaferMillimetres = 294;      ///< 300 mm less 3 mm of edge
constexpr double kMaterials = 0.5;             ///< kg of CO2 per cm2 [paper] ACT, ISCA 2022
constexpr double kDramKgPerGib = 0.065;        ///< [paper] ACT, ISCA 2022: DDR4 at 10 nm, 65 g per GB
constexpr double kPackageKg = 0.15;            ///< [paper] ACT, ISCA 2022: 150 g per package
constexpr double kHbmStack = 110;              ///< mm2 of an HBM stack's footprint [datasheet] JESD235: about 10 x 11 mm
constexpr double kInterposerUsdPerMm2 = 0.03;  ///< [assumed] a 65 nm wafer (Khan and Mann, CSET, 2020: 1937 USD) over its area
constexpr double kSubstrateUsdPerMm2 = 0.02;   ///< [assumed] organic build-up substrate
constexpr double kSubstrateArea = 2.5;         ///< of it over that of what it carries [assumed]

/// P(at least `least` of `n` succeed), each with probability p.
double at_least(std::uint32_t n, std::uint32_t least, double p) {
  double sum = 0;
  for (std::uint32_t k = least; k <= n; ++k)
    sum += std::exp(std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0) + k * std::log(p) + (n - k) * std::log1p(-p));
  return std::min(1.0, sum);
}

}  // namespace

void EconomicsConfig::describe(config::Visitor& v) {
  v.choice("yield", yield, optional, kYieldModelNames, "Model of yield.");
  v.real("clustering", clustering, optional, positive, "Clustering of defects in the negative binomial; large: Poisson.");
  v.real("hbm_usd_per_gib", hbm_usd_per_gib, optional, non_negative, "Price of HBM in USD per GiB.");
  v.real("dram_usd_per_gib", dram_usd_per_gib, optional, non_negative, "Price of other DRAM in USD per GiB.");
  v.real("assembly_yield", assembly_yield, optional, Range{0, 1, true}, "Share of placements of a die or stack on a package that succeed.");
  v.real("markup", markup, optional, positive, "Price of a chip over its manufacturing cost; 1: at cost.");
  v.real("electricity_usd_per_kwh", electricity_usd_per_kwh, optional, non_negative, "Price of electricity in USD per kWh.");
  v.real("pue", pue, optional, Range{1, 10, false}, "Power of the site over that of the boards.");
  v.real("grid_g_per_kwh", grid_g_per_kwh, optional, non_negative, "Carbon of the site's electricity in g of CO2 per kWh.");
  v.real("fab_grid_g_per_kwh", fab_grid_g_per_kwh, optional, non_negative, "Carbon of the fab's electricity in g of CO2 per kWh.");
  v.real("lifetime_years", lifetime_years, optional, positive, "Years over which a chip is written off.");
  v.real("utilisation", utilisation, optional, Range{0, 1, true}, "Share of its life in which a chip serves.");
}

double yield(YieldModel model, double clustering, SquareMillimetres area, double defects_per_cm2) {
  const double faults = area.value / 100 * defects_per_cm2;
  if (faults <= 0) return 1;
  switch (model) {
    case YieldModel::murphy: return std::pow(-std::expm1(-faults) / faults, 2);
    case YieldModel::poisson: return std::exp(-faults);
    case YieldModel::negative_binomial: break;
  }
  return std::pow(1 + faults / clustering, -clustering);
}

double dies_per_wafer(SquareMillimetres area) {
  const double d = kWaferMillimetres;
  return std::max(0.0, std::floor(std::numbers::pi * d * d / 4 / area.value - std::numbers::pi * d / std::sqrt(2 * area.value)));
}

double lot_yield(const EconomicsConfig& e, const DieLot& die) {
  const double defects = die.wafer->defects_per_cm2;
  if (die.units <= die.used) return yield(e.yield, e.clustering, die.area, defects);
  const SquareMillimetres rest = die.area - die.unit * static_cast<double>(die.units);
  return yield(e.yield, e.clustering, rest, defects) * at_least(die.units, die.used, yield(e.yield, e.clustering, die.unit, defects));
}

ChipPrice chip_price(const EconomicsConfig& e, const std::vector<DieLot>& dies, const MemoryLot& memory) {
  ChipPrice price;
  double carried = memory.stacks * kHbmStack, placements = static_cast<double>(dies.size()) + memory.stacks, above = 0;
  for (const DieLot& die : dies) {
    const double good = lot_yield(e, die);
    if (price.die_yield == 0) price.die_yield = good;
    price.dies += die.wafer->cost / std::max(1.0, dies_per_wafer(die.area)) / good;
    price.carbon_kg += (die.wafer->fab_kwh_per_cm2 * e.fab_grid_g_per_kwh / 1e3 + die.wafer->gas_kg_per_cm2 + kMaterials) * die.area.value / 100 / good;
    if (die.stacked) ++above;
    else carried += die.area.value;
  }
  const double assembled = std::pow(e.assembly_yield, placements);
  const double interposer = placements - above > 1 ? kInterposerUsdPerMm2 * carried * 1.1 : 0;
  price.memory = {memory.gib * (memory.stacks > 0 ? e.hbm_usd_per_gib : e.dram_usd_per_gib)};
  const double parts = price.dies.value + price.memory.value;
  const double base = interposer + kSubstrateUsdPerMm2 * kSubstrateArea * carried;
  price.package = {(parts + base) / assembled - parts};
  price.carbon_kg = (price.carbon_kg + memory.gib * kDramKgPerGib + kPackageKg) / assembled;
  return price;
}

RunPrice run_price(const EconomicsConfig& e, const ChipPrice& chip, double chips, Seconds time, Joules energy) {
  constexpr double kJoulesPerKwh = 3.6e6, kSecondsPerYear = 365.25 * 86400;
  const double kwh = energy.value / kJoulesPerKwh * e.pue;
  const double life = chips * time.value / (e.lifetime_years * kSecondsPerYear * e.utilisation);
  return {{kwh * e.electricity_usd_per_kwh}, chip.total() * (e.markup * life), kwh * e.grid_g_per_kwh, chip.carbon_kg * 1e3 * life};
}

}  // namespace presil::ppa
