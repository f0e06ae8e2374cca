// chip_config.h -- a chip of spiking cores as a user describes it.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

#include "models/api/board.h"
#include "sim/base/formats.h"
#include "sim/base/units.h"
#include "sim/config/visitor.h"

namespace presil::spiking {

/// Of a weight among synapses; scales that groups of weights share belong to the neurons.
inline double weight_bits(Format f) { return std::floor(bits(f)); }

/// One core: synapses in SRAM, neurons that are updated one after another in every step.
struct CoreConfig {
  std::uint32_t neurons{};  ///< outputs
  std::uint32_t axons{};    ///< inputs
  Bytes synapse_memory{};   ///< of weights
  Bytes sram{};             ///< all of it: also state, axons, routing tables
  double logic_mtr{};       ///< million transistors beside the SRAM, the router's share included
  std::array<double, kFormatNames.size()> synapses_per_weight{};  ///< 0: not a format of its weights
  std::uint32_t lanes{1};                                         ///< synaptic operations at once
  Seconds synapse_time{};                                         ///< of one of a lane
  Joules synapse_energy{};
  Seconds active_time{}, idle_time{};  ///< of the update of a neuron that fires, or not
  Joules active_energy{}, idle_energy{};
  JoulesPerBit write_energy{};  ///< of a synapse that is written

  /// Synapses that hold one weight, each behind an axon of its own; 0: the format is not one of its weights.
  std::uint64_t synapses_of(Format f) const {
    return static_cast<std::uint64_t>(synapses_per_weight[static_cast<std::size_t>(f)]);
  }
  void describe(config::Visitor& v);
};

/// What a spike costs on a link of one kind.
struct HopConfig {
  Seconds time{};
  Joules energy{};
  void describe(config::Visitor& v);
};

/// Tiles of cores, each with a router; links along rows and columns, x before y.
struct MeshConfig {
  std::uint32_t columns{1}, rows{1};
  std::uint32_t cores_per_tile{1};
  double spikes_per_s{};           ///< of one link, one way
  HopConfig local, x, y;           ///< into and out of the network; along a row; along a column
  HopConfig crossing;              ///< from a chip to the next, beside the hop along the row
  double crossing_spikes_per_s{};  ///< of the link between two chips
  Seconds barrier{};               ///< of one tile
  Seconds full_barrier{};          ///< of all tiles of a chip
  void describe(config::Visitor& v);
};

/// General-purpose processors that do what neurons do not: norms, softmax, activations, spikes into numbers
/// and back.
struct ProcessorConfig {
  std::uint32_t count{1};
  Hertz clock{};
  double special_clocks{1};        ///< of a transcendental function or a reciprocal
  double message_instructions{1};  ///< that send or take one spike, or write 4 bytes of synapses
  Joules energy{};                 ///< of one instruction
  void describe(config::Visitor& v);
};

struct ChipConfig : api::BoardConfig {
  std::uint32_t chips{1};  ///< equal ones in a row that act as one; processors of the first do all their work
  std::uint32_t cores{1};  ///< of one chip, as the keys that follow
  CoreConfig core;
  MeshConfig mesh;
  ProcessorConfig processors;
  Seconds least_step{};  ///< period of a fixed time step; 0: as fast as the work allows

  bool pipelined{false};  ///< vectors of a pass stream through the layers (sim/run/spiking_device.h)

  void describe(config::Visitor& v);  ///< every key of a chip file but `kind`

  std::uint64_t all_cores() const { return std::uint64_t{cores} * chips; }
  double synaptic_ops_per_s() const {
    return static_cast<double>(all_cores()) * core.lanes / core.synapse_time.value;
  }
  double instructions_per_s() const { return processors.count * processors.clock.value; }
};

}  // namespace presil::spiking
