// segment_parts.cpp -- implementation of segment_parts.h.
#include "sim/run/segment_parts.h"

#include <set>
#include <utility>

namespace presil::run {

using workload::OpKind;
using workload::TensorId;

namespace {

bool is_activation(const workload::Graph& graph, TensorId id) { return graph.tensors[id].role == workload::TensorRole::activation; }

/// Entries and exits of a run of operators [first, last) of a segment.
void close(const workload::Graph& graph, const workload::Segment& whole, std::size_t first, std::size_t last, workload::Segment& part) {
  std::set<TensorId> made, entered, read_later(whole.exits.begin(), whole.exits.end());
  for (std::size_t i = last; i < whole.ops.size(); ++i) read_later.insert(whole.ops[i].inputs.begin(), whole.ops[i].inputs.end());
  for (std::size_t i = first; i < last; ++i) {
    for (const TensorId id : whole.ops[i].inputs)
      if (is_activation(graph, id) && !made.contains(id) && entered.insert(id).second) part.entries.push_back(id);
    made.insert(whole.ops[i].outputs.begin(), whole.ops[i].outputs.end());
  }
  for (const TensorId id : made)
    if (is_activation(graph, id) && read_later.contains(id)) part.exits.push_back(id);
}

}  // namespace

std::vector<SegmentPart> parts_of(const workload::Graph& graph, const workload::Segment& segment) {
  std::vector<SegmentPart> parts;
  std::size_t first = 0;
  const auto flush = [&](std::size_t last) {
    if (first == last) return;
    SegmentPart part;
    part.first = first;
    part.compute.name = segment.name;
    part.compute.ops.assign(segment.ops.begin() + static_cast<std::ptrdiff_t>(first), segment.ops.begin() + static_cast<std::ptrdiff_t>(last));
    close(graph, segment, first, last, part.compute);
    parts.push_back(std::move(part));
  };
  for (std::size_t i = 0; i < segment.ops.size(); ++i) {
    if (segment.ops[i].kind != OpKind::collective) continue;
    flush(i);
    first = i + 1;
    SegmentPart part;
    part.first = i;
    part.exchange = &segment.ops[i];
    parts.push_back(std::move(part));
  }
  flush(segment.ops.size());
  return parts;
}

}  // namespace presil::run
