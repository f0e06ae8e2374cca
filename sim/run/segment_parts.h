// segment_parts.h -- a segment cut at its exchanges between devices.
#pragma once

#include <vector>

#include "workloads/graph/graph.h"

namespace presil::run {

/// A run of operators without an exchange, or one exchange.
struct SegmentPart {
  workload::Segment compute;              ///< a segment of its own: what it receives and leaves behind are its entries and exits
  const workload::Op* exchange{nullptr};  ///< null: `compute`
  std::size_t first{};                    ///< place of its first operator in the segment
};

/// In order; the segment must outlive them.
std::vector<SegmentPart> parts_of(const workload::Graph& graph, const workload::Segment& segment);

}  // namespace presil::run
