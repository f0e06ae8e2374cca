// npu_chip.cpp -- implementation of npu_chip.h.
#include "sim/run/npu_chip.h"

#include <fmt/format.h>

#include "models/memory/make_memory.h"
#include "models/npu/chip.h"
#include "sim/config/quantities.h"
#include "sim/mapping/segment_program.h"

namespace presil::run {

namespace {

class ElaboratedNpu final : public Elaborated {
 public:
  explicit ElaboratedNpu(const npu::ChipConfig& config)
      : config_(config), memory_(memory::make_memory("memory", config.memory)), device_("chip", config, *memory_) {}

  api::DeviceCounters run(const workload::Graph& graph, const workload::Segment& segment,
                          const mapping::MappingOptions& options, bool canonical) override {
    const mapping::SegmentMapping mapping(graph, segment, config_, options);
    mapping::SegmentProgram program(mapping);
    return device_.run(program, canonical);
  }

 private:
  const npu::ChipConfig& config_;
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
  Hertz clock() const override { return c_.clock; }
  Units units() const override { return {"array", c_.arrays()}; }

  Peaks peaks() const override {
    Peaks peaks;
    for (std::size_t f = 0; f < kFormatNames.size(); ++f) peaks.ops_per_s[f] = c_.peak_ops_per_s(static_cast<Format>(f));
    peaks.memory_bytes_per_s = memory::sustained(c_.memory).value;
    peaks.vector_ops_per_s = c_.peak_vector_ops_per_s();
    peaks.special_cycles_per_op = c_.core.vector.special_cycles * c_.core.vector.ops_per_lane;
    peaks.host_bytes_per_s = c_.host.bandwidth.value;
    return peaks;
  }

  std::string peak_formula(Format format) const override {
    const auto& array = c_.core.array;
    return fmt::format("{} cores x {} arrays x {} x {} x {} x 2 x {}", c_.cores, c_.core.arrays, array.shape.rows, array.shape.columns,
                       array.rate[static_cast<std::size_t>(format)], config::format_quantity(c_.clock.value, config::Measure::frequency));
  }

  std::vector<OnChipLevel> on_chip() const override {
    return {{"shared", c_.shared.capacity, c_.shared.bandwidth, "", api::Level::shared},
            {"scratchpad", {c_.cores * c_.core.scratchpad.capacity.value}, {c_.scratchpad_bytes_per_s()}, "of all cores", {}}};
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

  std::vector<ppa::EnergyPart> energy(const ppa::Activity& activity) const override {
    return ppa::energy(activity, c_.technology, {c_.memory.energy, c_.network.hop_length, c_.power.idle, c_.memory.phy, c_.memory.tsv});
  }

  std::vector<MappingLine> explain(const workload::Graph& graph, const workload::Segment& segment,
                                   const mapping::MappingOptions& options) const override {
    const mapping::SegmentMapping mapping(graph, segment, c_, options);
    std::vector<MappingLine> lines;
    for (const auto& line : mapping.explain()) lines.push_back({line.operators, line.plan, line.homes});
    return lines;
  }

  std::unique_ptr<Elaborated> elaborate() const override { return std::make_unique<ElaboratedNpu>(c_); }

 private:
  npu::ChipConfig c_;
};

}  // namespace

std::unique_ptr<ChipModel> make_npu() { return std::make_unique<NpuChip>(npu::ChipConfig{}); }

Chip npu_chip(const npu::ChipConfig& config) { return Chip(std::make_unique<NpuChip>(config)); }

const npu::ChipConfig& npu_config(const Chip& chip) { return dynamic_cast<const NpuChip&>(*chip).config(); }

}  // namespace presil::run
