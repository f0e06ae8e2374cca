// layout.h -- which devices make up the groups of a training run, and which groups leave their node.
//
// Ranks are numbered as Megatron-LM numbers them (megatron/core/parallel_state.py, order tp-cp-ep-dp-pp): the tensor group
// innermost, then context, data, and pipeline outermost; the devices of an expert group lie side by side in the context and
// data groups. Nodes take devices in that order.
#pragma once

#include <cstdint>

namespace presil::parallel {

struct Degrees {
  std::uint32_t tensor{1}, context{1}, expert{1}, data{1}, pipeline{1};
  std::uint64_t devices() const { return std::uint64_t{tensor} * context * data * pipeline; }
};

/// `ranks` devices, each `stride` after the one before.
struct GroupShape {
  std::uint64_t ranks{1}, stride{1};
};

inline GroupShape tensor_group(const Degrees& d) { return {d.tensor, 1}; }
inline GroupShape context_group(const Degrees& d) { return {d.context, d.tensor}; }
inline GroupShape expert_group(const Degrees& d) { return {d.expert, d.tensor}; }
/// Devices with the same parameters: those of the data and the context group together.
inline GroupShape replicas(const Degrees& d) { return {std::uint64_t{d.context} * d.data, d.tensor}; }
/// Devices with the same experts.
inline GroupShape expert_replicas(const Degrees& d) {
  return {std::uint64_t{d.context} * d.data / d.expert, std::uint64_t{d.tensor} * d.expert};
}
inline GroupShape pipeline_group(const Degrees& d) { return {d.pipeline, std::uint64_t{d.tensor} * d.context * d.data}; }

/// Members of a group in each node of `node` devices; all of them when the group stays in one.
std::uint64_t members_in_node(const GroupShape& group, std::uint64_t node);

}  // namespace presil::parallel
