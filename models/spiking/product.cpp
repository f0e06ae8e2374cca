// product.cpp -- implementation of product.h.
#include "models/spiking/product.h"

#include <algorithm>

#include <fmt/format.h>

#include "models/spiking/mesh.h"
#include "sim/base/error.h"

namespace presil::spiking {

namespace {

/// One step of a product, all its matrices at once.
class Step {
 public:
  Step(const ChipConfig& chip, const Matrices& matrices, const Stream& stream, const Site& site)
      : chip_(chip), core_(chip.core), m_(matrices), s_(stream), site_(site), p_(place(chip.core, matrices)) {
    if (site.first_core + p_.cores() > chip.all_cores())
      throw RunError(fmt::format("{} cores behind core {} of {}: this is a defect of presil", p_.cores(),
                                 site.first_core, chip.all_cores()));
    const double count = static_cast<double>(m_.count), w = static_cast<double>(p_.synapses);
    const double inputs = static_cast<double>(m_.inputs) * s_.used_inputs,
                 outputs = static_cast<double>(m_.outputs) * s_.used_outputs;
    depth_ = static_cast<double>(p_.depth);
    sent_ = count * s_.in * inputs * w * static_cast<double>(p_.width);
    neurons_ = count * outputs * depth_;
    fired_ = (s_.one_hot ? s_.out / depth_ : s_.out) * neurons_;
    summed_ = sums() ? count * outputs : 0;
    synaptic_ops_ = count * s_.in * inputs * outputs * w + (sums() ? fired_ : 0);
  }

  bool sums() const { return p_.sums > 0 && !s_.one_hot; }

  Seconds slowest_core() const {
    const double shared = static_cast<double>(p_.shared),
                 b = static_cast<double>(p_.outputs) * s_.used_outputs;
    const double hit = s_.one_hot ? 1 : s_.in * static_cast<double>(p_.inputs) * s_.used_inputs;
    const double block = core_time(shared * hit * b * static_cast<double>(p_.synapses), shared * b, s_.out);
    const double added = static_cast<double>(p_.summed) * s_.used_outputs;
    const double resting = static_cast<double>(site_.most_neurons) * core_.idle_time.value;
    return {std::max({block, resting, sums() ? core_time(s_.out * depth_ * added, added, s_.out) : 0})};
  }

  /// Of all cores: what they would take one after another, synapses and updates side by side.
  Seconds busy() const {
    const double blocks = static_cast<double>(p_.blocks), cores = static_cast<double>(p_.sums);
    const double of_sums = sums() ? fired_ : 0;
    const double block = blocks * core_time((synaptic_ops_ - of_sums) / blocks, neurons_ / blocks,
                                            fired_ / std::max(neurons_, 1e-300));
    return {block + (sums() ? cores * core_time(of_sums / cores, summed_ / cores, s_.out) : 0)};
  }

  MeshLoad load() const {
    MeshLoad mesh(chip_.mesh, chip_.chips);
    const double blocks = static_cast<double>(p_.blocks), result = sums() ? 0 : fired_ / blocks;
    for (std::uint64_t i = 0; i < p_.blocks; ++i) {
      const std::uint64_t tile = tile_of(i), home = processor(i);
      mesh.send(home, tile, sent_ / blocks);
      if (!sums())
        mesh.send(tile, home, result);
      else
        send_parts(mesh, i, tile);
    }
    for (std::uint64_t i = 0; sums() && i < p_.sums; ++i)
      mesh.send(tile_of(p_.blocks + i), processor(i), s_.out * summed_ / static_cast<double>(p_.sums));
    return mesh;
  }

  double messages() const { return sent_ + (sums() ? s_.out * summed_ : fired_); }

  ppa::SpikeEvents events() const {
    ppa::SpikeEvents e;
    e.synaptic_ops = synaptic_ops_;
    e.active_updates = fired_ + s_.out * summed_;
    e.idle_updates = std::max(static_cast<double>(site_.neurons), neurons_ + summed_) - e.active_updates;
    return e;
  }

 private:
  double core_time(double synaptic_ops, double neurons, double active) const {
    return std::max(synaptic_ops * core_.synapse_time.value / core_.lanes,
                    neurons * (active * core_.active_time.value + (1 - active) * core_.idle_time.value));
  }

  std::uint64_t tile_of(std::uint64_t core) const {
    const std::uint64_t at = site_.first_core + core, chip = at / chip_.cores;
    return chip * chip_.mesh.columns * chip_.mesh.rows + at % chip_.cores / chip_.mesh.cores_per_tile;
  }

  /// Processors are spread over the tiles of the first chip and take turns.
  std::uint64_t processor(std::uint64_t core) const {
    const std::uint64_t tiles = std::uint64_t{chip_.mesh.columns} * chip_.mesh.rows;
    return core % chip_.processors.count * tiles / chip_.processors.count;
  }

  /// Blocks of a matrix lie column by column; each column's parts go to the cores that add its outputs.
  void send_parts(MeshLoad& mesh, std::uint64_t block, std::uint64_t tile) const {
    const std::uint64_t of_matrix = p_.depth * p_.width, matrix = block / of_matrix,
                        column = block % of_matrix / p_.depth;
    const std::uint64_t adders = p_.sums / m_.count, first = column * adders / p_.width;
    const std::uint64_t last = std::max(first + 1, (column + 1) * adders / p_.width);
    const double each = fired_ / static_cast<double>(p_.blocks) / static_cast<double>(last - first);
    for (std::uint64_t a = first; a < last; ++a)
      mesh.send(tile, tile_of(p_.blocks + matrix * adders + a), each);
  }

  const ChipConfig& chip_;
  const CoreConfig& core_;
  const Matrices m_;
  const Stream s_;
  const Site site_;
  const Placement p_;
  double depth_, sent_, neurons_, fired_, summed_, synaptic_ops_;
};

}  // namespace

ProductCost product_cost(const ChipConfig& chip, const Matrices& matrices, const Stream& stream,
                         const Site& site) {
  const Step step(chip, matrices, stream, site);
  const MeshLoad mesh = step.load();
  const double steps = stream.vectors * stream.steps, all = steps + (step.sums() ? 1 : 0);
  const Seconds core = step.slowest_core();
  const Seconds sync = mesh.drain() + barrier(chip.mesh, site.tiles);
  ProductCost cost;
  cost.core = core * all;
  cost.synchronisation = std::max(sync, chip.least_step - core) * all;
  cost.link = mesh.busiest() * steps;
  cost.busy = step.busy() * steps;
  cost.messages = step.messages() * steps;
  cost.events.add(step.events(), steps).add(mesh.events(), steps);
  return cost;
}

Seconds least_time(const CoreConfig& core, Format format, double spikes, double steps) {
  const double synapses = static_cast<double>(core.synapses_of(format));
  const double update = std::min(core.active_time, core.idle_time).value * steps;
  return {std::max(spikes * synapses * core.synapse_time.value / core.lanes, update * synapses / core.axons)};
}

}  // namespace presil::spiking
