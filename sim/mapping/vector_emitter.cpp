// vector_emitter.cpp -- commands of kernels that only stream: element-wise work, row reductions, gathers, copies.
#include "sim/mapping/vector_emitter.h"

#include <algorithm>
#include <cmath>

namespace presil::mapping {

using api::Command;
using api::CommandId;
using workload::OpKind;

namespace {
constexpr double kTileBytes = 256 * 1024;  ///< [assumed] grain of streaming kernels: large against latency
}  // namespace

StreamEmitter::StreamEmitter(const KernelWork& work, CommandId barrier)
    : work_(work), barrier_(barrier), tail_(work, barrier) {
  const workload::Op& op = work.main_op();
  double bytes = 0, grains = 1;
  for (const auto id : work.kernel.main_inputs) {
    if (op.kind == OpKind::gather && op.weights.empty() && sources_.empty() && outside(work.home(id))) {
      sources_.push_back({id, Slicer(static_cast<double>(op.gather.rows) * op.gather.row_bytes)});
    } else if (outside(work.home(id))) {
      sources_.push_back({id, Slicer(work.tensor(id).bytes())});
    } else {
      local_inputs_ = true;
    }
    bytes += work.tensor(id).bytes();
  }
  switch (op.kind) {
    case OpKind::vector:
      elements_ = static_cast<double>(op.vector.rows) * static_cast<double>(op.vector.columns);
      grains = op.vector.reduces ? static_cast<double>(op.vector.rows) : elements_;
      break;
    case OpKind::gather:
      table_rows_ = op.weights.empty() ? 0 : op.gather.rows;
      bytes = std::max(bytes, static_cast<double>(op.gather.rows) * op.gather.row_bytes);
      elements_ = static_cast<double>(op.gather.rows) * op.gather.row_bytes / bytes_per_value(op.compute);
      grains = static_cast<double>(op.gather.rows);
      break;
    default:
      for (const auto id : work.kernel.outputs) elements_ += static_cast<double>(work.tensor(id).values);
      grains = elements_;
  }
  for (const auto id : work.kernel.outputs) bytes = std::max(bytes, work.tensor(id).bytes());
  const double tile = std::min(kTileBytes, static_cast<double>(work.tile_bytes) / 8);
  const double wanted = std::max(static_cast<double>(work.chip->cores), std::ceil(bytes / tile));
  // A row that does not fit is reduced in pieces. (Rows of a table are far smaller.)
  const double needed = op.kind == OpKind::gather ? 1.0 : std::ceil(8 * bytes / static_cast<double>(work.tile_bytes));
  parts_ = static_cast<std::uint64_t>(std::max({1.0, needed, std::min(grains, wanted)}));
}

bool StreamEmitter::step(Batch& batch) {
  if (next_ == parts_) return false;
  if (next_ == 0) load_parameters(batch, work_);
  const auto core = static_cast<std::uint16_t>(next_ % work_.chip->cores);
  const workload::Op& op = work_.main_op();
  const double until = static_cast<double>(next_ + 1) / static_cast<double>(parts_);
  const double part = 1.0 / static_cast<double>(parts_);
  TileTail::Tile tile{core, until, {}, elements_ * part, 0, std::nullopt};
  for (Source& source : sources_) {
    const Slicer::Slice slice = source.slicer.up_to(until);
    if (slice.bytes == 0) continue;
    tile.held += slice.bytes;
    tile.after.push_back(batch.add(make_load(work_, source.id, slice, core, barrier_)));
  }
  if (table_rows_ > 0) gather_rows(batch, tile);
  if (op.kind == OpKind::vector) {
    const double rows = static_cast<double>(op.vector.rows) * part;
    const double elements = elements_ * part;
    tile.finish = api::LaneWork{elements * op.vector.simple, elements * op.vector.special + rows * op.vector.row_special,
                                2 * bytes_per_value(op.compute) * elements};
  }
  if (local_inputs_ && tile.after.empty()) wait_for_local(batch, tile);
  tail_.emit(batch, tile);
  ++next_;
  return true;
}

void StreamEmitter::gather_rows(Batch& batch, TileTail::Tile& tile) {
  const workload::Op& op = work_.main_op();
  const std::uint64_t rows = share(table_rows_, next_, parts_);
  if (rows == 0) return;
  const auto row_bytes = static_cast<std::uint64_t>(std::ceil(op.gather.row_bytes));
  const double table = work_.tensor(op.weights.front()).bytes();
  // Rows lie anywhere in the table: spread evenly, the mean distance of random ones.
  const auto stride = std::max(row_bytes, static_cast<std::uint64_t>(table / static_cast<double>(table_rows_)));
  Command load = make_load(work_, op.weights.front(), {0, row_bytes * rows}, tile.core, barrier_);
  load.transfer.address += share(table_rows_, 0, parts_) * next_ * stride;
  load.transfer.rows = rows;
  load.transfer.row_bytes = row_bytes;
  load.transfer.stride = stride;
  load.ahead = false;  // which rows is known only when the tokens are
  load.barrier = barrier_;
  tile.held += row_bytes * rows;
  tile.after.push_back(batch.add(load));
}

void StreamEmitter::wait_for_local(Batch& batch, TileTail::Tile& tile) {
  // Operands that are in the scratchpad already need no load: an empty vector command carries the barrier.
  Command wait;
  wait.kind = api::CommandKind::vector;
  wait.core = tile.core;
  wait.op = static_cast<OpIndex>(work_.kernel.main);
  wait.barrier = barrier_;
  tile.after.push_back(batch.add(wait));
}

}  // namespace presil::mapping
