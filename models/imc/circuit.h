// circuit.h -- gates, adder trees and converters: what one of them costs in farads, square micrometres and seconds.
//
// Gates are those of a 28 nm process at 0.9 V (Sun, Houshmand, Verhelst, "Analog or digital in-memory computing?
// Benchmarking through quantitative modeling", ICCAD 2023): NAND2 0.7 fF, 0.614 um2, 47.8 ps; XOR2 1.5 times the
// capacitance, 2.4 times area and delay; flip-flop 3 times the capacitance, 6 times the area; full adder = 3 NAND2 +
// 2 XOR2; a cell adds half a NAND2 to its word line and to its bit line.
//
// From node to node, s = n / 28 down to 28 nm and sqrt(n / 28) below it, for capacitance and delay; area (n / 28)^1.4.
// [assumed] 1.4 is NAND2 of 5.1 um2 at 130 nm and 12 times the density at 5 nm (TSMC's announced steps); 1/2 is the energy
// of an int8 multiply-add from 28 to 5 nm at equal voltage (configs/technologies).
//
// Voltage: energy as V^2; delay as V / overdrive^1.3 (Sakurai, Newton, JSSC 1990), the overdrive over kThresholdVoltage smoothed
// into weak inversion (EKV) so that it holds at low supplies.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace presil::imc {

/// One process at one supply.
struct Process {
  double node_nm{28};
  double vdd{0.9};  ///< V

  double capacitance() const;  ///< of a NAND2, F
  double area() const;         ///< of a NAND2, m2
  double delay() const;        ///< of a NAND2, s
  /// Of one cell on a word or bit line, wire included, F.
  double line_capacitance() const;
  /// Energy of charging `farads` once to the supply, J.
  double energy(double farads) const { return farads * vdd * vdd; }
};

/// V. [fit] speed of Colonnade at 0.8 V, odd rows; at its nominal supply no node depends on it.
inline constexpr double kThresholdVoltage = 0.45;
/// Lines over a cell array, over what the cells on them add up to. [fit] word-line energy of NeuRRAM, odd rows.
inline constexpr double kLineWire = 1.4;

/// In NAND2.
inline constexpr double kXorCapacitance = 1.5, kXorArea = 2.4, kXorDelay = 2.4;
inline constexpr double kFlipFlopCapacitance = 3, kFlipFlopArea = 6, kFlipFlopDelay = 3.4;
inline constexpr double kAdderCapacitance = 3 + 2 * kXorCapacitance;
inline constexpr double kAdderArea = 3 + 2 * kXorArea;
/// A full adder drawn by hand: FA_X1 over NAND2_X1 of the Nangate 45 nm Open Cell Library.
inline constexpr double kCustomAdderArea = 5.33;
/// Carry in to carry out, and late input to sum.
inline constexpr double kCarryDelay = 2, kSumDelay = kXorDelay;

/// Full adders of a ripple tree over n values of b bits: n (b + 1) - (b + log2 n + 1); one value needs none.
double tree_adders(double n, double bits);
/// Its delay in NAND2: each level adds two XOR2, the carry of the last runs through b + log2 n - 1 bits.
double tree_delay(double n, double bits);

enum class AdcKind {
  sar,          ///< successive approximation, the ICCAD 2023 formulas
  murmann,      ///< energy from the envelope of published converters
  integrating,  ///< amplifier that integrates and counts steps: its bias current flows all the time
};
inline constexpr std::array<std::string_view, 3> kAdcNames{"sar", "murmann", "integrating"};

/// Resolutions below this cost what this one costs: the formulas were made from 3 bits on.
inline constexpr std::uint32_t kLeastFormulaBits = 3;

/// One conversion of b bits, J. sar: (100 b + 0.001 x 4^b) fF V^2, times s above 28 nm. murmann: the larger of
/// 10 fJ x 2^b (Walden) and 1 / (2 x 10^((185 - 6.02 b - 1.76) / 10)) J (Schreier), the envelope of B. Murmann's ADC
/// Performance Survey, at any node. Integrating ones cost kBias over time instead (macro.h).
double adc_energy(AdcKind kind, std::uint32_t bits, const Process& process);
/// m2. sar, murmann: 10^(1.206 - 0.0369 b) 2^b um2 at any node; integrating: an amplifier of 36 NAND2 and b flip-flops.
double adc_area(AdcKind kind, std::uint32_t bits, const Process& process);
/// Time of a conversion of sar and murmann behind a line of `rows` cells, s: b (0.00653 rows + 0.64) ns.
double adc_delay(std::uint32_t bits, double rows);
/// 50 fF b V^2, J.
double dac_energy(std::uint32_t bits, const Process& process);

/// Bias current of an integrating read-out, A. [fit] neuron energy of NeuRRAM over the time of a pass, odd rows.
inline constexpr double kBiasCurrent = 1e-6;
/// Area of line drivers and read-outs that carry a programming voltage, over logic ones. [assumed] 3.3 V transistors of
/// a 130 nm process are 0.35 um long: (0.35 / 0.13)^2.
inline constexpr double kHighVoltageArea = 7.25;
/// A driver of one line: a latch and a buffer, in NAND2. [assumed]
inline constexpr double kDriverArea = 8;

}  // namespace presil::imc
