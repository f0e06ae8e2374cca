// imc_rows.cpp -- implementation of imc_rows.h.
#include "sim/validate/imc_rows.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <regex>
#include <string>

#include <fmt/format.h>

#include "models/imc/macro.h"
#include "sim/base/error.h"
#include "sim/config/reader.h"
#include "sim/validate/devices.h"

namespace presil::validate {

namespace {

using imc::CellKind;
using imc::Compute;
using imc::MacroConfig;
using imc::MacroEstimate;


/// The number a cell begins with: 4 of "4 (analog)".
std::optional<double> leading(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  return end != text.c_str() && std::isfinite(value) && value > 0 ? std::optional(value) : std::nullopt;
}

/// The number before or in words that a note holds.
std::optional<double> noted(const std::string& notes, const char* pattern) {
  std::smatch found;
  return std::regex_search(notes, found, std::regex(pattern)) ? leading(found[1].str()) : std::nullopt;
}

std::uint32_t whole(const char* column, double value, double most) {
  if (value > most || value != std::floor(value))
    throw InputError(fmt::format("{} is {}; expected a whole number up to {}", column, value, most));
  return static_cast<std::uint32_t>(value);
}

double needed(const char* column, const std::string& text) {
  const auto value = leading(text);
  if (!value) throw InputError(fmt::format("{} is '{}'; expected a number above 0", column, text));
  return *value;
}

void set_cell(const ImcMacroRow& row, MacroConfig& m) {
  const std::string words = row.type + " " + row.cell;
  const auto resistive = [&](CellKind kind, double on, double off) {
    m.cell.kind = kind, m.cell.r_on = on, m.cell.r_off = off, m.cell.transistors = 1;
  };
  if (contains(words, "RRAM") || contains(words, "ReRAM")) resistive(CellKind::reram, 6e3, 900e3);
  else if (contains(words, "PCM")) resistive(CellKind::pcm, 40e3, 1e6);
  else if (contains(words, "FeFET")) resistive(CellKind::fefet, 100e3, 10e6);
  else if (const auto count = noted(row.cell, "([0-9]+)T")) m.cell.transistors = whole("cell", *count, 64);
  if (m.volatile_cells()) return;
  const auto weight = leading(row.w_bits);
  if (weight && contains(row.w_bits, "analog")) m.cell.bits = whole("w_b", *weight, 8);
}

/// A macro that has no file.
MacroConfig from_columns(const ImcMacroRow& row) {
  MacroConfig m;
  m.name = row.device;
  m.node.value = needed("node_nm", row.node) * 1e-6;
  m.rows = whole("rows", needed("rows", row.rows), 1 << 16);
  m.columns = whole("cols", needed("cols", row.cols), 1 << 16);
  m.macros = whole("banks", leading(row.banks).value_or(1), 1 << 16);
  const bool digital = contains(row.type, "DIMC") || contains(row.type, "igital");
  set_cell(row, m);
  if (digital) m.compute = contains(row.type, "bit-serial") ? Compute::bit_serial : Compute::adder_tree;
  else m.compute = contains(row.type, "charge") || contains(row.type, "cap") ? Compute::charge : Compute::current;
  if (m.compute == Compute::charge) m.cell.capacitance_ff = 1.2;
  if (m.compute == Compute::charge || m.compute == Compute::bit_serial) m.operands = {1, 1, 1};  // undisclosed
  m.booth = contains(row.notes, "Booth");
  if (!digital) m.output_bits = 0;
  return m;
}

void set_operands(const ImcMacroRow& row, MacroConfig& m) {
  if (const auto percent = noted(row.notes, "([0-9.]+)% ?toggle")) m.operands.input_toggle = *percent / 100;
  if (const auto percent = noted(row.notes, "([0-9.]+)% (w |weight )?sparsity"))
    m.operands.weight_density = 1 - *percent / 100;
  if (const auto count = noted(row.notes, "([0-9]+) regs/col"))
    m.column_registers = whole("notes", *count, m.rows);
  if (const auto count = noted(row.notes, "([0-9]+) rows active")) m.rows_active = whole("notes", *count, m.rows);
  if (contains(row.notes, "one-phase")) m.phases = 1;
}

Prediction value_of(double value, double unit) { return {value / unit}; }
Prediction silent(const std::string& what) { return {0, "the macro model has no " + what}; }

Prediction rate(const MacroEstimate& e, const std::string& unit) {
  return value_of(e.ops_per_s(), unit.starts_with("GOPS") ? 1e9 : 1e12);
}

using Metric = std::function<Prediction(const MacroConfig&, const MacroEstimate&, const ImcMacroRow&)>;

/// Shares and energies of parts; a value of 0 is a part that such a macro does not have.
Prediction part(double value, double whole_value) {
  return value > 0 ? Prediction{value / whole_value} : silent("such part in this kind of macro");
}

const std::map<std::string, Metric>& metrics() {
  static const std::map<std::string, Metric> all{
      {"energy_per_MAC", [](auto&, auto& e, auto&) { return value_of(e.per_mac().value, 1e-15); }},
      {"efficiency", [](auto&, auto& e, auto&) { return value_of(e.ops_per_joule(), 1e12); }},
      {"throughput", [](auto&, auto& e, auto& row) { return rate(e, row.unit); }},
      {"density", [](auto&, auto& e, auto&) { return value_of(e.ops_per_s() / e.area.total().value, 1e12); }},
      {"latency", [](auto&, auto& e, auto&) { return value_of(e.latency.value, 1e-6); }},
      {"tclk", [](auto&, auto& e, auto&) { return value_of(e.clock.value, 1e-9); }},
      {"area", [](auto&, auto& e, auto&) { return Prediction{e.area.total().value}; }},
      {"area core", [](auto& m, auto& e, auto&) { return Prediction{e.area.total().value / m.macros}; }},
      {"area ADC", [](auto&, auto& e, auto&) { return part(e.area.converters.value, 1); }},
      {"area CIM array", [](auto&, auto& e, auto&) { return Prediction{(e.area.cells + e.area.adders).value}; }},
      {"energy_share bitcell array+FA",
       [](auto&, auto& e, auto&) { return part((e.energy.cells + e.energy.adders).value, e.energy.total().value); }},
      {"energy_share drivers",
       [](auto&, auto& e, auto&) { return part((e.energy.word_lines + e.energy.inputs).value, e.energy.total().value); }},
      {"area_share bitcell array+FA",
       [](auto&, auto& e, auto&) { return part((e.area.cells + e.area.adders).value, e.area.total().value); }},
      {"area_share drivers", [](auto&, auto& e, auto&) { return part(e.area.drivers.value, e.area.total().value); }},
      {"ADC energy/use", [](auto&, auto& e, auto&) { return part(e.energy.converters.value, e.conversions * 1e-12); }},
      {"CIM energy/column-op",
       [](auto&, auto& e, auto&) {
         return part((e.energy.word_lines + e.energy.inputs + e.energy.cells).value, e.conversions * 1e-12);
       }},
      {"energy WL switching", [](auto&, auto& e, auto&) { return part(e.energy.word_lines.value, 2 * e.macs * 1e-15); }},
      {"energy neuron+ctrl", [](auto&, auto& e, auto&) { return part(e.energy.converters.value, 2 * e.macs * 1e-15); }},
      {"energy input pulses", [](auto&, auto& e, auto&) { return part(e.energy.inputs.value, 2 * e.macs * 1e-15); }},
  };
  return all;
}

Roofs no_roofs(const config::Node&) { return {}; }

/// The file of a macro, if it has one.
class MacroDevice {
 public:
  explicit MacroDevice(const config::Node& document) {
    if (!document.members.empty()) config::read(document, shipped_.emplace());
  }
  const MacroConfig* shipped() const { return shipped_ ? &*shipped_ : nullptr; }

 private:
  std::optional<MacroConfig> shipped_;
};

Prediction predict(MacroDevice& device, const ImcMacroRow& row) {
  return predict_macro(macro_of(row, device.shipped()), row);
}

}  // namespace

imc::MacroConfig macro_of(const ImcMacroRow& row, const imc::MacroConfig* shipped) {
  MacroConfig m = shipped ? *shipped : from_columns(row);
  if (const auto volts = leading(row.vdd)) m.vdd.value = *volts;
  if (const auto bits = leading(row.in_bits)) {
    m.input_bits = whole("in_b", *bits, 16);
    m.dac_bits = std::min(m.dac_bits, m.input_bits);
  }
  if (const auto bits = leading(row.w_bits)) m.weight_bits = whole("w_b", *bits, 16);
  if (const auto bits = leading(row.out_bits))
    (m.analog() ? m.adc.bits : m.output_bits) = whole("out_b_or_adc_b", *bits, m.analog() ? 14 : 64);
  set_operands(row, m);
  if (m.outputs() == 0) throw InputError(fmt::format("{} columns hold no weight of {} bits", m.columns, m.weight_bits));
  return m;
}

Prediction predict_macro(const imc::MacroConfig& macro, const ImcMacroRow& row) {
  const auto found = metrics().find(row.metric);
  if (found == metrics().end()) return silent(fmt::format("'{}'", row.metric));
  return found->second(macro, imc::estimate(macro), row);
}

void add_macros(Registry& registry) {
  registry.add_chip<MacroDevice>(kMacroKind, no_roofs);
  registry.add(kMacroKind, predict);
}

}  // namespace presil::validate
