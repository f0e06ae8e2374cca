// spiking_plan.h -- a pass on a chip of spiking cores: which cores hold what, and what each operator costs.
//
// Every matrix of weights has cores of its own for good, in the order of the pass; keys and values lie behind
// them, written as synapses when a token is new. What no neuron does (norms, softmax, activations, additions,
// sampling) runs on the processors, which also turn results into spikes and spikes into results, one message
// each. Operators follow one another.
//
//   product with weights    product_cost (models/spiking/product.h), a vector a token
//   attention               keys are a matrix of qk_dim x kv_len, values one of kv_len x v_dim, for each
//   sequence and head of keys;
//                           queries and probabilities are their inputs; softmax on the processors. A query
//                           meets the keys it sees
//   product of activations  its second operand is written as synapses first
//   embedding               a table of axons: one spike reads a row, in one step
//   transfer                into the cache: synapses written, 4 bytes a message; else a value an instruction,
//   or the host link
//
// Not modelled: neurons that apply an activation function themselves,
// sparse matrices. Scales, biases and activations between operators lie with neurons and processors and take
// no synapses [assumed].
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/spiking/product.h"
#include "models/spiking/spike_code.h"
#include "workloads/graph/graph.h"

namespace presil::mapping {

struct SpikingCost {
  Seconds core{}, synchronisation{}, processors{}, host{};  ///< one after another
  Seconds link{};                                           ///< the busiest link of the mesh
  Seconds busy{};                                           ///< summed over cores
  double simple_ops{}, special_ops{};                       ///< of vector work
  double host_read{}, host_written{};
  double synapse_bytes_read{};
  ppa::SpikeEvents events;
  std::string plan;  ///< for --explain
  Seconds time() const { return core + synchronisation + processors + host; }
};

class SpikingPlan {
 public:
  /// Of a whole pass. Throws CapacityError with the sum when its matrices need more cores than there are.
  SpikingPlan(const workload::Graph& graph, const spiking::ChipConfig& chip, const spiking::SpikeCode& code);

  /// One execution; of a repeated segment the middle one stands for all. Throws InputError for operators that
  /// spiking cores do not have.
  SpikingCost cost(const workload::Segment& segment, std::size_t op) const;

  std::uint64_t cores() const { return cores_; }
  std::uint64_t neurons() const { return neurons_; }
  /// Where matrices lie, for keys under which costs are remembered.
  std::string layout() const;

 private:
  struct Held {
    std::vector<std::uint64_t> weights, cache;
  };  ///< first core of each operator, from its segment's
  struct Part {
    std::uint64_t first{}, first_cache{}, cores{}, cache{}, neurons{};  ///< the last three of one repetition
    Held held;
  };
  void hold(const workload::Segment& segment, Part& part);
  const Part& part_of(const workload::Segment& segment) const;
  spiking::Site site(std::uint64_t first) const;
  void stream(SpikingCost& cost, const spiking::Matrices& m, const spiking::Stream& s,
              std::uint64_t first) const;
  void write(SpikingCost& cost, double bytes) const;
  void compute(SpikingCost& cost, double simple, double special) const;

  void product(SpikingCost& cost, const workload::Op& op, std::uint64_t first) const;
  void attention(SpikingCost& cost, const workload::Segment& segment, const workload::Op& op,
                 std::uint64_t first) const;
  void look_up(SpikingCost& cost, const workload::Op& op, std::uint64_t first) const;
  void transfer(SpikingCost& cost, const workload::Op& op) const;

  const workload::Graph& graph_;
  const spiking::ChipConfig& chip_;
  const spiking::SpikeCode code_;
  std::vector<Part> parts_;
  std::uint64_t cores_{0}, neurons_{0}, most_neurons_{0};
};

}  // namespace presil::mapping
