// placement.h -- matrices of weights on spiking cores; pure.
//
// A core holds a block of a matrix: rows of as many inputs as it has axons for, columns of as many outputs as
// it has neurons and synapses for. With w synapses (and axons) for a weight and C synapses in a core, a
// matrix of k x n takes
//
//   depth  d = ceil(k / (axons / w))                      blocks under one another, of a = ceil(k / d) inputs
//   width  c = ceil(n / min(neurons, C / (a w)))          blocks side by side, of b = ceil(n / c) outputs
//
// and d x c cores. Where d > 1 a block's neurons hold parts of sums: their spikes go to neurons on further
// cores, one for each output with d inputs of one synapse each (`sums` cores). Matrices that are smaller than
// a core share one, up to what it holds.
#pragma once

#include <algorithm>
#include <cstdint>

#include "models/spiking/chip_config.h"

namespace presil::spiking {

/// Equal matrices of weights that stay, each with its own inputs.
struct Matrices {
  std::uint64_t count{1};
  std::uint64_t inputs{}, outputs{};
  Format format{Format::int8};
};

struct Placement {
  std::uint64_t depth{1}, width{1};   ///< blocks of a matrix
  std::uint64_t inputs{}, outputs{};  ///< of a block
  std::uint64_t shared{1};            ///< matrices on one core
  std::uint64_t synapses{1};          ///< of a weight
  std::uint64_t blocks{};             ///< cores that hold weights, of all matrices
  std::uint64_t sums{},
      summed{};  ///< cores that add parts of sums, and outputs on one of them; 0 where depth is 1
  std::uint64_t cores() const { return blocks + sums; }
  /// Of one core, the fullest.
  std::uint64_t most_neurons() const { return std::max(shared * outputs, summed); }
};

/// Neurons of the matrices, those that add parts of sums included.
std::uint64_t neurons(const Matrices& matrices, const Placement& placement);

/// Throws InputError for a format that the core's synapses do not hold.
Placement place(const CoreConfig& core, const Matrices& matrices);

}  // namespace presil::spiking
