// counts.h -- sums over the weight tensors of a model, taken from the graphs of its passes.
#pragma once

#include "workloads/transformer/transformer.h"

namespace presil::workload {

/// parameter_count as a floating-point number, which absurd shapes do not overflow.
double estimated_parameters(const Architecture& model);

/// Memory of all parameters in the formats of a deployment: of all experts, tied embeddings once.
double all_weight_bytes(const Architecture& model, const PassOptions& options);

}  // namespace presil::workload
