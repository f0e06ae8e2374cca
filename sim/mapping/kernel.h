// kernel.h -- fusion: which operators run as one kernel, without a trip through memory between them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "workloads/graph/graph.h"

namespace presil::mapping {

/// A main operator and the operators that are applied to its result while that is still in the scratchpad.
struct Kernel {
  std::size_t main{};
  std::vector<std::size_t> epilogue;
  /// Tensors that the kernel must read from and write to their homes (produced and consumed inside: neither).
  std::vector<workload::TensorId> main_inputs;      ///< of the main operator, in its order
  std::vector<workload::TensorId> epilogue_inputs;  ///< read beside the result: residuals, gates
  std::vector<workload::TensorId> outputs;
};

/// Kernels of a segment, in order. With `fuse`, element-wise operators and cache writes join the kernel that
/// produces their operand, when that kernel is the one just before; row reductions (norms, softmax) never do,
/// since a tile need not hold a whole row. Without, every operator is a kernel.
/// A tensor stays inside its kernel when nothing outside reads it.
std::vector<Kernel> fuse(const workload::Graph& graph, const workload::Segment& segment, bool fuse);

}  // namespace presil::mapping
