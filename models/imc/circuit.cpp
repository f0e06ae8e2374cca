// circuit.cpp -- implementation of circuit.h.
#include "models/imc/circuit.h"

#include <algorithm>
#include <cmath>

namespace presil::imc {

namespace {

constexpr double kNandFarads = 0.7e-15, kNandSquareMetres = 0.614e-12, kNandSeconds = 47.8e-12;
constexpr double kWeakInversion = 0.04;    // V: 1.5 kT/q
constexpr double kVelocitySaturation = 1.3;
constexpr double kAreaExponent = 1.4;

double scale(double node_nm) { return node_nm >= 28 ? node_nm / 28 : std::sqrt(node_nm / 28); }

double nominal_voltage(double node_nm) {
  if (node_nm >= 90) return 1.2;
  if (node_nm >= 40) return 1.0;
  if (node_nm >= 28) return 0.9;
  return node_nm >= 12 ? 0.8 : 0.75;
}

double slowness(double vdd) {
  const double overdrive = kWeakInversion * std::log1p(std::exp((vdd - kThresholdVoltage) / kWeakInversion));
  return vdd / std::pow(overdrive, kVelocitySaturation);
}

}  // namespace

double Process::capacitance() const { return kNandFarads * scale(node_nm); }
double Process::area() const { return kNandSquareMetres * std::pow(node_nm / 28, kAreaExponent); }
double Process::delay() const {
  return kNandSeconds * scale(node_nm) * slowness(vdd) / slowness(nominal_voltage(node_nm));
}
double Process::line_capacitance() const { return capacitance() / 2 * kLineWire; }

double tree_adders(double n, double bits) { return n <= 1 ? 0 : n * (bits + 1) - (bits + std::log2(n) + 1); }

double tree_delay(double n, double bits) {
  if (n <= 1) return 0;
  const double levels = std::ceil(std::log2(n));
  return levels * 2 * kXorDelay + (bits + levels - 1) * kCarryDelay;
}

double adc_energy(AdcKind kind, std::uint32_t bits, const Process& process) {
  const double b = std::max(bits, kLeastFormulaBits);
  if (kind == AdcKind::murmann)
    return std::max(10e-15 * std::exp2(b), 0.5 * std::pow(10, (6.02 * b + 1.76 - 185) / 10));
  return process.energy((100 * b + 0.001 * std::pow(4, b)) * 1e-15) * std::max(1.0, scale(process.node_nm));
}

double adc_area(AdcKind kind, std::uint32_t bits, const Process& process) {
  const double b = std::max(bits, kLeastFormulaBits);
  if (kind == AdcKind::integrating) return (36 + b * kFlipFlopArea) * process.area();
  return std::pow(10, 1.206 - 0.0369 * b) * std::exp2(b) * 1e-12;
}

double adc_delay(std::uint32_t bits, double rows) {
  return std::max(bits, kLeastFormulaBits) * (0.00653 * rows + 0.64) * 1e-9;
}

double dac_energy(std::uint32_t bits, const Process& process) { return process.energy(50e-15 * bits); }

}  // namespace presil::imc
