// chip_config.cpp -- the fields of chip_config.h with their meaning.
#include "models/spiking/chip_config.h"

#include <cmath>

#include <fmt/format.h>

namespace presil::spiking {

using config::non_negative;
using config::optional;
using config::positive;
using config::required;

namespace {

constexpr config::Range kSynapses{0, 64, false};

/// Each weight is as many whole synapses as its bits are shared out to.
bool whole_bits(const CoreConfig& c, std::size_t format) {
  const double synapses = c.synapses_per_weight[format];
  return synapses == 0 || (std::floor(synapses) == synapses &&
                           std::fmod(weight_bits(static_cast<Format>(format)), synapses) == 0);
}

void check_core(config::Visitor& v, const CoreConfig& c) {
  bool any = false, whole = true;
  for (std::size_t f = 0; f < kFormatNames.size(); ++f) {
    any = any || c.synapses_per_weight[f] > 0;
    whole = whole && whole_bits(c, f);
  }
  v.check(any, "synapses_per_weight", "the synapses hold weights of no format: give at least one");
  v.check(whole, "synapses_per_weight",
          "a weight is a whole number of synapses, and its bits divide among them");
  v.check(c.synapse_memory <= c.sram, "synapse_memory",
          fmt::format("{:g} bytes of synapses are more than the core's {:g} bytes of SRAM",
                      c.synapse_memory.value, c.sram.value));
}

}  // namespace

void CoreConfig::describe(config::Visitor& v) {
  v.integer("neurons", neurons, required, 1, 1 << 24,
            "Neurons of one core: outputs of the products it computes.");
  v.integer("axons", axons, required, 1, 1 << 24, "Axons that reach it: inputs of those products.");
  v.quantity("synapse_memory", synapse_memory, required, config::Range{16},
             "SRAM of one core that holds weights.");
  v.quantity("sram", sram, required, positive, "All SRAM of one core, state and routing tables included.");
  v.real("logic_mtr", logic_mtr, required, non_negative,
         "Million transistors of one core beside its SRAM, for its area.");
  v.table("synapses_per_weight", synapses_per_weight, required, kFormatNames, kSynapses,
          "Synapses that hold one weight of a format, each behind an axon of its own; formats not named are "
          "not supported.");
  v.integer("lanes", lanes, optional, 1, 1 << 16, "Synaptic operations of one core at once.");
  v.quantity("synapse_time", synapse_time, required, positive, "Time of a synaptic operation of one lane.");
  v.quantity("synapse_energy", synapse_energy, required, positive, "Energy of a synaptic operation.");
  v.quantity("active_time", active_time, required, positive, "Time of the update of a neuron that fires.");
  v.quantity("idle_time", idle_time, required, positive, "Time of the update of a neuron that does not.");
  v.quantity("active_energy", active_energy, required, non_negative,
             "Energy of the update of a neuron that fires.");
  v.quantity("idle_energy", idle_energy, required, non_negative,
             "Energy of the update of a neuron that does not.");
  v.quantity("write_energy", write_energy, required, non_negative,
             "Energy of a bit of synapses that is written while a model runs.");
  check_core(v, *this);
}

void HopConfig::describe(config::Visitor& v) {
  v.quantity("time", time, required, non_negative, "Latency of a spike.");
  v.quantity("energy", energy, required, non_negative, "Energy of a spike.");
}

void MeshConfig::describe(config::Visitor& v) {
  v.integer("columns", columns, required, 1, 1024, "Tiles in a row.");
  v.integer("rows", rows, required, 1, 1024, "Tiles in a column.");
  v.integer("cores_per_tile", cores_per_tile, optional, 1, 1024, "Cores behind one router.");
  v.real("spikes_per_s", spikes_per_s, required, positive, "Spikes a second over one link, one way.");
  v.object("local", local, required, "Into the network and out of it, once a spike.");
  v.object("x", x, required, "From a tile to the next in its row.");
  v.object("y", y, required, "From a tile to the next in its column.");
  v.object("crossing", crossing, optional, "From a chip to the next, beside a hop along the row.");
  v.real("crossing_spikes_per_s", crossing_spikes_per_s, optional, non_negative,
         "Spikes a second from a chip to the next, one way.");
  v.quantity("barrier", barrier, required, non_negative,
             "Synchronisation at the end of a step, of one tile.");
  v.quantity("full_barrier", full_barrier, required, non_negative, "The same of all tiles of a chip.");
  v.check(full_barrier >= barrier, "full_barrier",
          "a barrier of all tiles cannot take less than that of one");
}

void ProcessorConfig::describe(config::Visitor& v) {
  v.integer("count", count, required, 1, 4096, "Processors of the chip.");
  v.quantity("clock", clock, required, positive, "Their clock; each does one instruction in it.");
  v.real("special_clocks", special_clocks, required, config::Range{1},
         "Instructions of a transcendental function or a reciprocal.");
  v.real("message_instructions", message_instructions, required, config::Range{1},
         "Instructions that send or take one spike, or write 4 bytes of synapses.");
  v.quantity("energy", energy, required, positive, "Energy of one instruction.");
}

void ChipConfig::describe(config::Visitor& v) {
  describe_identity(v);
  v.integer("chips", chips, optional, 1, 4096,
            "Equal chips in a row that act as one, led by the processors of the first; all other keys are of "
            "one of them.");
  v.integer("cores", cores, required, 1, 1 << 16, "Spiking cores.");
  v.object("core", core, required, "One core.");
  v.object("mesh", mesh, required, "The network of spikes.");
  v.object("processors", processors, required, "Processors beside the cores.");
  v.quantity("least_step", least_step, optional, non_negative,
             "Period of a time step that is fixed; 0: a step ends when its work is done.");
  v.flag("pipelined", pipelined, optional,
         "Whether tokens of a prompt and sequences of a batch stream through the layers, all of which work "
         "in the same "
         "steps.");
  describe_board(v);
  if (chips > 1 && die.chiplets == 1) die.chiplets = chips;  // each of them is a die
  const std::uint64_t places = std::uint64_t{mesh.columns} * mesh.rows * mesh.cores_per_tile;
  v.check(places >= cores, "mesh",
          fmt::format("a mesh of {} x {} tiles of {} has places for {} cores, not {}", mesh.columns,
                      mesh.rows, mesh.cores_per_tile, places, cores));
  v.check(chips == 1 || mesh.crossing_spikes_per_s > 0, "chips",
          "chips that act as one need mesh.crossing and mesh.crossing_spikes_per_s");
}

}  // namespace presil::spiking
