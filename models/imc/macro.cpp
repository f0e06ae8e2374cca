// macro.cpp -- implementation of macro.h.
#include "models/imc/macro.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace presil::imc {

namespace {

/// High-density 6T cells by node, nm and um2, as configs/technologies has them with their sources.
constexpr std::pair<double, double> kSramCells[]{{2, 0.0175}, {3, 0.021}, {5, 0.021}, {7, 0.027}, {10, 0.042}, {16, 0.074},
                                                 {22, 0.11},  {28, 0.127}, {40, 0.242}, {45, 0.346}, {65, 0.525}};

/// m2; a power law between two nodes, with the feature's square outside.
double sram_cell_area(double node_nm) {
  const auto last = std::end(kSramCells) - 1;
  if (node_nm <= kSramCells->first || node_nm >= last->first) {
    const auto& [node, area] = node_nm >= last->first ? *last : *kSramCells;
    return area * 1e-12 * std::pow(node_nm / node, 2);
  }
  const auto above = std::find_if(kSramCells, std::end(kSramCells), [&](const auto& cell) { return cell.first >= node_nm; });
  const auto below = above - 1;
  const double exponent = std::log(above->second / below->second) / std::log(above->first / below->first);
  return below->second * 1e-12 * std::pow(node_nm / below->first, exponent);
}

/// The counts that all parts are made of.
struct Counts {
  Process process;
  double rows, active, columns, outputs, macros;
  double slices;     ///< weight columns that reach a converter or a tree each by themselves
  double steps;      ///< of one pass
  double tree_bits;  ///< of a product that enters an adder tree
  double planes, phases;  ///< of pulses: bit planes, and the phases that they come in
};

Counts counts_of(const MacroConfig& m) {
  Counts c{};
  c.process = m.process();
  c.rows = m.rows, c.active = m.active_rows(), c.columns = m.columns, c.outputs = m.outputs(), c.macros = m.macros;
  c.slices = m.slices_in_analog ? 1 : m.weight_slices();
  c.steps = std::ceil(static_cast<double>(m.input_bits) / (m.booth ? 2 : m.dac_bits));
  c.tree_bits = m.weight_bits + (m.booth ? 1 : 0);
  c.planes = std::max(1u, m.input_bits - 1);
  c.phases = std::clamp(std::floor(c.planes / 2), 1.0, static_cast<double>(m.phases));
  return c;
}

double serial_width(const MacroConfig& m) { return m.weight_bits + std::ceil(std::log2(m.rows)); }

// Pulses of a pass: planes split evenly, the larger phases first.
double pulses(const Counts& c) {
  double sum = 0, left = c.planes;
  for (double p = 0; p < c.phases; ++p) {
    const double here = std::ceil(left / (c.phases - p));
    sum += std::exp2(here) - 1;
    left -= here;
  }
  return sum;
}

void set_integrating_time(const MacroConfig& m, const Counts& c, MacroEstimate& e) {
  const double bits = m.adc.bits;
  if (m.input_code == InputCode::pulses)
    e.pass.value = pulses(c) * m.adc.integrate.value + (c.phases * (bits + 2) - 1) * m.adc.step.value;
  else
    e.pass.value = c.steps * (m.adc.integrate.value + bits * m.adc.step.value);
  e.pass.value *= m.adc.columns;
  e.clock = e.pass / (m.input_code == InputCode::pulses ? 1 : c.steps);
  e.latency = e.pass;
}

void set_time(const MacroConfig& m, const Counts& c, MacroEstimate& e) {
  if (m.analog() && m.adc.kind == AdcKind::integrating) return set_integrating_time(m, c, e);
  const double nand = c.process.delay();
  double stages = 1;
  if (m.compute == Compute::bit_serial) {
    e.clock.value = nand * (1 + c.rows / m.column_registers * kSumDelay + serial_width(m) * kCarryDelay + kFlipFlopDelay);
    stages = m.column_registers + 1;
  } else if (m.compute == Compute::adder_tree) {
    e.clock.value = nand * (1 + tree_delay(c.active, c.tree_bits) + m.output_bits * kCarryDelay);
  } else {
    const double conversion = m.adc.step.value > 0 ? m.adc.bits * m.adc.step.value : adc_delay(m.adc.bits, c.active);
    e.clock.value = nand * (1 + tree_delay(c.slices, m.adc.bits)) + m.adc.columns * conversion;
  }
  e.pass = e.clock * (m.compute == Compute::bit_serial ? m.input_bits : c.steps);
  e.latency = e.pass * stages;
}

Joules accumulators(const MacroConfig& m, const Counts& c, double sums) {
  return {c.process.energy(sums * m.output_bits * (kAdderCapacitance + kFlipFlopCapacitance) * c.process.capacitance()) / 2};
}

void set_digital_energy(const MacroConfig& m, const Counts& c, MacroEstimate& e) {
  const OperandStatistics& o = m.operands;
  const double product = o.input_toggle * o.weight_density;
  const double nand = c.process.energy(c.process.capacitance()), line = c.process.energy(c.process.line_capacitance());
  if (m.compute == Compute::bit_serial) {
    const double cells = c.rows * c.outputs * serial_width(m) * c.macros * m.input_bits;
    e.energy.word_lines.value = cells * line * o.input_toggle;
    e.energy.cells.value = cells * nand * product;
    e.energy.adders.value = cells * kAdderCapacitance * nand * product;
    e.energy.accumulators = accumulators(m, c, c.outputs * c.macros);
    return;
  }
  const double bits = c.active * c.outputs * m.weight_bits * c.macros * c.steps;
  const double taps = m.booth ? 2 : m.dac_bits;
  e.energy.word_lines.value = bits * line * o.input_toggle;
  e.energy.cells.value = bits * c.tree_bits / m.weight_bits * nand * product * taps;
  e.energy.adders.value = c.outputs * c.macros * c.steps * tree_adders(c.active, c.tree_bits) * kAdderCapacitance * nand *
                          product * (m.booth ? 1 : m.dac_bits);
  e.energy.accumulators = accumulators(m, c, c.outputs * c.macros * c.steps);
}

double mean_conductance(const MacroConfig& m) {
  return m.operands.weight_density / m.cell.r_on + (1 - m.operands.weight_density) / m.cell.r_off;
}

void set_analog_energy(const MacroConfig& m, const Counts& c, MacroEstimate& e) {
  const OperandStatistics& o = m.operands;
  const Process& p = c.process;
  const bool counted = m.input_code == InputCode::pulses;
  const double steps = counted ? c.planes : c.steps;
  const double lines = c.columns * c.macros * p.energy(p.line_capacitance());
  const double cells = c.active * c.columns * c.macros;
  e.energy.word_lines.value = steps * c.active * lines;
  e.energy.inputs.value = counted ? steps * c.active * lines * o.input_density
                                  : steps * c.active * c.macros * dac_energy(m.dac_bits, p) * o.input_toggle;
  if (!m.volatile_cells())
    e.energy.cells.value = (counted ? pulses(c) : steps) * cells * m.cell.read_voltage.value *
                           m.cell.read_voltage.value * mean_conductance(m) * m.cell.read_time.value * o.input_density;
  else if (m.compute == Compute::charge)
    e.energy.cells.value = steps * cells * o.input_density * o.weight_density *
                           p.energy(m.cell.capacitance_ff * 1e-15 + p.capacitance() + p.line_capacitance());
  else
    e.energy.cells.value = steps * c.rows * lines * o.input_density * o.weight_density;
  const double converted = c.outputs * c.slices * c.macros;
  e.conversions = converted * (counted ? c.phases : steps);
  e.energy.converters.value = m.adc.kind == AdcKind::integrating
                                  ? converted / m.adc.columns * kBiasCurrent * p.vdd * e.pass.value
                                  : e.conversions * adc_energy(m.adc.kind, m.adc.bits, p) * m.adc.activity;
  e.energy.accumulators = accumulators(m, c, e.conversions);
}

double cell_area(const MacroConfig& m, const Process& p) {
  return m.cell.kind == CellKind::sram && m.cell.transistors == 6 ? sram_cell_area(p.node_nm) : m.cell.transistors * p.area() / 4;
}

void set_area(const MacroConfig& m, const Counts& c, MacroEstimate& e) {
  const double nand = c.process.area() * 1e6;  // mm2
  const double adder = m.custom_layout || m.compute == Compute::bit_serial ? kCustomAdderArea : kAdderArea;
  const double high_voltage = m.volatile_cells() ? 1 : kHighVoltageArea;
  const double cells = c.rows * c.columns * c.macros;
  e.area.cells.value = cells * cell_area(m, c.process) * 1e6;
  e.area.drivers.value = (c.rows + c.columns * (m.volatile_cells() ? 1 : 2)) * c.macros * kDriverArea * nand * high_voltage;
  double sums = c.outputs * c.macros;
  if (m.compute == Compute::bit_serial) {
    e.area.adders.value = cells * (1 + adder) * nand + m.column_registers * c.columns * c.macros * kFlipFlopArea * nand;
  } else if (m.compute == Compute::adder_tree) {
    const double taps = m.booth ? 2 : m.dac_bits;
    e.area.adders.value = sums * (tree_adders(c.active, c.tree_bits) * adder * (m.booth ? 1 : m.dac_bits) +
                                  c.active * c.tree_bits * taps) * nand;
  } else {
    sums *= c.slices / m.adc.columns;
    e.area.converters.value = sums * adc_area(m.adc.kind, m.adc.bits, c.process) * 1e6 *
                              (m.adc.kind == AdcKind::integrating ? high_voltage : 1);
  }
  e.area.accumulators.value = sums * m.output_bits * (adder + kFlipFlopArea) * nand;
}

void set_write(const MacroConfig& m, const Counts& c, MacroEstimate& e) {
  e.write_time = (m.cell.write_time.value > 0 ? m.cell.write_time : e.clock) * c.rows;
  const double cells = c.rows * c.columns * c.macros;
  e.write_energy.value = cells * (m.cell.write_energy.value > 0
                                      ? m.cell.write_energy.value
                                      : (1 + c.rows) * c.process.energy(c.process.line_capacitance()));
}

}  // namespace

MacroEstimate estimate(const MacroConfig& m) {
  const Counts c = counts_of(m);
  MacroEstimate e;
  e.macs = c.active * c.outputs * c.macros / (m.differential ? 2 : 1);
  set_time(m, c, e);
  if (m.analog())
    set_analog_energy(m, c, e);
  else
    set_digital_energy(m, c, e);
  set_area(m, c, e);
  set_write(m, c, e);
  return e;
}

}  // namespace presil::imc
