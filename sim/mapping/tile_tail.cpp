// tile_tail.cpp -- what happens to each tile of a result (see emitter.h).
#include <algorithm>
#include <cmath>

#include "sim/mapping/emitter.h"

namespace presil::mapping {

using api::Command;
using api::CommandId;
using api::CommandKind;

namespace {
constexpr std::uint64_t kParameterBytes = 64 * 1024;  ///< [assumed] a parameter is loaded in pieces of this

/// Where the weights of a model stay in macros, scales and biases stay in the tiles' buffers: kilobytes. Tables do not.
bool parameters_stay(const KernelWork& work) {
  return work.chip->core.macros.present() && place_weights(*work.graph, *work.chip).resident >= 1;
}
}  // namespace

bool fetched_ahead(const workload::Tensor& tensor) {
  return tensor.role == workload::TensorRole::weight || tensor.role == workload::TensorRole::kv_cache;
}

Command make_load(const KernelWork& work, workload::TensorId id, Slicer::Slice slice, std::uint16_t core,
                  CommandId barrier, api::Pool pool) {
  Command load;
  load.kind = CommandKind::load;
  load.core = core;
  load.op = static_cast<OpIndex>(work.kernel.main);
  load.transfer = {level_of(work.home(id)), work.placement->address[id] + slice.offset, 1, slice.bytes, slice.bytes};
  load.reserve[static_cast<std::size_t>(pool)] = slice.bytes;
  load.ahead = fetched_ahead(work.tensor(id));
  if (!load.ahead) load.barrier = barrier;
  return load;
}

void load_parameters(Batch& batch, const KernelWork& work) {
  const std::uint64_t piece = std::max<std::uint64_t>(1, std::min<std::uint64_t>(kParameterBytes, work.tile_bytes / 8));
  const bool stay = parameters_stay(work);
  const auto load = [&](std::size_t op_index) {
    const workload::Op& op = work.segment->ops[op_index];
    for (const workload::TensorId id : op.weights) {
      const auto bytes = static_cast<std::uint64_t>(std::ceil(work.tensor(id).bytes() * op.weight_fraction));
      // One value per column applies to every row, so every core needs it; a table goes where its rows are.
      const bool table = static_cast<double>(work.tensor(id).values) * op.weight_fraction > static_cast<double>(op.vector.columns);
      if (stay && !table) continue;
      const std::uint64_t cores = work.chip->cores;
      for (std::uint16_t core = 0; core < cores; ++core) {
        const std::uint64_t begin = table ? bytes * core / cores : 0, end = table ? bytes * (core + 1) / cores : bytes;
        for (std::uint64_t at = begin; at < end; at += piece) {
          Command command = make_load(work, id, {at, std::min(piece, end - at)}, core, 0);
          command.op = static_cast<OpIndex>(op_index);
          command.release = command.reserve;  // kept in registers, or used up, once there
          batch.add(command);
        }
      }
    }
  };
  if (work.main_op().kind == workload::OpKind::vector) load(work.kernel.main);
  for (const std::size_t i : work.kernel.epilogue) load(i);
}

TileTail::TileTail(const KernelWork& work, CommandId barrier) : work_(work), barrier_(barrier) {
  for (const auto id : work.kernel.epilogue_inputs) {
    if (outside(work.home(id))) inputs_.push_back({id, Slicer(work.tensor(id).bytes())});
    else local_inputs_ = true;
  }
  const bool adds = work.main_op().kind == workload::OpKind::matmul && work.main_op().matmul.accumulate;
  for (const auto id : work.kernel.outputs) {
    if (!outside(work.home(id))) continue;
    outputs_.push_back({id, Slicer(work.tensor(id).bytes())});
    if (adds) inputs_.push_back(outputs_.back());
  }
}

std::vector<Command> TileTail::vector_work(const Tile& tile, double part) const {
  std::vector<Command> commands;
  const auto add = [&](std::size_t op, api::LaneWork lanes) {
    Command command;
    command.kind = CommandKind::vector;
    command.core = tile.core;
    command.op = static_cast<OpIndex>(op);
    command.lanes = lanes;
    if (local_inputs_) command.barrier = barrier_;
    commands.push_back(command);
  };
  const double value = bytes_per_value(work_.main_op().compute);
  if (tile.finish) add(work_.kernel.main, *tile.finish);
  for (const std::size_t i : work_.kernel.epilogue) {
    const workload::Op& op = work_.segment->ops[i];
    if (op.kind != workload::OpKind::vector) continue;  // a cache write: its store is the work
    const double rows = static_cast<double>(op.vector.rows) * part;
    const double elements = rows * static_cast<double>(op.vector.columns);
    add(i, {elements * op.vector.simple, elements * op.vector.special + rows * op.vector.row_special, 2 * value * elements});
  }
  const bool adds = work_.main_op().kind == workload::OpKind::matmul && work_.main_op().matmul.accumulate;
  if (commands.empty()) add(work_.kernel.main, {(adds ? 2 : 1) * tile.elements, 0, (adds ? 12 : 4 + value) * tile.elements});
  return commands;
}

std::vector<Command> TileTail::stores(const Tile& tile) {
  std::vector<Command> commands;
  for (Input& output : outputs_) {
    const Slicer::Slice slice = output.slicer.up_to(tile.until);
    if (slice.bytes == 0) continue;
    Command store;
    store.kind = CommandKind::store;
    store.core = tile.core;
    store.op = static_cast<OpIndex>(work_.kernel.epilogue.empty() ? work_.kernel.main : work_.kernel.epilogue.back());
    store.transfer = {level_of(work_.home(output.id)), work_.placement->address[output.id] + slice.offset, 1, slice.bytes, slice.bytes};
    commands.push_back(store);
  }
  return commands;
}

void TileTail::emit(Batch& batch, const Tile& tile) {
  auto after = tile.after;
  std::uint64_t held = tile.held;
  for (Input& input : inputs_) {
    const Slicer::Slice slice = input.slicer.up_to(tile.until);
    if (slice.bytes == 0) continue;
    Command load = make_load(work_, input.id, slice, tile.core, barrier_);
    load.op = static_cast<OpIndex>(work_.kernel.epilogue.empty() ? work_.kernel.main : work_.kernel.epilogue.front());
    held += slice.bytes;
    after.push_back(batch.add(load));
  }
  std::vector<Command> vectors = vector_work(tile, tile.until - done_);
  done_ = tile.until;
  std::vector<Command> writes = stores(tile);
  (writes.empty() ? vectors.back() : writes.back()).release[0] += held;
  for (Command& command : vectors) {
    command.after = after;
    const CommandId id = batch.add(command);
    after.clear();
    after.push_back(id);
  }
  for (Command& command : writes) {
    command.after = after;
    batch.add(command);
  }
}

}  // namespace presil::mapping
