// flow.h -- what must hold in every graph, for tests: nothing is read before it is made, nothing is made in vain,
// nothing is free.
#pragma once

#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "workloads/graph/graph.h"

namespace presil::workload::test {

class FlowCheck {
 public:
  explicit FlowCheck(const Graph& graph) : graph_(graph) {
    for (const Segment& segment : graph.segments) check(segment);
    check_chain();
    check_names();
  }
  /// One sentence for each broken rule; empty when all is well.
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  bool is_activation(TensorId id) const { return graph_.tensors.at(id).role == TensorRole::activation; }
  bool has_role(TensorId id, TensorRole role) const { return graph_.tensors.at(id).role == role; }

  void check(const Segment& segment) {
    std::set<TensorId> made(segment.entries.begin(), segment.entries.end()), used;
    if (segment.ops.empty() || segment.count == 0) problems_.push_back(segment.name + " is empty");
    for (const Op& op : segment.ops) {
      const std::string where = segment.name + "." + op.name;
      check_op(op, where);
      for (TensorId id : op.inputs) {
        used.insert(id);
        if (is_activation(id) && !made.contains(id)) problems_.push_back(where + " reads what nobody made");
      }
      for (TensorId id : op.outputs)
        if (!made.insert(id).second) problems_.push_back(where + " makes a tensor again");
    }
    used.insert(segment.exits.begin(), segment.exits.end());
    for (TensorId id : made)
      if (is_activation(id) && !used.contains(id))
        problems_.push_back(fmt::format("{}: nobody reads {}", segment.name, graph_.tensors[id].name));
    for (TensorId id : segment.exits)
      if (!made.contains(id)) problems_.push_back(segment.name + " has an exit that nobody made");
  }

  void check_op(const Op& op, const std::string& where) {
    if (!(op.flops() + op.vector_ops() + operand_bytes(graph_, op) > 0)) problems_.push_back(where + " is free");
    if (op.kind == OpKind::matmul && !(op.flops() > 0)) problems_.push_back(where + " multiplies nothing");
    if (op.kind == OpKind::attention && !(op.flops() > 0)) problems_.push_back(where + " attends to nothing");
    if (op.kind == OpKind::vector && !(op.vector_ops() > 0)) problems_.push_back(where + " computes nothing");
    if (op.kind == OpKind::gather && !(op.gather.row_bytes > 0 && op.gather.rows > 0))
      problems_.push_back(where + " gathers nothing");
    if (op.kind == OpKind::collective && !(op.collective.ranks > 1 && op.collective.bytes > 0))
      problems_.push_back(where + " exchanges nothing");
    if (!(op.weight_fraction > 0 && op.weight_fraction <= 1)) problems_.push_back(where + ": share of weights");
    if (op.inputs.empty() || op.outputs.empty()) problems_.push_back(where + " has no operands");
    for (TensorId id : op.weights)
      if (!has_role(id, TensorRole::weight)) problems_.push_back(where + " has a weight that is none");
    for (TensorId id : op.inputs)
      if (has_role(id, TensorRole::weight) || has_role(id, TensorRole::output))
        problems_.push_back(where + " has a wrong input");
    for (const auto* list : {&op.inputs, &op.outputs, &op.weights})
      for (TensorId id : *list)
        if (graph_.tensors.at(id).values == 0) problems_.push_back(where + " has an empty operand");
  }

  /// The hidden state that leaves a segment is the one that enters the next, and its own next repetition.
  void check_chain() {
    for (std::size_t i = 0; i < graph_.segments.size(); ++i) {
      const Segment& segment = graph_.segments[i];
      if (i > 0) same_size(graph_.segments[i - 1], segment);
      if (segment.count > 1) same_size(segment, segment);
    }
  }
  void same_size(const Segment& from, const Segment& to) {
    if (from.exits.empty() || to.entries.empty() ||
        graph_.tensors[from.exits[0]].values != graph_.tensors[to.entries[0]].values)
      problems_.push_back(fmt::format("{} does not lead to {}", from.name, to.name));
  }

  void check_names() {
    std::set<std::string> names;
    for (const Tensor& tensor : graph_.tensors)
      if (tensor.role == TensorRole::weight && !names.insert(tensor.name).second)
        problems_.push_back("two weights are called " + tensor.name);
  }

  const Graph& graph_;
  std::vector<std::string> problems_;
};

/// All operators of a class, with how often each runs.
inline std::vector<std::pair<const Op*, std::uint64_t>> find_ops(const Graph& graph, const std::string& name) {
  std::vector<std::pair<const Op*, std::uint64_t>> found;
  for (const Segment& segment : graph.segments)
    for (const Op& op : segment.ops)
      if (op.name == name) found.emplace_back(&op, segment.count);
  return found;
}

/// The one operator of a class; fails the test's own assumption by throwing otherwise.
inline const Op& only(const Graph& graph, const std::string& name) {
  const auto found = find_ops(graph, name);
  if (found.size() != 1) throw std::runtime_error(fmt::format("{} operators are called {}", found.size(), name));
  return *found.front().first;
}

}  // namespace presil::workload::test
