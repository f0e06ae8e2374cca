// macro.h -- time, energy and area of a macro in closed form.
//
// One pass: active_rows() inputs against every weight of those rows, all arrays at once. n rows active, m outputs of an
// array, b weight bits, S steps, N arrays; C, A, t: capacitance, area, delay of a NAND2; c: of a cell on a line.
//
//   steps       serial: ceil(input_bits / dac_bits), Booth ceil(input_bits / 2)
//   adder_tree  clock = t + tree(n, b) + carry over output_bits; pass = S clocks
//   bit_serial  clock = t + (rows / column_registers) sums + (b + log2 rows) carries + a flip-flop; pass = input_bits
//               clocks, latency (column_registers + 1) times that
//   sar         clock = t + adc.columns x adc_delay (bits x adc.step where it is given) + tree over the slices of a weight; pass =
//               S clocks
//   integrating pass = sum over phases of ((2^planes - 1) x integrate + (bits + 1) x step), and a step between phases;
//               planes = input_bits - 1 (at least 1), split evenly, two or more to a phase; serial: S x (integrate +
//               bits x step)
// Energy, of one step unless said otherwise, with V^2:
//   word_lines   input lines: c of every cell of the active rows x toggle (charge and current: all are driven: x 1)
//   inputs       converters of inputs, 50 fF dac_bits; with pulses c of every cell x input_density in each plane
//   cells        charge: (capacitor + NAND2 + c) x input_density x weight_density; current in SRAM: c of the bit line of
//                `rows` cells x both densities; resistive: read_voltage^2 x mean conductance x read_time x input_density;
//                digital: one NAND2 for each bit of a product (two with Booth) x toggle x weight_density
//   adders       full adders of the trees x toggle x weight_density
//   converters   adc_energy x activity; integrating: kBiasCurrent x vdd x pass for each
//   accumulators output_bits x (full adder + flip-flop) x 1/2 for each sum that leaves
// Area: cells, adders with multipliers, converters, drivers, accumulators; what programs a resistance is kHighVoltageArea
// times larger. A 6T cell is the foundry's of its node (0.127 um2 at 28 nm); any other is a quarter of a NAND2 for each transistor.
// Not modelled: leakage, clock trees, near-memory datapaths beyond the accumulators, sparsity controllers.
#pragma once

#include "models/imc/macro_config.h"
#include "sim/base/units.h"

namespace presil::imc {

/// Of one pass.
struct MacroEnergy {
  Joules word_lines, inputs, cells, adders, converters, accumulators;
  Joules total() const { return word_lines + inputs + cells + adders + converters + accumulators; }
};

/// Of all arrays.
struct MacroArea {
  SquareMillimetres cells, adders, converters, drivers, accumulators;
  SquareMillimetres total() const { return cells + adders + converters + drivers + accumulators; }
};

struct MacroEstimate {
  double macs{};      ///< of one pass
  double conversions{};  ///< of one pass
  Seconds clock{};    ///< of one step
  Seconds pass{};     ///< between results
  Seconds latency{};  ///< of one result
  MacroEnergy energy;
  MacroArea area;
  Seconds write_time{};   ///< of every row once, rows one after another, arrays at once
  Joules write_energy{};  ///< of every cell once

  double ops_per_s() const { return 2 * macs / pass.value; }
  double ops_per_joule() const { return 2 * macs / energy.total().value; }
  Joules per_mac() const { return energy.total() / macs; }
};

MacroEstimate estimate(const MacroConfig& macro);

}  // namespace presil::imc
