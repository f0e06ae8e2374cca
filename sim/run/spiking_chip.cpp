// spiking_chip.cpp -- implementation of spiking_chip.h.
#include "sim/run/spiking_chip.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "models/spiking/product.h"
#include "sim/mapping/spiking_plan.h"
#include "sim/run/spiking_device.h"

namespace presil::run {

namespace {

class SpikingChip final : public ChipModel {
 public:
  explicit SpikingChip(spiking::ChipConfig config) : c_(std::move(config)) { refresh(); }
  std::unique_ptr<ChipModel> clone() const override { return std::make_unique<SpikingChip>(*this); }
  std::string_view kind() const override { return "neuromorphic"; }
  void describe(config::Visitor& v) override {
    c_.describe(v);
    refresh();
  }

  const spiking::ChipConfig& config() const { return c_; }
  const api::BoardConfig& board() const override { return board_; }
  const memory::MemoryConfig& memory() const override { return memory_; }
  Hertz clock() const override { return {}; }  // events time themselves: no tree carries a clock over the die
  Units units() const override { return {"core", c_.all_cores()}; }

  Peaks peaks() const override {
    Peaks peaks;
    for (std::size_t f = 0; f < kFormatNames.size(); ++f)
      peaks.ops_per_s[f] =
          2 * static_cast<double>(c_.all_cores()) * multiply_adds_per_s(static_cast<Format>(f));
    peaks.weights_stay = true;
    peaks.memory_bytes_per_s =
        std::numeric_limits<double>::infinity();  // synapses are read where they are used: the time of
                                                  // operations holds it
    peaks.vector_ops_per_s = c_.instructions_per_s();
    peaks.special_cycles_per_op = c_.processors.special_clocks;
    peaks.host_bytes_per_s = c_.host.bandwidth.value;
    return peaks;
  }

  std::string peak_formula(Format format) const override {
    return fmt::format(
        "{} cores x {} x 2 / {:.4g} ns / {} synapses{}", c_.all_cores(), c_.core.lanes,
        c_.core.synapse_time.value * 1e9, c_.core.synapses_of(format),
        code_.steps > 0 ? fmt::format(" / {:.4g} spikes", code_.spikes()) : ", one spike an input");
  }

  std::vector<OnChipLevel> on_chip() const override { return {}; }

  /// Operators do one thing after another; what is left of an operator's span its slowest core worked.
  std::vector<Busy> busy(const OpTotals& op) const override {
    const double host = op.bytes[static_cast<std::size_t>(api::Level::host)] / c_.host.bandwidth.value;
    return {
        {"core", op.spikes.synaptic_ops > 0 ? op.span_s - op.array_preload_s - op.vector_busy_s - host : 0},
        {"barrier", op.array_preload_s},
        {"processor", op.vector_busy_s},
        {"host", host}};
  }

  ppa::ChipArea area() const override {
    ppa::Inventory has;
    has.l1_name = "core memory";
    has.unit.front_end_mtr = c_.core.logic_mtr;
    has.unit.l1 = c_.core.sram;
    has.units = has.used = static_cast<std::uint32_t>(c_.all_cores());
    ppa::ChipArea area = ppa::chip_area(c_.technology, c_.die, has);
    for (ppa::Block& block : area.blocks)
      if (block.name == "front end") block.name = "core logic";
    return area;
  }

  std::vector<ppa::EnergyPart> energy(const ppa::Activity& activity) const override {
    const ppa::SpikeEvents& e = activity.spikes;
    const spiking::CoreConfig& core = c_.core;
    const spiking::MeshConfig& mesh = c_.mesh;
    const Joules network = mesh.local.energy * e.spikes + mesh.x.energy * e.hops_x +
                           mesh.y.energy * e.hops_y + mesh.crossing.energy * e.crossings;
    return {{"synapses", core.synapse_energy * e.synaptic_ops},
            {"neurons", core.active_energy * e.active_updates + core.idle_energy * e.idle_updates},
            {"spikes", network},
            {"synapse_writes", {8 * e.synapse_bytes_written * core.write_energy.value}},
            {"processors", c_.processors.energy * e.instructions},
            {"idle", board_.power.idle * activity.time}};
  }

  std::vector<MappingLine> explain(const workload::Graph& graph, const workload::Segment& segment,
                                   const mapping::MappingOptions&) const override {
    const mapping::SpikingPlan plan(graph, c_, code_);
    std::vector<MappingLine> lines;
    for (std::size_t i = 0; i < segment.ops.size(); ++i)
      lines.push_back({segment.ops[i].name, plan.cost(segment, i).plan, ""});
    return lines;
  }

  std::unique_ptr<Elaborated> elaborate() const override {
    return std::make_unique<ElaboratedSpiking>(c_, code_);
  }

  void use(const spiking::SpikeCode& code) { code_ = code; }

 private:
  /// Of one core, as a dense product counts them: at the code of the workload, or one spike for each input.
  double multiply_adds_per_s(Format format) const {
    if (c_.core.synapses_of(format) == 0) return 0;
    const double spikes = code_.steps > 0 ? code_.spikes() : 1, steps = code_.steps > 0 ? code_.steps : 1;
    return 1 / spiking::least_time(c_.core, format, spikes, steps).value;
  }

  /// The board's own powers are of all chips; synapses are the memory that a model must fit in.
  void refresh() {
    board_ = c_;
    board_.power.idle = c_.power.idle * c_.chips;
    board_.power.tdp = c_.power.tdp * c_.chips;
    double bits = 0;
    for (std::size_t f = 0; f < kFormatNames.size(); ++f)
      if (const auto format = static_cast<Format>(f); c_.core.synapses_of(format) > 0)
        bits =
            std::max(bits, spiking::weight_bits(format) / static_cast<double>(c_.core.synapses_of(format)));
    memory_ = {};
    memory_.name = "synapses";
    memory_.standard = "SRAM of the cores";
    memory_.channels_per_stack = 1;
    memory_.channel_bandwidth = {c_.synaptic_ops_per_s() * bits / 8};
    memory_.capacity_per_stack = c_.core.synapse_memory * static_cast<double>(c_.all_cores());
    memory_.refresh_interval = {1};
  }

  spiking::ChipConfig c_;
  spiking::SpikeCode code_;
  api::BoardConfig board_;
  memory::MemoryConfig memory_;
};

}  // namespace

std::unique_ptr<ChipModel> make_spiking() { return std::make_unique<SpikingChip>(spiking::ChipConfig{}); }

Chip spiking_chip(const spiking::ChipConfig& config) { return Chip(std::make_unique<SpikingChip>(config)); }

const spiking::ChipConfig& spiking_config(const Chip& chip) {
  return dynamic_cast<const SpikingChip&>(*chip).config();
}

bool computes_with_spikes(const Chip& chip) { return dynamic_cast<const SpikingChip*>(&*chip) != nullptr; }

void use_spikes(Chip& chip, const spiking::SpikeCode& code) {
  dynamic_cast<SpikingChip&>(chip.model()).use(code);
}

}  // namespace presil::run
