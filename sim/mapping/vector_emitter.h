// vector_emitter.h -- commands of kernels that only stream: element-wise work, row reductions, gathers, copies.
#pragma once

#include <vector>

#include "sim/mapping/emitter.h"

namespace presil::mapping {

/// Cuts the work into parts of about 256 KiB (whole rows where rows are reduced, unless a row does not fit) and deals
/// them to the cores:
/// read what is outside, work, write what leaves.
class StreamEmitter : public Emitter {
 public:
  StreamEmitter(const KernelWork& work, api::CommandId barrier);
  bool step(Batch& batch) override;

 private:
  struct Source { workload::TensorId id; Slicer slicer; };
  void gather_rows(Batch& batch, TileTail::Tile& tile);
  void wait_for_local(Batch& batch, TileTail::Tile& tile);

  const KernelWork& work_;
  const api::CommandId barrier_;
  TileTail tail_;
  std::vector<Source> sources_;
  bool local_inputs_{false};
  double elements_{0};
  std::uint64_t table_rows_{0};
  std::uint64_t parts_{1}, next_{0};
};

}  // namespace presil::mapping
