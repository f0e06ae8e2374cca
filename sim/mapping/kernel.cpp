// kernel.cpp -- implementation of kernel.h.
#include "sim/mapping/kernel.h"

#include <algorithm>

namespace presil::mapping {

using workload::Op;
using workload::OpKind;
using workload::TensorId;

namespace {

bool contains(const std::vector<TensorId>& list, TensorId id) { return std::find(list.begin(), list.end(), id) != list.end(); }

bool reads_any(const Op& op, const std::vector<TensorId>& produced) {
  return std::any_of(op.inputs.begin(), op.inputs.end(), [&](TensorId id) { return contains(produced, id); });
}

bool can_join(const Op& op) {
  return (op.kind == OpKind::vector && !op.vector.reduces) || op.kind == OpKind::transfer;
}

bool can_lead(const Op& op) { return op.kind == OpKind::matmul || op.kind == OpKind::vector || op.kind == OpKind::attention; }

bool on_host(const workload::Graph& graph, const Op& op) {
  const auto host = [&](TensorId id) {
    const auto role = graph.tensors[id].role;
    return role == workload::TensorRole::input || role == workload::TensorRole::output;
  };
  return std::any_of(op.inputs.begin(), op.inputs.end(), host) || std::any_of(op.outputs.begin(), op.outputs.end(), host);
}

/// A tensor leaves its kernel when a later operator reads it, when it is not an activation, or when nothing in the
/// segment reads it (it is the segment's result).
bool leaves(const workload::Graph& graph, const workload::Segment& segment, const Kernel& kernel, TensorId id) {
  if (graph.tensors[id].role != workload::TensorRole::activation || contains(segment.exits, id)) return true;
  const std::size_t last = kernel.epilogue.empty() ? kernel.main : kernel.epilogue.back();
  bool read_inside = false;
  for (std::size_t i = 0; i < segment.ops.size(); ++i) {
    if (!contains(segment.ops[i].inputs, id)) continue;
    if (i > last) return true;
    read_inside = true;
  }
  return !read_inside;
}

void link_tensors(const workload::Graph& graph, const workload::Segment& segment, Kernel& kernel) {
  kernel.main_inputs = segment.ops[kernel.main].inputs;
  std::vector<TensorId> produced = segment.ops[kernel.main].outputs;
  for (const std::size_t i : kernel.epilogue) {
    for (const TensorId id : segment.ops[i].inputs)
      if (!contains(produced, id) && !contains(kernel.epilogue_inputs, id)) kernel.epilogue_inputs.push_back(id);
    produced.insert(produced.end(), segment.ops[i].outputs.begin(), segment.ops[i].outputs.end());
  }
  for (const TensorId id : produced)
    if (leaves(graph, segment, kernel, id)) kernel.outputs.push_back(id);
}

}  // namespace

std::vector<Kernel> fuse(const workload::Graph& graph, const workload::Segment& segment, bool fuse) {
  std::vector<Kernel> kernels;
  std::vector<TensorId> produced;  // by the kernel being built
  bool open = false;
  for (std::size_t i = 0; i < segment.ops.size(); ++i) {
    const Op& op = segment.ops[i];
    if (fuse && open && can_join(op) && !on_host(graph, op) && reads_any(op, produced)) {
      kernels.back().epilogue.push_back(i);
    } else {
      kernels.push_back({i, {}, {}, {}, {}});
      produced.clear();
      open = can_lead(op);
    }
    produced.insert(produced.end(), op.outputs.begin(), op.outputs.end());
  }
  for (Kernel& kernel : kernels) link_tensors(graph, segment, kernel);
  return kernels;
}

}  // namespace presil::mapping
