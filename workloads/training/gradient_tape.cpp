// gradient_tape.cpp -- implementation of gradient_tape.h.
#include "workloads/training/gradient_tape.h"

#include <algorithm>

#include "workloads/ops/vector_costs.h"

namespace presil::workload {

namespace {

const char* name_of(CollectiveKind kind) {
  switch (kind) {
    case CollectiveKind::all_reduce: return "all_reduce";
    case CollectiveKind::copy: return "copy";
    case CollectiveKind::all_gather: return "all_gather";
    case CollectiveKind::reduce_scatter: return "reduce_scatter";
    case CollectiveKind::all_to_all: break;
  }
  return "expert_exchange";
}

}  // namespace

bool contains(const std::vector<TensorId>& ids, TensorId id) { return std::find(ids.begin(), ids.end(), id) != ids.end(); }

GradientTape::GradientTape(const Graph& forward, const Segment& segment, Format activations) : segment_(segment), activations_(activations) {
  graph_.phase = "backward";
  graph_.tensors = forward.tensors;
  graph_.segments.push_back({segment.name, segment.count, {}, {}, {}});
}

bool GradientTape::differentiable(TensorId id) const {
  return tensor(id).role == TensorRole::activation && !is_integer(tensor(id).format);
}

TensorId GradientTape::fresh(const std::string& name, std::uint64_t values, Format format) {
  return graph_.add({name, TensorRole::activation, format, values});
}

TensorId GradientTape::fresh_gradient(const std::string& name, std::uint64_t values, Format format) {
  return graph_.add({name, TensorRole::gradient, format, values});
}

void GradientTape::contribute(TensorId id, TensorId gradient) {
  if (differentiable(id) && gradient != kNoTensor) parts_[id].push_back(gradient);
}

TensorId GradientTape::gradient_of(TensorId id) {
  std::vector<TensorId>& parts = parts_[id];
  if (parts.empty()) return kNoTensor;
  if (parts.size() > 1) {
    const std::uint64_t values = tensor(id).values;
    const TensorId sum = fresh("d_sum", values);
    emit_vector("gradient_add", vector_work(1, values, cost::sum_of(parts.size())), parts, {sum});
    parts = {sum};
  }
  return parts.front();
}

TensorId GradientTape::keep(TensorId id) {
  if (tensor(id).role == TensorRole::activation) kept_.insert(id);
  return id;
}

const Op* GradientTape::producer(TensorId id) const {
  for (const Op& op : segment_.ops)
    if (contains(op.outputs, id)) return &op;
  return nullptr;
}

std::size_t GradientTape::readers(TensorId id) const {
  return static_cast<std::size_t>(std::count_if(segment_.ops.begin(), segment_.ops.end(), [&](const Op& op) { return contains(op.inputs, id); }));
}

const Op* GradientTape::entrance(TensorId operand) const {
  const Op* maker = producer(operand);
  if (maker == nullptr || maker->kind != OpKind::collective || maker->collective.group != Group::tensor || readers(operand) != 1) return nullptr;
  return maker;
}

Op& GradientTape::emit(Op op) {
  back().ops.push_back(std::move(op));
  return back().ops.back();
}

void GradientTape::emit_vector(const std::string& name, VectorWork work, std::vector<TensorId> inputs, std::vector<TensorId> outputs) {
  Op op;
  op.name = name;
  op.kind = OpKind::vector;
  op.vector = work;
  op.compute = activations_;
  op.inputs = std::move(inputs);
  op.outputs = std::move(outputs);
  emit(std::move(op));
}

TensorId GradientTape::emit_exchange(const Collective& what, TensorId input, std::uint64_t values, bool overlapped) {
  Op op;
  op.name = name_of(what.kind);
  op.kind = OpKind::collective;
  op.collective = what;
  op.collective.overlapped = overlapped;
  op.compute = tensor(input).format;
  op.inputs = {input};
  op.outputs = {fresh("d_exchanged", values, tensor(input).format)};
  return emit(std::move(op)).outputs.front();
}

}  // namespace presil::workload
