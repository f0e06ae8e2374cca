// gradient_tape.h -- the way back as it is written: operators, gradients that arrive at a tensor, and what the way forward must keep.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "workloads/training/training_pass.h"

namespace presil::workload {

bool contains(const std::vector<TensorId>& ids, TensorId id);

class GradientTape {
 public:
  GradientTape(const Graph& forward, const Segment& segment, Format activations);

  Graph take() { return std::move(graph_); }
  const std::set<TensorId>& kept() const { return kept_; }

 protected:
  const Segment& segment() const { return segment_; }  ///< of the way forward
  Segment& back() { return graph_.segments.back(); }
  const Tensor& tensor(TensorId id) const { return graph_.tensors[id]; }
  bool differentiable(TensorId id) const;

  TensorId fresh(const std::string& name, std::uint64_t values, Format format);
  TensorId fresh(const std::string& name, std::uint64_t values) { return fresh(name, values, activations_); }
  /// Gradients of parameters.
  TensorId fresh_gradient(const std::string& name, std::uint64_t values, Format format);
  void contribute(TensorId id, TensorId gradient);
  /// The sum of what was contributed; none when nothing was.
  TensorId gradient_of(TensorId id);
  TensorId keep(TensorId id);

  const Op* producer(TensorId id) const;
  std::size_t readers(TensorId id) const;
  /// The exchange by which a product's operand enters a shared part, if that is all the operand is for.
  const Op* entrance(TensorId operand) const;

  Op& emit(Op op);
  void emit_vector(const std::string& name, VectorWork work, std::vector<TensorId> inputs, std::vector<TensorId> outputs);
  TensorId emit_exchange(const Collective& what, TensorId input, std::uint64_t values, bool overlapped);

 private:
  const Segment& segment_;
  const Format activations_;
  Graph graph_;
  std::map<TensorId, std::vector<TensorId>> parts_;
  std::set<TensorId> kept_;
};

}  // namespace presil::workload
