// imc_chip.cpp -- implementation of imc_chip.h.
#include "sim/run/imc_chip.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "models/memory/memory_area.h"
#include "sim/config/quantities.h"
#include "sim/mapping/segment_program.h"
#include "sim/ppa/static_power.h"
#include "sim/run/imc_device.h"
#include "sim/run/memory_power.h"

namespace presil::run {

namespace {

class ImcChip final : public ChipModel {
 public:
  explicit ImcChip(npu::MacroChipConfig config) : c_(std::move(config)) {}
  std::unique_ptr<ChipModel> clone() const override { return std::make_unique<ImcChip>(*this); }
  std::string_view kind() const override { return "imc"; }
  void describe(config::Visitor& v) override { c_.describe(v); }

  const api::BoardConfig& board() const override { return c_; }
  const memory::MemoryConfig& memory() const override { return c_.memory; }
  Hertz clock() const override { return c_.clock; }
  Units units() const override { return {"tile", std::uint64_t{c_.cores} * c_.chain.chips}; }

  Peaks peaks() const override {
    Peaks peaks;
    for (std::size_t f = 0; f < kFormatNames.size(); ++f)
      peaks.ops_per_s[f] = c_.peak_products_per_s(static_cast<Format>(f));
    peaks.weights_stay = true;
    peaks.memory_bytes_per_s = memory::sustained(c_.memory).value;
    peaks.vector_ops_per_s = c_.peak_vector_ops_per_s() * c_.chain.chips;
    peaks.special_cycles_per_op = c_.core.vector.special_cycles * c_.core.vector.ops_per_lane;
    peaks.host_bytes_per_s = c_.host.bandwidth.value;
    return peaks;
  }

  std::string peak_formula(Format format) const override {
    const auto index = static_cast<std::size_t>(format);
    const imc::MacroGroup& g = c_.core.macros;
    std::string text;
    if (c_.core.macro_formats[index] > 0)
      text = fmt::format("{}{} tiles x {:.0f} arrays x {} x {} x 2 / {:.4g} ns", chain(), c_.cores,
                         g.arrays(), g.depth(), g.width(), c_.macro_cost().pass().value * 1e9);
    if (c_.core.array.rate[index] > 0)
      text += fmt::format("{}{}{} tiles x {} x {} x {} x {} x 2 x {}", text.empty() ? "" : " + ", chain(),
                          c_.cores, c_.core.arrays, c_.core.array.shape.rows, c_.core.array.shape.columns,
                          c_.core.array.rate[index],
                          config::format_quantity(c_.clock.value, config::Measure::frequency));
    return text;
  }

  /// What macros take: the formats such a chip is for.
  bool native(Format format) const override {
    return c_.core.macro_formats[static_cast<std::size_t>(format)] > 0;
  }

  std::vector<OnChipLevel> on_chip() const override {
    return {{"shared", c_.shared.capacity * c_.chain.chips, c_.shared.bandwidth * c_.chain.chips, "", api::Level::shared},
            {"scratchpad",
             {tiles() * c_.core.scratchpad.capacity.value},
             {c_.scratchpad_bytes_per_s() * c_.chain.chips},
             "of all tiles",
             {}}};
  }

  /// "program" when writing cells took longer than multiplying.
  std::vector<Busy> busy(const OpTotals& op) const override {
    const auto bytes = [&](api::Level level) { return op.bytes[static_cast<std::size_t>(level)]; };
    const double memory = bytes(api::Level::memory) / memory::sustained(c_.memory).value;
    const double shared = c_.shared.present() ? bytes(api::Level::shared) / c_.shared.bandwidth.value : 0;
    const double units = op.macro.macs > 0 ? c_.cores : c_.arrays();
    return {{op.macro.macs > 0 ? "macro" : "array", op.array_busy_s / units},
            {"program", op.array_preload_s / units},
            {"memory", memory},
            {"vector", op.vector_busy_s / c_.cores},
            {"shared", shared},
            {"host", bytes(api::Level::host) / c_.host.bandwidth.value}};
  }

  ppa::ChipArea area() const override {
    ppa::ChipArea area = ppa::chip_area(c_.technology, c_.die, inventory());
    const double before = area.total().value;
    const imc::MacroArea one = c_.macro_cost().area();
    // Only adders and accumulators hang on the clock tree, which static power charges by the area of cores.
    const auto add = [&](const char* name, const char* group, SquareMillimetres each) {
      if (each.value > 0) area.blocks.push_back({name, group, each * tiles()});
    };
    add("macro cells", "other", one.cells);
    add("macro adders", "cores", one.adders);
    add("macro converters", "other", one.converters);
    add("macro drivers", "other", one.drivers);
    add("macro accumulators", "cores", one.accumulators);
    for (auto& die : area.dies) die = die * (area.total().value / before);
    const imc::MacroConfig& m = c_.core.macros.macro;
    if (m.volatile_cells())
      area.sram_bits += double{1} * m.rows * m.columns * c_.core.macros.arrays() * tiles();
    return area;
  }

  std::vector<ppa::EnergyPart> energy(const ppa::Activity& activity) const override {
    auto parts =
        ppa::energy(activity, c_.technology,
                    {memory_energy(c_.memory),
                     network().hop_length,
                     c_.power.idle,
                     {c_.core.scratchpad.capacity.value / c_.core.scratchpad.banks},
                     {},
                     ppa::link_energy(c_.power.idle)});
    const imc::MacroCost cost = c_.macro_cost();
    const imc::MacroEnergy pass = cost.of_pass();
    const auto add = [&](const char* name, Joules each, double times) {
      if (each.value > 0) parts.insert(parts.begin(), {name, each * times});
    };
    add("macro_programming", cost.of_write(), activity.macro_programmed);
    add("macro_accumulators", pass.accumulators, activity.macro_passes);
    add("macro_converters", pass.converters, activity.macro_passes);
    add("macro_adders", pass.adders, activity.macro_passes);
    add("macro_cells", pass.cells, activity.macro_passes);
    add("macro_inputs", pass.inputs, activity.macro_passes);
    add("macro_word_lines", pass.word_lines, activity.macro_passes);
    return parts;
  }

  std::vector<MappingLine> explain(const workload::Graph& graph, const workload::Segment& segment,
                                   const mapping::MappingOptions& options) const override {
    const mapping::SegmentMapping mapping(graph, segment, c_, options);
    std::vector<MappingLine> lines;
    for (const auto& line : mapping.explain()) lines.push_back({line.operators, line.plan, line.homes});
    return lines;
  }

  nlohmann::ordered_json macros(const std::vector<workload::Graph>& passes,
                                const Totals& totals) const override;

  const imc::MacroConfig* macro() const override { return &c_.core.macros.macro; }
  void use_operands(const imc::OperandStatistics& operands) override {
    c_.core.macros.macro.operands = operands;
  }

  std::unique_ptr<Elaborated> elaborate() const override { 
    npu::MacroChipConfig config = c_;
    config.network = network();
    return std::make_unique<ElaboratedImc>(std::move(config));
  }

 private:
  std::string chain() const { return c_.chain.chips > 1 ? fmt::format("{} chips x ", c_.chain.chips) : ""; }
  noc::NetworkConfig network() const { return with_wires(c_.network, area(), c_.nodes(), c_.clock); }
  double tiles() const { return double{1} * c_.cores * c_.chain.chips; }

  ppa::Inventory inventory() const {
    const npu::CoreConfig& core = c_.core;
    double element = 0;
    for (std::size_t f = 0; f < kFormatNames.size(); ++f)
      element = std::max(element, core.array.rate[f] * ppa::multiply_add_mtr(static_cast<Format>(f), false));
    ppa::Inventory has;
    has.datapath_name = "arrays and vector units";
    has.l1_name = "scratchpad";
    const double alu =
        ppa::multiply_add_mtr(Format::fp32, false) + ppa::multiply_add_mtr(Format::int32, false);
    has.unit.datapath_mtr =
        double{1} * core.arrays * core.array.shape.rows * core.array.shape.columns * element +
        core.vector.lanes * core.vector.ops_per_lane * alu;
    has.unit.lane_mtr = core.vector.lanes * ppa::kLane;
    has.unit.l1 = core.scratchpad.capacity;
    has.units = has.used = c_.cores * c_.chain.chips;
    has.sram = c_.shared.capacity * c_.chain.chips;
    has.network_bytes_per_clock =
        (memory::peak(c_.memory).value + c_.shared.bandwidth.value) / c_.clock.value;
    if (c_.die.network_per_clock.value > 0) has.network_bytes_per_clock = c_.die.network_per_clock.value;
    has.network_bytes_per_clock *= c_.chain.chips;
    memory::add_interfaces(has, c_.die, c_.memory);
    return has;
  }

  npu::MacroChipConfig c_;
};

nlohmann::ordered_json ImcChip::macros(const std::vector<workload::Graph>& passes,
                                       const Totals& totals) const {
  const mapping::WeightPlacement placed = mapping::place_weights(passes.back(), c_);
  const imc::MacroGroup& group = c_.core.macros;
  const imc::MacroCost cost = c_.macro_cost();
  double written = 0;
  for (const OpTotals& op : totals.ops) written += op.macro.programmed;
  const double stay = placed.resident * placed.needed * static_cast<double>(placed.copies);
  nlohmann::ordered_json record{{"macro", group.macro.name},
                                {"blocks", placed.present},
                                {"blocks_of_the_model", placed.needed},
                                {"weights_capacity", group.weights() * tiles()},
                                {"resident_share", placed.resident},
                                {"copies", placed.copies},
                                {"first_programming_s", cost.write(stay / tiles()).value},
                                {"first_programming_j", stay * cost.of_write().value},
                                {"programmed_blocks", written},
                                {"programming_j", written * cost.of_write().value}};
  if (c_.chain.chips > 1) record["chips"] = placed.chips;
  if (placed.cache > 0) {
    record["cache_blocks"] = placed.cache;
    record["cache_stays"] = placed.cache_stays;
  }
  // Cells that weights take turns in, else those of keys and values.
  const double rewritten =
      placed.resident < 1 ? static_cast<double>(group.reloadable()) * tiles() : std::max(1.0, placed.cache);
  record["writes_of_a_cell"] = written / rewritten;
  if (group.macro.cell.endurance > 0) {
    record["endurance_writes"] = group.macro.cell.endurance;
    if (written > 0)
      record["lifetime_s"] = group.macro.cell.endurance / (written / rewritten) * totals.time_s();
  }
  return record;
}

}  // namespace

std::unique_ptr<ChipModel> make_imc() { return std::make_unique<ImcChip>(npu::MacroChipConfig{}); }

Chip imc_chip(const npu::MacroChipConfig& config) { return Chip(std::make_unique<ImcChip>(config)); }

}  // namespace presil::run
