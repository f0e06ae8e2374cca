// work.h -- everything that emitting one kernel needs to know, and the small arithmetic of slicing it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/api/program.h"
#include "models/npu/chip_config.h"
#include "sim/mapping/attention_plan.h"
#include "sim/mapping/kernel.h"
#include "sim/mapping/macro_plan.h"
#include "sim/mapping/matmul_plan.h"
#include "sim/mapping/placement.h"
#include "workloads/graph/graph.h"

namespace presil::mapping {

/// Index of an operator in the program's counters: its position in the segment.
using OpIndex = std::uint32_t;

/// One kernel, planned. References live as long as the SegmentProgram's inputs.
struct KernelWork {
  const workload::Graph* graph{};
  const workload::Segment* segment{};
  const Placement* placement{};
  const npu::ChipConfig* chip{};
  Kernel kernel;
  MatmulTask task;          ///< matmul only
  MatmulPlan matmul;        ///< matmul only
  MacroPlan macro;          ///< matmul on in-memory-compute macros only
  AttentionPlan attention;  ///< attention only
  bool cache_stays{false};  ///< attention on macros only: keys and values of earlier tokens are in cells
  std::uint64_t tile_bytes{};  ///< scratchpad left for tiles
  std::string explanation;

  const workload::Op& main_op() const { return segment->ops[kernel.main]; }
  const workload::Tensor& tensor(workload::TensorId id) const { return graph->tensors[id]; }
  Home home(workload::TensorId id) const { return placement->home[id]; }
};

/// Hands out consecutive parts of a total so that they add up exactly, whatever their sizes.
class Slicer {
 public:
  explicit Slicer(double total) : total_(total) {}
  struct Slice { std::uint64_t offset, bytes; };
  /// The next part: the share of the total up to `fraction` (0 to 1, not decreasing) not yet handed out.
  Slice up_to(double fraction);

 private:
  double total_;
  std::uint64_t given_{0};
};

/// Part `index` of `total` cut into `parts` whole pieces that differ by at most one.
std::uint64_t share(std::uint64_t total, std::uint64_t index, std::uint64_t parts);

/// The range [begin, begin + size) of an extent that falls to core `index` of `parts`, all but the last equal.
struct Range { std::uint64_t begin, size; };
Range core_range(std::uint64_t extent, std::uint64_t index, std::uint64_t parts);

api::Level level_of(Home home);
inline bool outside(Home home) { return home == Home::memory || home == Home::shared || home == Home::host; }

}  // namespace presil::mapping
