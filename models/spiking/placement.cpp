// placement.cpp -- implementation of placement.h.
#include "models/spiking/placement.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/base/error.h"
#include "sim/base/integers.h"

namespace presil::spiking {

namespace {

std::uint64_t at_least_one(double value) {
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(value));
}

}  // namespace

std::uint64_t neurons(const Matrices& m, const Placement& p) {
  return m.count * m.outputs * (p.depth + (p.sums > 0 ? 1 : 0));
}

Placement place(const CoreConfig& core, const Matrices& m) {
  Placement p;
  p.synapses = core.synapses_of(m.format);
  if (p.synapses == 0)
    throw InputError(fmt::format("the synapses of this chip hold no weights of {}", name(m.format)));
  const double per_weight = weight_bits(m.format);
  const std::uint64_t weights = at_least_one(8 * core.synapse_memory.value / per_weight);  // of one core
  const std::uint64_t axons = std::min(weights, std::max<std::uint64_t>(1, core.axons / p.synapses));
  p.depth = ceil_div(m.inputs, axons);
  p.inputs = ceil_div(m.inputs, p.depth);
  p.width = ceil_div(m.outputs, std::min<std::uint64_t>(core.neurons, weights / p.inputs));
  p.outputs = ceil_div(m.outputs, p.width);
  if (p.depth * p.width == 1)
    p.shared = std::clamp<std::uint64_t>(
        std::min({weights / (p.inputs * p.outputs), core.neurons / p.outputs, axons / p.inputs}), 1, m.count);
  p.blocks = ceil_div(m.count, p.shared) * p.depth * p.width;
  if (p.depth == 1) return p;
  const std::uint64_t most =
      std::max<std::uint64_t>(1, std::min<std::uint64_t>(core.neurons, core.axons / p.depth));
  const std::uint64_t each = ceil_div(m.outputs, most);
  p.sums = m.count * each;
  p.summed = ceil_div(m.outputs, each);
  return p;
}

}  // namespace presil::spiking
