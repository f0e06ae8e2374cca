// imc_chip_test.cpp -- whole models on chips of macros: conservation, residency, pipelined layers.
#include "sim/run/imc_chip.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/config/loader.h"
#include "sim/kernel/time.h"
#include "sim/mapping/macro_plan.h"
#include "sim/run/chip_power.h"
#include "sim/run/passes.h"
#include "sim/run/result.h"
#include "sim/run/run.h"
#include "tests/unit/sim/run/small_model.h"

namespace presil::run {
namespace {

npu::MacroChipConfig tiles(std::uint32_t count, std::uint32_t rows) {
  npu::MacroChipConfig c;
  static_cast<npu::ChipConfig&>(c) = roomy_chip();
  c.cores = count;
  c.shared = {{1 << 20}, {100e9}, {10e-9}};
  c.core.array.rate[static_cast<std::size_t>(Format::int8)] = 1;
  c.core.macros.macros = 8;
  c.core.macros.macro.name = "m";
  c.core.macros.macro.rows = rows;
  c.core.macros.macro.rows_active = 32;
  c.core.macros.macro.columns = 256;
  c.core.macro_formats[static_cast<std::size_t>(Format::int8)] = 1;
  c.memory.standard = "LPDDR5X";
  c.technology.density = {100, {0.03e-6}, 0.68, {1e-4}, 1};
  c.technology.voltage = {{0.75}, {0.5}, {1}, {0.3}, 1.3, 0.3};
  return c;
}

WorkloadConfig short_work() {
  WorkloadConfig w;
  w.in_len = 24;
  w.out_len = 4;
  w.formats.weights = w.formats.activations = w.formats.kv = Format::int8;
  w.formats.accumulate = Format::int32;
  return w;
}
const WorkloadConfig kShort = short_work();

GenerationTotals run_short(const npu::MacroChipConfig& config) {
  Machine machine(imc_chip(config));
  return run_generation(machine, tiny_llama(), kShort, {});
}

double programmed(const Totals& totals) {
  double sum = 0;
  for (const OpTotals& op : totals.ops) sum += op.macro.programmed;
  return sum;
}

TEST(ImcChip, AResidentModelLeavesItsWeightsAlone) {
  const npu::MacroChipConfig config = tiles(8, 512);
  const Chip chip = imc_chip(config);
  const auto graphs = graphs_of(tiny_llama(), kShort, {});
  ASSERT_EQ(mapping::place_weights(graphs.back(), config).resident, 1);
  const GenerationTotals g = run_short(config);
  EXPECT_EQ(programmed(g.totals), 0);
  // Products with weights are all of the macros', attention is none of theirs.
  double in_macros = 0, attention = 0;
  for (const OpTotals& op : g.totals.ops) {
    in_macros += op.macro.macs;
    if (op.name == "attention") attention += op.macro.macs;
  }
  double weights = 0;
  for (const auto& op : g.totals.ops)
    if (op.macro.macs > 0) weights += op.flops / 2;
  EXPECT_GE(in_macros, weights);
  EXPECT_EQ(attention, 0);
  const auto record = chip->macros(graphs, g.totals);
  EXPECT_EQ(record.at("programmed_blocks"), 0);
  EXPECT_GT(record.at("first_programming_j"), 0);
}

TEST(ImcChip, WhatDoesNotFitIsWrittenInEveryPass) {
  const npu::MacroChipConfig config = tiles(2, 64);
  const auto graphs = graphs_of(tiny_llama(), kShort, {});
  const mapping::WeightPlacement placed = mapping::place_weights(graphs.back(), config);
  ASSERT_LT(placed.resident, 1);
  const GenerationTotals g = run_short(config);
  const double passes = 4;
  EXPECT_GE(programmed(g.totals), passes * placed.needed * (1 - placed.resident));
  const auto memory = static_cast<std::size_t>(api::Level::memory);
  EXPECT_GT(g.totals.read[memory], passes * placed.weight_bytes * (1 - placed.resident));
  EXPECT_GT(imc_chip(config)->macros(graphs, g.totals).at("writes_of_a_cell"), 0);
}

TEST(ImcChip, EnergyAndAreaAreTheSumsOfTheirParts) {
  const npu::MacroChipConfig config = tiles(8, 512);
  const Chip chip = imc_chip(config);
  const GenerationTotals g = run_short(config);
  const ppa::Activity activity = activity_of(g.totals);
  const imc::MacroCost cost(config.core.macros);
  double macros = 0;
  for (const auto& part : chip->energy(activity))
    if (part.name.starts_with("macro_")) macros += part.energy.value;
  EXPECT_NEAR(macros, activity.macro_passes * cost.of_pass().total().value, 1e-9 * macros);
  SquareMillimetres blocks{};
  for (const ppa::Block& block : chip->area().blocks)
    if (block.name.starts_with("macro ")) blocks += block.area;
  EXPECT_NEAR(blocks.value, 8 * cost.area().total().value, 1e-9 * blocks.value);
  SquareMillimetres dies{};
  for (const auto& die : chip->area().dies) dies += die;
  EXPECT_NEAR(dies.value, chip->area().total().value, 1e-9 * dies.value);
}

// Its layers overlap: less time than one after another, more than the busiest operator with every vector but
// one.
TEST(ImcChip, APipelinedPromptOverlapsItsLayers) {
  npu::MacroChipConfig config = tiles(8, 512);
  config.pipelined = true;
  kernel::initialise();
  const Chip chip = imc_chip(config);
  const auto device = chip->elaborate();
  const auto graph = workload::prefill_pass(tiny_llama(), pass_options(kShort, {}, {}), 24);
  double serial = 0, longest = 0, share = 0;
  for (const auto& segment : graph.segments) {
    const api::DeviceCounters counters = device->run(graph, segment, {}, true);
    share = counters.share;
    serial += static_cast<double>(segment.count) * counters.elapsed_s;
    for (const api::OpCounters& op : counters.ops)
      longest = std::max(longest, op.finished_s - std::max(0.0, op.started_s));
  }
  EXPECT_LT(share, 1);
  EXPECT_GT(share * serial, 23.0 / 24 * longest);
  // One token has nothing to overlap with.
  const auto decode = workload::decode_pass(tiny_llama(), pass_options(kShort, {}, {}), 25, 24);
  EXPECT_EQ(device->run(decode, decode.segments.front(), {}, true).share, 1);
}

Chip shipped_chip(const std::string& name) {
  const config::SearchPath search{home() / "configs"};
  Chip chip;
  config::read(config::load(config::find_config(search, "chips", name), {}, reference_keys(), search), chip);
  return chip;
}

// Without the arrays that were added for attention. ISAAC-CE: 478.95 GOPS/s/mm2 on 85.4 mm2 (Shafiee et al.,
// ISCA 2016, section 8); HERMES: 63.1 TOPS (Le Gallo et al., Nature Electronics 6, 2023).
TEST(ImcChip, ShippedMacrosReachTheirPublishedPeak) {
  const double isaac = shipped_chip("isaac")->peak_ops_per_s(Format::fp16) - 2 * 168 * 8 * 8 * 0.25 * 1.2e9;
  EXPECT_NEAR(isaac / (478.95e9 * 85.4), 1, 0.03);
  const double hermes = shipped_chip("hermes_like")->peak_ops_per_s(Format::int8) - 2 * 64 * 16 * 16 * 1e9;
  EXPECT_NEAR(hermes / 63.1e12, 1, 0.03);
}

}  // namespace
}  // namespace presil::run
