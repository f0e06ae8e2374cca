// spikes.h -- what spiking cores did, in the events their energy is charged in.
#pragma once

namespace presil::ppa {

struct SpikeEvents {
  double synaptic_ops{};                    ///< a spike meets a synapse: one weight is read and added
  double active_updates{}, idle_updates{};  ///< of a neuron in a step, that fires or not
  double spikes{};            ///< sent from a tile to a tile, its own included; one a destination
  double hops_x{}, hops_y{};  ///< spikes times links crossed, along rows and columns of the mesh
  double crossings{};         ///< spikes times links crossed between chips
  double synapse_bytes_written{};
  double instructions{};  ///< of the processors beside the cores

  SpikeEvents& add(const SpikeEvents& other, double times) {
    synaptic_ops += times * other.synaptic_ops;
    active_updates += times * other.active_updates;
    idle_updates += times * other.idle_updates;
    spikes += times * other.spikes;
    hops_x += times * other.hops_x;
    hops_y += times * other.hops_y;
    crossings += times * other.crossings;
    synapse_bytes_written += times * other.synapse_bytes_written;
    instructions += times * other.instructions;
    return *this;
  }
};

}  // namespace presil::ppa
