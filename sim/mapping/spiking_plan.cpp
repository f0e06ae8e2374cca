// spiking_plan.cpp -- implementation of spiking_plan.h.
#include "sim/mapping/spiking_plan.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/base/error.h"
#include "sim/base/integers.h"
#include "sim/mapping/spiking_matrices.h"
#include "workloads/ops/vector_costs.h"

namespace presil::mapping {

using spiking::Matrices;
using spiking::Stream;
using workload::OpKind;
using workload::TensorRole;

namespace {

constexpr double kMessageBytes = 4;        ///< of synapses, in a message that writes them
constexpr double kMeanDistance = 1.0 / 3;  ///< of two places of a row, over its length

std::string place_text(const spiking::CoreConfig& core, const Matrices& m) {
  const spiking::Placement p = spiking::place(core, m);
  return fmt::format("{} of {} x {} in blocks of {} x {} on {} cores{}", m.count, m.inputs, m.outputs,
                     p.inputs, p.outputs, p.blocks, p.sums > 0 ? fmt::format(", sums on {}", p.sums) : "");
}

/// Whether the cache takes a tensor in within the segment.
bool cached(const workload::Graph& graph, const workload::Segment& segment, workload::TensorId id) {
  if (graph.tensors[id].role == TensorRole::kv_cache) return true;
  for (const workload::Op& op : segment.ops)
    if (op.kind == OpKind::transfer && std::find(op.inputs.begin(), op.inputs.end(), id) != op.inputs.end() &&
        !op.outputs.empty() && graph.tensors[op.outputs.front()].role == TensorRole::kv_cache)
      return true;
  return false;
}

[[noreturn]] void refuse(const spiking::ChipConfig& chip, const workload::Op& op, const char* what) {
  throw InputError(fmt::format("operator '{}' {}, which {}, a chip of kind neuromorphic, does not do",
                               op.name, what, chip.name));
}

void check(const spiking::ChipConfig& chip, const workload::Op& op) {
  if (op.kind == OpKind::collective) refuse(chip, op, "exchanges data between devices");
  if (op.matmul.accumulate || op.attention.backward) refuse(chip, op, "is a gradient");
}

}  // namespace

SpikingPlan::SpikingPlan(const workload::Graph& graph, const spiking::ChipConfig& chip,
                         const spiking::SpikeCode& code)
    : graph_(graph), chip_(chip), code_(code) {
  std::uint64_t weights = 0, cache = 0;
  for (const workload::Segment& segment : graph.segments) {
    Part part;
    hold(segment, part);
    part.first = weights + segment.count / 2 * part.cores;
    part.first_cache = cache + segment.count / 2 * part.cache;
    weights += segment.count * part.cores;
    cache += segment.count * part.cache;
    neurons_ += segment.count * part.neurons;
    parts_.push_back(std::move(part));
  }
  for (Part& part : parts_) part.first_cache += weights;
  cores_ = weights + cache;
  if (cores_ <= chip.all_cores()) return;
  throw CapacityError(
      fmt::format("the model does not fit on the cores of {}:\n  weights         {:8} cores\n  keys and "
                  "values {:8} cores\n"
                  "  there are       {:8}\nsmaller formats (workload.formats.weights), a shorter context or "
                  "more chips (chip.chips) would help",
                  chip.name, weights, cache, chip.all_cores()));
}

void SpikingPlan::hold(const workload::Segment& segment, Part& part) {
  const auto take = [&](const std::vector<Matrices>& all, std::uint64_t& cores) {
    const std::uint64_t first = cores;
    for (const Matrices& m : all) {
      const spiking::Placement placed = spiking::place(chip_.core, m);
      cores += placed.cores();
      part.neurons += spiking::neurons(m, placed);
      most_neurons_ = std::max(most_neurons_, placed.most_neurons());
    }
    return first;
  };
  for (const workload::Op& op : segment.ops) {
    check(chip_, op);
    part.held.weights.push_back(take(weight_matrices(graph_, op), part.cores));
    part.held.cache.push_back(take(written_matrices(graph_, op), part.cache));
  }
}

const SpikingPlan::Part& SpikingPlan::part_of(const workload::Segment& segment) const {
  for (std::size_t i = 0; i < parts_.size(); ++i)
    if (&graph_.segments[i] == &segment) return parts_[i];
  for (std::size_t i = 0; i < parts_.size(); ++i)
    if (graph_.segments[i].name == segment.name) return parts_[i];
  throw RunError(fmt::format("segment {} is none of its pass: this is a defect of presil", segment.name));
}

std::string SpikingPlan::layout() const {
  std::string text = fmt::format("{} cores, {} neurons", cores_, neurons_);
  for (const Part& part : parts_) text += fmt::format(";{},{}", part.first, part.first_cache);
  return text;
}

spiking::Site SpikingPlan::site(std::uint64_t first) const {
  const std::uint64_t of_chip = std::uint64_t{chip_.mesh.columns} * chip_.mesh.rows;
  const std::uint64_t tiles = cores_ / chip_.cores * of_chip +
                              ceil_div(cores_ % chip_.cores, std::uint64_t{chip_.mesh.cores_per_tile});
  return {first, tiles, neurons_, most_neurons_};
}

void SpikingPlan::stream(SpikingCost& cost, const Matrices& m, const Stream& s, std::uint64_t first) const {
  const spiking::ProductCost product = spiking::product_cost(chip_, m, s, site(first));
  cost.core += product.core;
  cost.synchronisation += product.synchronisation;
  cost.busy += product.busy;
  cost.link += product.link;
  cost.events.add(product.events, 1);
  cost.synapse_bytes_read += product.events.synaptic_ops * spiking::weight_bits(m.format) / 8 /
                             static_cast<double>(chip_.core.synapses_of(m.format));
  const double instructions = product.messages * chip_.processors.message_instructions;
  cost.events.instructions += instructions;
  cost.processors += Seconds{instructions / chip_.instructions_per_s()};
  cost.plan += (cost.plan.empty() ? "" : "; ") + place_text(chip_.core, m);
}

void SpikingPlan::write(SpikingCost& cost, double bytes) const {
  const double messages = bytes / kMessageBytes,
               instructions = messages * chip_.processors.message_instructions;
  const double chips = (chip_.chips - 1) / 2.0;  // between the first and any
  cost.events.synapse_bytes_written += bytes;
  cost.events.spikes += messages;
  cost.events.hops_x += messages * chip_.mesh.columns * (kMeanDistance + chips);
  cost.events.hops_y += messages * chip_.mesh.rows * kMeanDistance;
  cost.events.crossings += messages * chips;
  cost.events.instructions += instructions;
  cost.processors += Seconds{instructions / chip_.instructions_per_s()};
}

void SpikingPlan::compute(SpikingCost& cost, double simple, double special) const {
  const double instructions = simple + special * chip_.processors.special_clocks;
  cost.simple_ops += simple;
  cost.special_ops += special;
  cost.events.instructions += instructions;
  cost.processors += Seconds{instructions / chip_.instructions_per_s()};
}

void SpikingPlan::product(SpikingCost& cost, const workload::Op& op, std::uint64_t first) const {
  const bool resident = !op.weights.empty();
  Matrices m = (resident ? weight_matrices : written_matrices)(graph_, op).front();
  m.count = op.matmul.batch;  // experts that no token goes to are silent
  if (!resident && graph_.tensors[op.inputs[1]].role != TensorRole::kv_cache)
    write(cost, static_cast<double>(m.count * m.inputs * m.outputs) * spiking::weight_bits(m.format) / 8);
  const std::uint64_t rows =
      op.matmul.routed_rows > 0 ? op.matmul.routed_rows : op.matmul.batch * op.matmul.m;
  Stream s{static_cast<double>(rows) / static_cast<double>(m.count), static_cast<double>(code_.steps),
           code_.rate, code_.rate};
  stream(cost, m, s, first);
}

void SpikingPlan::attention(SpikingCost& cost, const workload::Segment& segment, const workload::Op& op,
                            std::uint64_t first) const {
  const workload::Attention& a = op.attention;
  const std::vector<Matrices> matrices = written_matrices(graph_, op);
  for (std::size_t i = 0; i < matrices.size(); ++i) {
    const Matrices& m = matrices[i];
    const workload::TensorId operand = op.inputs[std::min(op.inputs.size() - 1, i + 1)];
    if (!cached(graph_, segment, operand))
      write(cost, static_cast<double>(m.count * m.inputs * m.outputs) * spiking::weight_bits(m.format) / 8);
  }
  if (a.shared_kv)  // values lie the other way round than the keys they are a part of
    write(cost, static_cast<double>(a.batch * a.kv_heads * a.q_len * a.v_dim) *
                    spiking::weight_bits(matrices[1].format) / 8);
  const double queries = static_cast<double>(a.q_len * a.heads) / static_cast<double>(a.kv_heads);
  const double seen = static_cast<double>(a.pairs()) / static_cast<double>(a.q_len * kept_keys(a));
  Stream s{queries, static_cast<double>(code_.steps), code_.rate, code_.rate};
  s.used_outputs = seen;
  stream(cost, matrices[0], s, first);
  std::swap(s.used_inputs, s.used_outputs);
  stream(cost, matrices[1], s, first + spiking::place(chip_.core, matrices[0]).cores());
  const double rows = static_cast<double>(a.batch * a.heads), scores = rows * static_cast<double>(a.pairs());
  const double bias = op.inputs.size() > 3 ? workload::cost::kAdd.simple : 0;
  compute(cost, scores * (workload::cost::kSoftmax.simple + bias),
          scores * workload::cost::kSoftmax.special +
              rows * static_cast<double>(a.q_len) * workload::cost::kSoftmax.row_special);
}

void SpikingPlan::look_up(SpikingCost& cost, const workload::Op& op, std::uint64_t first) const {
  const std::vector<Matrices> tables = weight_matrices(graph_, op);
  if (tables.empty())
    return compute(
        cost, static_cast<double>(op.gather.rows) * op.gather.row_bytes / bytes_per_value(op.compute), 0);
  Stream s{static_cast<double>(op.gather.rows), 1, 1 / static_cast<double>(tables.front().inputs), 1};
  s.one_hot = true;
  stream(cost, tables.front(), s, first);
}

void SpikingPlan::transfer(SpikingCost& cost, const workload::Op& op) const {
  double values = 0;
  const auto host = [&](double bytes) {
    cost.host += Seconds{bytes / chip_.host.bandwidth.value} + chip_.host.latency;
  };
  for (const auto id : op.inputs) {
    const workload::Tensor& tensor = graph_.tensors[id];
    if (tensor.role == TensorRole::input) cost.host_read += tensor.bytes();
  }
  for (const auto id : op.outputs) {
    const workload::Tensor& tensor = graph_.tensors[id];
    if (tensor.role == TensorRole::kv_cache)
      write(cost, static_cast<double>(tensor.values) * spiking::weight_bits(tensor.format) / 8);
    else
      values += static_cast<double>(tensor.values);
    if (tensor.role == TensorRole::output) cost.host_written += tensor.bytes();
  }
  if (cost.host_read > 0) host(cost.host_read);
  if (cost.host_written > 0) host(cost.host_written);
  if (values > 0) compute(cost, values, 0);
}

SpikingCost SpikingPlan::cost(const workload::Segment& segment, std::size_t index) const {
  const Part& part = part_of(segment);
  const workload::Op& op = segment.ops[index];
  const std::uint64_t weights = part.first + part.held.weights[index],
                      cache = part.first_cache + part.held.cache[index];
  SpikingCost cost;
  switch (op.kind) {
    case OpKind::matmul: product(cost, op, op.weights.empty() ? cache : weights); break;
    case OpKind::attention: attention(cost, segment, op, cache); break;
    case OpKind::gather: look_up(cost, op, weights); break;
    case OpKind::transfer: transfer(cost, op); break;
    case OpKind::vector: {
      const double rows = static_cast<double>(op.vector.rows),
                   elements = rows * static_cast<double>(op.vector.columns);
      compute(cost, elements * op.vector.simple, elements * op.vector.special + rows * op.vector.row_special);
      break;
    }
    case OpKind::collective: check(chip_, op); break;
  }
  if (cost.plan.empty()) cost.plan = "processors";
  return cost;
}

}  // namespace presil::mapping
