// npu_chip.cpp -- implementation of npu_chip.h.
#include "sim/run/npu_chip.h"

#include <algorithm>

#include <fmt/format.h>

#include "models/memory/make_memory.h"
#include "models/memory/memory_area.h"
#include "models/npu/chip.h"
#include "sim/config/quantities.h"
#include "sim/mapping/segment_program.h"
#include "sim/ppa/static_power.h"
#include "sim/ppa/voltage_curve.h"
#include "sim/run/exchanges.h"
#include "sim/run/memory_power.h"
#include "sim/run/segment_parts.h"

namespace presil::run {

namespace {

class ElaboratedNpu final : public Elaborated {
 public:
  explicit ElaboratedNpu(npu::ChipConfig config)
      : config_(std::move(config)), memory_(memory::make_memory("memory", config_.memory)), device_("chip", config_, *memory_) {}

  api::DeviceCounters run(const workload::Graph& graph, const workload::Segment& segment,
                          const mapping::MappingOptions& options, bool canonical) override {
    if (!has_exchanges(segment)) return run_alone(graph, segment, options, canonical);
    bool fresh = canonical;
    return run_with_exchanges(graph, segment, options, config_.arrays(), [&](const workload::Segment& part) {
      const bool reset = fresh;
      fresh = false;
      return run_alone(graph, part, options, reset);
    });
  }

  void set_speed(double share) override { device_.set_clock(config_.clock * share); }
  void attach(kernel::Trace* trace) override { device_.attach(trace); }

 private:
  api::DeviceCounters run_alone(const workload::Graph& graph, const workload::Segment& segment, const mapping::MappingOptions& options,
                                bool canonical) {
    const mapping::SegmentMapping mapping(graph, segment, config_, options);
    mapping::SegmentProgram program(mapping);
    return device_.run(program, canonical);
  }

  const npu::ChipConfig config_;
  std::unique_ptr<api::Memory> memory_;
  npu::Chip device_;
};

class NpuChip final : public ChipModel {
 public:
  explicit NpuChip(npu::ChipConfig config) : c_(std::move(config)) {}
  std::unique_ptr<ChipModel> clone() const override { return std::make_unique<NpuChip>(*this); }
  std::string_view kind() const override { return "npu"; }
  void describe(config::Visitor& v) override { c_.describe(v); }

  const npu::ChipConfig& config() const { return c_; }
  const api::BoardConfig& board() const override { return c_; }
  const memory::MemoryConfig& memory() const override { return c_.memory; }
  Hertz clock() const override {
    return c_.power.supply.value > 0 ? c_.clock * ppa::relative_speed(c_.technology, c_.power.supply) : c_.clock;
  }
  Units units() const override { return {"array", c_.arrays()}; }

  Peaks peaks() const override {
    const npu::ChipConfig chip = at_supply();
    Peaks peaks;
    for (std::size_t f = 0; f < kFormatNames.size(); ++f) peaks.ops_per_s[f] = chip.peak_ops_per_s(static_cast<Format>(f));
    peaks.set(c_.memory);
    peaks.vector_ops_per_s = chip.peak_vector_ops_per_s();
    peaks.special_cycles_per_op = c_.core.vector.special_cycles * c_.core.vector.ops_per_lane;
    peaks.host_bytes_per_s = c_.host.bandwidth.value;
    return peaks;
  }

  std::string peak_formula(Format format) const override {
    const auto& array = c_.core.array;
    return fmt::format("{} cores x {} arrays x {} x {} x {} x 2 x {}", c_.cores, c_.core.arrays, array.shape.rows, array.shape.columns,
                       array.rate[static_cast<std::size_t>(format)], config::format_quantity(clock().value, config::Measure::frequency));
  }

  std::vector<OnChipLevel> on_chip() const override {
    return {{"shared", c_.shared.capacity, c_.shared.bandwidth, "", api::Level::shared},
            {"scratchpad", {c_.cores * c_.core.scratchpad.capacity.value}, {at_supply().scratchpad_bytes_per_s()}, "of all cores", {}}};
  }

  /// "preload" when the arrays mostly shifted in weights.
  std::vector<Busy> busy(const OpTotals& op) const override {
    const auto bytes = [&](api::Level level) { return op.bytes[static_cast<std::size_t>(level)]; };
    return {{op.array_preload_s > op.array_busy_s ? "preload" : "array", (op.array_busy_s + op.array_preload_s) / c_.arrays()},
            {"memory", bytes(api::Level::memory) / memory::sustained(c_.memory).value},
            {"vector", op.vector_busy_s / c_.cores},
            {"shared", c_.shared.present() ? bytes(api::Level::shared) / c_.shared.bandwidth.value : 0},
            {"host", bytes(api::Level::host) / c_.host.bandwidth.value}};
  }

  ppa::ChipArea area() const override { return ppa::chip_area(c_.technology, c_.die, inventory()); }

  std::vector<ppa::EnergyPart> energy(const ppa::Activity& activity) const override {
    auto parts = ppa::energy(activity, c_.technology, {memory_energy(c_.memory), network().hop_length, c_.power.idle,
                                                      {c_.core.scratchpad.capacity.value / c_.core.scratchpad.banks}, {}, ppa::link_energy(c_.power.idle)});
    if (c_.power.supply.value > 0) ppa::scale_on_chip(parts, supply_energy());
    return parts;
  }

  /// Weights and activations stream long enough that shifting in what rests does not count.
  std::optional<MultiplyAddEnergy> multiply_add_energy(Format format) const override {
    if (!native(format)) return std::nullopt;
    constexpr double kSumBytes = 4;
    const double operands = c_.core.array.dataflow == systolic::Dataflow::os ? 2 : 1, supply = supply_energy();
    const double passes = std::max(1.0, 1 / c_.core.array.rate[static_cast<std::size_t>(format)]);
    const double bytes = passes * (operands * bytes_per_value(format) + kSumBytes);
    const Joules arithmetic{c_.technology.mac_pj[static_cast<std::size_t>(format)] * 1e-12 * supply};
    const Joules registers{8 * bytes * c_.technology.flip_flop.value * supply};
    return MultiplyAddEnergy{arithmetic, registers, (arithmetic + registers) * ppa::kControl};
  }

  std::vector<MappingLine> explain(const workload::Graph& graph, const workload::Segment& segment,
                                   const mapping::MappingOptions& options) const override {
    const npu::ChipConfig chip = at_supply();
    std::vector<MappingLine> lines;
    for (const SegmentPart& part : parts_of(graph, segment)) {
      if (part.exchange != nullptr) {
        lines.push_back({part.exchange->name, fmt::format("between {} chips", part.exchange->collective.ranks), ""});
        continue;
      }
      const mapping::SegmentMapping mapping(graph, has_exchanges(segment) ? part.compute : segment, chip, options);
      for (const auto& line : mapping.explain()) lines.push_back({line.operators, line.plan, line.homes});
    }
    return lines;
  }

  std::unique_ptr<Elaborated> elaborate() const override { return std::make_unique<ElaboratedNpu>(at_supply()); }

 private:
  double supply_energy() const { return c_.power.supply.value > 0 ? ppa::relative_energy(c_.technology, c_.power.supply) : 1; }
  noc::NetworkConfig network() const { return with_wires(c_.network, area(), c_.nodes(), clock()); }

  /// The chip at the clock that its supply allows, its wires as the floorplan has them.
  npu::ChipConfig at_supply() const {
    npu::ChipConfig config = c_;
    config.clock = clock();
    config.network = network();
    return config;
  }

  /// A processing element is as large as its largest format.
  ppa::Inventory inventory() const {
    const ppa::DieConfig& die = c_.die;
    const npu::CoreConfig& core = c_.core;
    double element = 0;
    for (std::size_t f = 0; f < kFormatNames.size(); ++f)
      element = std::max(element, core.array.rate[f] * ppa::multiply_add_mtr(static_cast<Format>(f), false));
    ppa::Inventory has;
    has.datapath_name = "arrays and vector units";
    has.l1_name = "scratchpad";
    const double alu = ppa::multiply_add_mtr(Format::fp32, false) + ppa::multiply_add_mtr(Format::int32, false);
    has.unit.datapath_mtr = double{1} * core.arrays * core.array.shape.rows * core.array.shape.columns * element +
                            core.vector.lanes * core.vector.ops_per_lane * alu;
    has.unit.lane_mtr = core.vector.lanes * ppa::kLane;
    has.unit.l1 = {core.scratchpad.capacity.value + core.weight_buffer.value};
    has.units = die.units > 0 ? die.units : c_.cores;
    has.used = c_.cores;
    has.sram = die.cache.value > 0 ? die.cache : c_.shared.capacity;
    has.network_bytes_per_clock = (memory::peak(c_.memory).value + c_.shared.bandwidth.value) / c_.clock.value;
    if (die.network_per_clock.value > 0) has.network_bytes_per_clock = die.network_per_clock.value;
    memory::add_interfaces(has, die, c_.memory);
    return has;
  }

  npu::ChipConfig c_;
};

}  // namespace

std::unique_ptr<ChipModel> make_npu() { return std::make_unique<NpuChip>(npu::ChipConfig{}); }

Chip npu_chip(const npu::ChipConfig& config) { return Chip(std::make_unique<NpuChip>(config)); }

const npu::ChipConfig& npu_config(const Chip& chip) { return dynamic_cast<const NpuChip&>(*chip).config(); }

}  // namespace presil::run
