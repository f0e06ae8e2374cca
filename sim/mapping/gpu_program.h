// gpu_program.h -- a segment of a graph as kernels of a GPU.
//
// Fusion is kernel.h's: element-wise operators join the epilogue of the kernel that produces their operand. They cost
// lanes and the operands they read beside; the intermediate result never leaves the SM.
// A collective is a kernel too: it takes the time of fabric::collective_estimate() with the algorithms of inference
// servers, and the links it uses carry nothing else meanwhile.
// Not modelled: activations that L2 keeps from one kernel to the next: every kernel starts from DRAM.
#pragma once

#include <string>
#include <vector>

#include "models/gpu/gpu.h"
#include "sim/mapping/options.h"
#include "workloads/graph/graph.h"

namespace presil::mapping {

/// Throws InputError when a collective has no link to go over, when the chip cannot compute in a format or an operator has no kernel.
std::vector<gpu::Launch> gpu_program(const workload::Graph& graph, const workload::Segment& segment, const gpu::GpuConfig& gpu,
                                     const MappingOptions& options);

}  // namespace presil::mapping
