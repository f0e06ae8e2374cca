// Rows of imc_macros: what a row says of a macro with and without a file, and the metrics.
#include "sim/validate/imc_rows.h"

#include <gmock/gmock.h>

#include "models/imc/macro.h"
#include "sim/base/error.h"

namespace presil::validate {
namespace {

using testing::HasSubstr;

ImcMacroRow row() {
  ImcMacroRow r;
  r.device = "X", r.type = "DIMC", r.cell = "6T SRAM", r.node = "28", r.vdd = "0.8", r.rows = "64", r.cols = "128", r.banks = "4";
  r.in_bits = "8", r.w_bits = "4", r.out_bits = "20", r.metric = "efficiency", r.unit = "TOPS/W", r.measured = 1;
  return r;
}

TEST(ImcRows, ColumnsDescribeAMacroWithoutAFile) {
  ImcMacroRow r = row();
  r.notes = "Booth, 25% toggle, 75% w sparsity assumed; 16 rows active";
  const imc::MacroConfig m = macro_of(r, nullptr);
  EXPECT_EQ(m.compute, imc::Compute::adder_tree);
  EXPECT_NEAR(m.process().node_nm, 28, 1e-9);
  EXPECT_EQ(m.vdd.value, 0.8);
  EXPECT_EQ(m.rows, 64u);
  EXPECT_EQ(m.macros, 4u);
  EXPECT_EQ(m.outputs(), 32u);
  EXPECT_EQ(m.output_bits, 20u);
  EXPECT_EQ(m.active_rows(), 16u);
  EXPECT_TRUE(m.booth);
  EXPECT_EQ(m.operands.input_toggle, 0.25);
  EXPECT_EQ(m.operands.weight_density, 0.25);
}

TEST(ImcRows, KindsOfCellsAreRecognised) {
  ImcMacroRow r = row();
  r.type = "AIMC ReRAM", r.cell = "1T1R RRAM", r.w_bits = "4 (analog)", r.out_bits = "6";
  const imc::MacroConfig m = macro_of(r, nullptr);
  EXPECT_EQ(m.cell.kind, imc::CellKind::reram);
  EXPECT_EQ(m.cell.bits, 4u);
  EXPECT_EQ(m.adc.bits, 6u);
  r.type = "AIMC charge/cap", r.cell = "10T SRAM", r.w_bits = "1";
  EXPECT_EQ(macro_of(r, nullptr).compute, imc::Compute::charge);
  EXPECT_EQ(macro_of(r, nullptr).cell.transistors, 10u);
}

TEST(ImcRows, TheRowsOperatingPointReplacesTheFiles) {
  imc::MacroConfig shipped = macro_of(row(), nullptr);
  shipped.rows = 32;
  ImcMacroRow r = row();
  r.vdd = "", r.in_bits = "2", r.out_bits = "";
  const imc::MacroConfig m = macro_of(r, &shipped);
  EXPECT_EQ(m.rows, 32u) << "geometry is the file's";
  EXPECT_EQ(m.vdd.value, 0.8);
  EXPECT_EQ(m.input_bits, 2u);
  EXPECT_EQ(m.output_bits, 20u);
}

TEST(ImcRows, MetricsHaveTheirUnits) {
  const imc::MacroConfig m = macro_of(row(), nullptr);
  const imc::MacroEstimate e = imc::estimate(m);
  const auto value = [&](const char* metric, const char* unit) {
    ImcMacroRow r = row();
    r.metric = metric, r.unit = unit;
    const Prediction p = predict_macro(m, r);
    EXPECT_EQ(p.fault, "") << metric;
    return p.value;
  };
  EXPECT_DOUBLE_EQ(value("efficiency", "TOPS/W") * value("energy_per_MAC", "fJ/MAC"), 2000);
  EXPECT_DOUBLE_EQ(value("throughput", "GOPS"), 1000 * value("throughput", "TOPS"));
  EXPECT_DOUBLE_EQ(value("tclk", "ns"), e.clock.value * 1e9);
  EXPECT_DOUBLE_EQ(value("density", "TOPS/mm2") * value("area", "mm2"), value("throughput", "TOPS"));
}

TEST(ImcRows, WhatTheModelDoesNotHaveIsSaid) {
  ImcMacroRow r = row();
  r.metric = "NMC datapath energy/output";
  EXPECT_EQ(predict_macro(macro_of(r, nullptr), r).fault, "the macro model has no 'NMC datapath energy/output'");
  r.metric = "ADC energy/use";
  EXPECT_THAT(predict_macro(macro_of(r, nullptr), r).fault, HasSubstr("no such part"));
  r.node = "";
  EXPECT_THROW(macro_of(r, nullptr), InputError);
  r = row();
  r.w_bits = "16", r.cols = "8";
  EXPECT_THROW(macro_of(r, nullptr), InputError);
}

}  // namespace
}  // namespace presil::validate
