// macro_config.cpp -- the fields of MacroConfig, and macro_config.h.
#include "models/imc/macro_config.h"

#include <cmath>

#include <fmt/format.h>

namespace presil::imc {

using config::fraction;
using config::non_negative;
using config::optional;
using config::positive;
using config::required;

namespace {

constexpr config::Range kShare{0, 1, true};
constexpr config::Range kSupply{0.2, 5};
constexpr config::Range kNode{1e-6, 1e-3};

void describe_array(config::Visitor& v, MacroConfig& c) {
  v.choice("compute", c.compute, required, kComputeNames, "What adds products up.");
  v.quantity("node", c.node, required, kNode, "Technology node.");
  v.quantity("vdd", c.vdd, required, kSupply, "Supply.");
  v.integer("rows", c.rows, required, 1, 1 << 16, "Rows of cells; a row meets one input.");
  v.integer("columns", c.columns, required, 1, 1 << 16, "Columns of cells.");
  v.integer("macros", c.macros, optional, 1, 1 << 16, "Equal arrays that work at once.");
  v.integer("rows_active", c.rows_active, optional, 0, 1 << 16, "Rows that are summed at once; 0: all of them.");
  v.object("cell", c.cell, optional, "The cells.");
  v.object("adc", c.adc, optional, "Converters of analog macros.");
}

void describe_numbers(config::Visitor& v, MacroConfig& c) {
  v.integer("input_bits", c.input_bits, optional, 1, 16, "Bits of an input.");
  v.integer("weight_bits", c.weight_bits, optional, 1, 16, "Bits of a weight.");
  v.integer("dac_bits", c.dac_bits, optional, 1, 16, "Input bits that enter in one step.");
  v.integer("output_bits", c.output_bits, optional, 0, 64, "Width of the accumulators; 0: none, sums leave as converters give them.");
  v.choice("input_code", c.input_code, optional, kInputCodeNames, "How an input of several bits enters.");
  v.integer("phases", c.phases, optional, 1, 16, "Phases that pulses are split into, each converted by itself.");
  v.integer("column_registers", c.column_registers, optional, 1, 1 << 16,
            "Registers in a column of a bit_serial macro: its pipeline stages.");
  v.flag("differential", c.differential, optional, "Whether a weight is the difference of two cells, one below the other.");
  v.flag("slices_in_analog", c.slices_in_analog, optional,
         "Whether the columns of a weight are weighted and added before the converter.");
  v.flag("booth", c.booth, optional, "Whether a step takes two input bits, Booth encoded.");
  v.flag("custom_layout", c.custom_layout, optional, "Whether adders are drawn by hand, not standard cells.");
  v.object("operands", c.operands, optional, "Statistics of operand bits.");
  v.object("noise", c.noise, optional, "What keeps sums from being exact; only functional runs use it.");
}

void check(config::Visitor& v, const MacroConfig& c) {
  v.check(c.rows_active <= c.rows, "rows_active", "rows_active is more than rows");
  v.check(c.outputs() >= 1, "columns", "columns hold no whole weight");
  v.check(c.column_registers <= c.rows, "column_registers", "column_registers is more than rows");
  v.check(c.volatile_cells() || std::exp2(c.cell.bits) <= c.levels() + 1e-9, "cell",
          fmt::format("cell.bits {} needs {:.0f} levels, but r_off / r_on tells {:.3g} apart", c.cell.bits,
                      std::exp2(c.cell.bits), c.levels()));
  v.check(!c.volatile_cells() || c.cell.bits == 1, "cell", "an SRAM cell holds 1 bit");
  v.check(c.adc.kind != AdcKind::integrating || (c.adc.integrate.value > 0 && c.adc.step.value > 0), "adc",
          "an integrating converter needs adc.integrate and adc.step");
  v.check(c.input_code == InputCode::serial || c.adc.kind == AdcKind::integrating, "input_code",
          "input_code pulses needs an integrating converter");
  v.check(c.dac_bits <= c.input_bits || c.booth, "dac_bits", "dac_bits is more than input_bits");
}

}  // namespace

void CellConfig::describe(config::Visitor& v) {
  v.choice("kind", kind, optional, kCellNames, "What stores a bit.");
  v.integer("bits", bits, optional, 1, 8, "Bits in one cell.");
  v.integer("transistors", transistors, optional, 1, 64,
            "Transistors of a cell; 6 have the area of a foundry's SRAM cell, others that of logic.");
  v.real("capacitance_ff", capacitance_ff, optional, {0, 1000}, "Compute capacitor in fF, of compute charge.");
  v.real("r_on", r_on, optional, {0, 1e12}, "Least resistance in ohm; 0 with SRAM.");
  v.real("r_off", r_off, optional, {0, 1e15}, "Greatest resistance in ohm.");
  v.quantity("read_voltage", read_voltage, optional, {0, 5}, "Over a resistance that is read.");
  v.quantity("read_time", read_time, optional, non_negative, "How long it conducts in one step or pulse.");
  v.quantity("write_time", write_time, optional, non_negative, "Of one row; 0: a clock.");
  v.quantity("write_energy", write_energy, optional, non_negative, "Of one cell; 0: the charge of its lines.");
  v.real("endurance", endurance, optional, non_negative, "Writes that a cell bears; 0: without limit.");
  v.check(kind == CellKind::sram || (r_on > 0 && r_off > r_on), "r_off", "a resistive cell needs r_on above 0 and r_off above r_on");
}

void AdcConfig::describe(config::Visitor& v) {
  v.choice("kind", kind, optional, kAdcNames, "Which model of converters holds.");
  v.integer("bits", bits, optional, 1, 14, "Resolution.");
  v.integer("columns", columns, optional, 1, 4096, "Columns that take turns at one converter.");
  v.real("activity", activity, optional, kShare, "Share of conversions that cost, where others are skipped or end early.");
  v.quantity("integrate", integrate, optional, non_negative, "Time of one input pulse, of an integrating one.");
  v.quantity("step", step, optional, non_negative, "Time of one step (bit) of its conversion, and between phases of an integrating one; 0: others by the formula for their rows.");
}

void OperandStatistics::describe(config::Visitor& v) {
  v.real("input_density", input_density, optional, fraction, "Share of input bits that are 1.");
  v.real("weight_density", weight_density, optional, fraction, "Share of weight bits that are 1.");
  v.real("input_toggle", input_toggle, optional, fraction, "Share of input bits that change from step to step.");
}

void NoiseConfig::describe(config::Visitor& v) {
  v.real("programming", programming, optional, {0, 1}, "Deviation of a programmed cell, as a share of its value.");
  v.real("read", read, optional, {0, 1}, "Deviation of one read-out, as a share of full scale.");
  v.real("full_scale", full_scale, optional, kShare,
         "Full scale of the converter as a share of the largest possible sum; above 1 no sum would reach it.");
  v.real("drift_exponent", drift_exponent, optional, {0, 1}, "v of the conductance's drift, time^-v.");
  v.quantity("drift_time", drift_time, optional, {1, 1e12}, "Time since programming, over 1 s.");
  v.real("ir_drop", ir_drop, optional, {0, 1}, "Share of its current that the farthest row loses to wire resistance.");
}

void MacroConfig::describe(config::Visitor& v) {
  v.text("name", name, required, "Name of the macro.");
  v.texts("aliases", aliases, optional, "Other names of the same macro.");
  describe_array(v, *this);
  describe_numbers(v, *this);
  check(v, *this);
}

std::uint32_t MacroConfig::outputs() const {
  if (compute == Compute::bit_serial)
    return columns / (weight_bits + static_cast<std::uint32_t>(std::ceil(std::log2(std::max(rows, 1u)))));
  return columns / weight_slices();
}

double MacroConfig::levels() const { return cell.r_on > 0 ? cell.r_off / cell.r_on : 0; }

}  // namespace presil::imc
