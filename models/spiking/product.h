// product.h -- products on spiking cores, step by step; pure.
//
// In a step a share `in` of the inputs spikes, and a share `out` of the neurons fires. Of a core that holds p
// matrices' blocks of a x b weights, w synapses each (placement.h):
//
//   core    max( p in a b w t_syn / lanes,  p b (out t_active + (1 - out) t_idle) )
//   step    max( max over cores + drain of the mesh + barrier, least_step )
//   all     (vectors x steps + 1 where sums are added up by further cores) x step
//
// Spikes of inputs come from the processors, those of outputs go back to them, and between blocks and the
// cores that add parts of sums. A step is global: every neuron on the chip is updated in it, whether anything
// reached it or not, and no core takes less than the fullest one's idle neurons do.
#pragma once

#include <cstdint>

#include "models/spiking/chip_config.h"
#include "models/spiking/placement.h"
#include "sim/ppa/spikes.h"

namespace presil::spiking {

/// What streams through matrices that are placed.
struct Stream {
  double vectors{1};   ///< through each matrix, one after another
  double steps{1};     ///< of each
  double in{}, out{};  ///< shares of inputs and neurons that spike in a step
  double used_inputs{1},
      used_outputs{1};  ///< shares of a matrix that a vector meets: keys that a causal query sees
  bool one_hot{false};  ///< one input spikes alone: a table is looked up, and nothing is summed
};

/// Where matrices lie, and what else there is on the chip: a step is one for all of it.
struct Site {
  std::uint64_t first_core{0};
  std::uint64_t tiles{1};         ///< that take part in barriers
  std::uint64_t neurons{0};       ///< on the chip, these matrices' included
  std::uint64_t most_neurons{0};  ///< of any core
};

struct ProductCost {
  Seconds core{};             ///< of all steps: the slowest core
  Seconds synchronisation{};  ///< likewise: spikes that drain, barriers, waiting for a fixed step to end
  Seconds busy{};             ///< summed over cores
  Seconds link{};             ///< likewise: the busiest link
  double messages{};          ///< spikes that processors send and take
  ppa::SpikeEvents events;
  Seconds time() const { return core + synchronisation; }
};

/// Throws RunError when the site has no room for the matrices.
ProductCost product_cost(const ChipConfig& chip, const Matrices& matrices, const Stream& stream,
                         const Site& site);

/// Least time of a multiply-add of such a product on one core, whatever its shape: `spikes` of each input
/// over all `steps`.
Seconds least_time(const CoreConfig& core, Format format, double spikes, double steps);

}  // namespace presil::spiking
