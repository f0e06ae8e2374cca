// small_chip.h -- a chip of round numbers for tests of models/spiking.
#pragma once

#include "models/spiking/chip_config.h"

namespace presil::spiking {

inline HopConfig hop(double nanoseconds, double picojoules) {
  return {{nanoseconds * 1e-9}, {picojoules * 1e-12}};
}

/// 16 cores on 4 x 2 tiles of two; a core holds 1,024 weights of 8 bits behind 64 axons and 32 neurons.
inline ChipConfig small_chip() {
  ChipConfig c;
  c.name = "small";
  c.cores = 16;
  c.core.neurons = 32;
  c.core.axons = 64;
  c.core.synapse_memory = {1024};
  c.core.sram = {2048};
  c.core.synapses_per_weight[static_cast<std::size_t>(Format::int8)] = 1;
  c.core.synapses_per_weight[static_cast<std::size_t>(Format::int4)] = 4;
  c.core.synapse_time = {2e-9};
  c.core.synapse_energy = {10e-12};
  c.core.active_time = {8e-9};
  c.core.idle_time = {4e-9};
  c.core.active_energy = {80e-12};
  c.core.idle_energy = {40e-12};
  c.mesh.columns = 4;
  c.mesh.rows = 2;
  c.mesh.cores_per_tile = 2;
  c.mesh.spikes_per_s = 1e9;
  c.mesh.local = hop(1, 1);
  c.mesh.x = hop(3, 3);
  c.mesh.y = hop(5, 4);
  c.mesh.crossing = hop(100, 300);
  c.mesh.crossing_spikes_per_s = 1e8;
  c.mesh.barrier = {100e-9};
  c.mesh.full_barrier = {300e-9};
  c.processors = {1, {1e9}, 10, 2, {30e-12}};
  return c;
}

}  // namespace presil::spiking
