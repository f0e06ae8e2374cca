// spiking_matrices.h -- the matrices that an operator needs as synapses; pure.
#pragma once

#include <vector>

#include "models/spiking/placement.h"
#include "workloads/graph/graph.h"

namespace presil::mapping {

/// Of a product or an embedding: all experts, whether this pass meets them or not. None for other operators.
std::vector<spiking::Matrices> weight_matrices(const workload::Graph& graph, const workload::Op& op);

/// Of attention: keys, then values. Of a product of two activations: the second. None for other operators.
std::vector<spiking::Matrices> written_matrices(const workload::Graph& graph, const workload::Op& op);

/// Keys that a cache keeps of a sequence.
std::uint64_t kept_keys(const workload::Attention& attention);

}  // namespace presil::mapping
