// spike_code.h -- how numbers are carried by spikes: what a workload says of itself, never a property of a
// chip.
#pragma once

#include <cstdint>

#include "sim/config/visitor.h"

namespace presil::spiking {

/// A value is carried over `steps` time steps; in each of them a share `rate` of the inputs of a product
/// spikes. Both are measured on a trained and converted network: they decide its accuracy as well as its
/// cost, so they have no default.
struct SpikeCode {
  double rate{};
  std::uint32_t steps{};

  double spikes() const { return rate * steps; }  ///< of one input, while it carries one value
  void describe(config::Visitor& v);
};

}  // namespace presil::spiking
