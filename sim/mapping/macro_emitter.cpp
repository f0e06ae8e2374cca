// macro_emitter.cpp -- implementation of macro_emitter.h.
#include "sim/mapping/macro_emitter.h"

#include <algorithm>
#include <cmath>

#include "sim/base/integers.h"

namespace presil::mapping {

using api::Command;
using api::CommandId;
using api::CommandKind;

namespace {
std::uint64_t at_least_one(double bytes) {
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(bytes)));
}
}  // namespace

MacroEmitter::MacroEmitter(const KernelWork& work, CommandId barrier)
    : work_(work), barrier_(barrier), plan_(work.macro), tail_(work, barrier), written_(work.chip->cores) {
  const std::uint64_t moving = plan_.strips_of(0) - plan_.resident;
  parts_ = (plan_.resident > 0 ? 1 : 0) + ceil_div(moving, plan_.part);
  vectors_of_copy_ = ceil_div(work.task.m, plan_.copies);
  blocks_of_vectors_ = ceil_div(vectors_of_copy_, plan_.rows);
}

MacroEmitter::Piece MacroEmitter::piece(std::uint64_t copy, std::uint64_t index) const {
  const Range strips = core_range(plan_.strips, index, plan_.cores);
  const std::uint64_t resident = std::min(plan_.resident, strips.size);
  const std::uint64_t moved =
      part_ - (plan_.resident > 0 ? 1 : 0);  // parts before this one that were written
  const std::uint64_t begin = stays() ? 0 : std::min(strips.size, resident + moved * plan_.part);
  const std::uint64_t size = stays() ? resident : std::min(plan_.part, strips.size - begin);
  const Range vectors = core_range(work_.task.m, copy, plan_.copies);
  const std::uint64_t first = std::min(vectors.size, vector_block_ * plan_.rows);
  const auto core =
      static_cast<std::uint16_t>((plan_.first + copy * plan_.cores + index) % work_.chip->cores);
  return {core, strips.begin + begin, size, vectors.begin + first,
          std::min(plan_.rows, vectors.size - first)};
}

std::uint64_t MacroEmitter::columns_until(std::uint64_t strip) const {
  return work_.task.n * work_.task.batch * strip / (plan_.strips / plan_.depth_parts);
}

// Products of a batch have vectors of their own.
double MacroEmitter::input_rows(const Piece& p) const {
  const std::uint64_t of_product = plan_.strips / work_.task.batch;
  const std::uint64_t products = (p.first_strip + p.strips - 1) / of_product - p.first_strip / of_product + 1;
  return static_cast<double>(p.vectors * products);
}

bool MacroEmitter::step(Batch& batch) {
  if (part_ == parts_) return false;
  if (part_ == 0 && vector_block_ == 0) load_parameters(batch, work_);
  std::vector<TileTail::Tile> tiles;
  std::vector<Piece> pieces;
  for (std::uint64_t copy = 0; copy < plan_.copies; ++copy)
    for (std::uint64_t index = 0; index < plan_.cores; ++index) {
      const Piece p = piece(copy, index);
      if (p.empty()) continue;
      if (!stays() && vector_block_ == 0) write_weights(batch, p);
      TileTail::Tile& tile = tiles.emplace_back();
      tile.core = p.core;
      multiply(batch, p, tile);
      done_ += p.strips * p.vectors;
      tile.until = static_cast<double>(done_) /
                   (static_cast<double>(plan_.strips) * static_cast<double>(work_.task.m));
    }
  if (plan_.depth_parts > 1) exchange_sums(batch, tiles);
  for (const TileTail::Tile& tile : tiles) tail_.emit(batch, tile);
  if (++vector_block_ == blocks_of_vectors_) vector_block_ = 0, ++part_;
  return true;
}

void MacroEmitter::write_weights(Batch& batch, const Piece& p) {
  const workload::TensorId id = work_.main_op().weights.front();
  const MatmulTask& task = work_.task;
  const double values =
      static_cast<double>(task.batch) * static_cast<double>(task.n) * static_cast<double>(task.k);
  const auto bytes_until = [&](std::uint64_t strip) {
    return task.b_bytes * values * static_cast<double>(strip) / static_cast<double>(plan_.strips);
  };
  const double begin = bytes_until(p.first_strip), end = bytes_until(p.first_strip + p.strips);
  Written& written = written_[p.core];
  written.blocks = p.strips * plan_.deep;
  Command load =
      make_load(work_, id, {static_cast<std::uint64_t>(begin), at_least_one(end - begin)}, p.core, barrier_);
  load.reserve = {};
  load.reserve[static_cast<std::size_t>(api::Pool::cells)] = written.blocks;
  CommandId ready = batch.add(load);
  if (task.convert_ops > 0) {
    Command convert;
    convert.kind = CommandKind::vector;
    convert.core = p.core;
    convert.op = static_cast<OpIndex>(work_.kernel.main);
    const double converted = (end - begin) / task.b_bytes;
    convert.lanes = {converted * task.convert_ops, 0, converted * (task.b_bytes + task.b_scratch_bytes)};
    convert.after.push_back(ready);
    ready = batch.add(convert);
  }
  Command program;
  program.kind = CommandKind::program;
  program.core = p.core;
  program.op = static_cast<OpIndex>(work_.kernel.main);
  program.macro.blocks = written.blocks;
  program.after.push_back(ready);
  written.ready = batch.add(program);
}

void MacroEmitter::multiply(Batch& batch, const Piece& p, TileTail::Tile& tile) {
  const MatmulTask& task = work_.task;
  const std::uint64_t depth = ceil_div(task.k, plan_.depth_parts);
  const std::uint64_t columns = columns_until(p.first_strip + p.strips) - columns_until(p.first_strip);
  Command product;
  product.kind = CommandKind::in_memory;
  product.core = p.core;
  product.op = static_cast<OpIndex>(work_.kernel.main);
  product.array = {p.vectors, columns, depth, 1, task.format, 0};
  const std::uint64_t blocks = p.strips * plan_.deep;
  product.macro = {
      p.vectors,
      static_cast<std::uint64_t>(std::ceil(static_cast<double>(blocks) / work_.chip->core.macros.arrays())),
      blocks};
  const workload::TensorId a = work_.kernel.main_inputs.front();
  if (outside(work_.home(a))) {
    const double row = task.a_bytes * static_cast<double>(depth);
    const Slicer::Slice slice{static_cast<std::uint64_t>(task.a_bytes * static_cast<double>(p.first_vector) *
                                                         static_cast<double>(task.k)),
                              at_least_one(row * input_rows(p))};
    product.after.push_back(batch.add(make_load(work_, a, slice, p.core, barrier_)));
    product.release[0] = slice.bytes;
  } else {
    product.barrier = barrier_;
  }
  product.reserve[0] = p.vectors * columns * kPartialSumBytes;
  if (!stays()) {
    product.after.push_back(written_[p.core].ready);
    if (vector_block_ + 1 == blocks_of_vectors_)
      product.release[static_cast<std::size_t>(api::Pool::cells)] = written_[p.core].blocks;
  }
  tile.held = product.reserve[0];
  tile.elements = static_cast<double>(p.vectors * columns);
  tile.after.push_back(batch.add(product));
}

// Of the sums of a cut strip each core keeps one share and gets that of the others.
void MacroEmitter::exchange_sums(Batch& batch, std::vector<TileTail::Tile>& tiles) {
  const double moved = static_cast<double>(plan_.depth_parts - 1) / static_cast<double>(plan_.depth_parts);
  Command move;
  move.op = static_cast<OpIndex>(work_.kernel.main);
  move.transfer.level = work_.chip->shared.present() ? api::Level::shared : api::Level::memory;
  boost::container::small_vector<CommandId, 6> stored;
  const auto bytes = [&](const TileTail::Tile& tile) {
    return at_least_one(moved * static_cast<double>(tile.held));
  };
  for (const TileTail::Tile& tile : tiles) {
    Command store = move;
    store.kind = CommandKind::store;
    store.core = tile.core;
    store.transfer.row_bytes = store.transfer.stride = bytes(tile);
    store.after = tile.after;
    stored.push_back(batch.add(store));
  }
  for (TileTail::Tile& tile : tiles) {
    Command load = move;
    load.kind = CommandKind::load;
    load.core = tile.core;
    load.transfer.row_bytes = load.transfer.stride = load.reserve[0] = bytes(tile);
    load.after = stored;
    Command add;
    add.kind = CommandKind::vector;
    add.core = tile.core;
    add.op = move.op;
    add.lanes = {moved * tile.elements, 0, 2 * static_cast<double>(load.reserve[0])};
    add.after.push_back(batch.add(load));
    add.release[0] = load.reserve[0];
    tile.after.assign(1, batch.add(add));
    tile.elements /= static_cast<double>(plan_.depth_parts);
  }
}

}  // namespace presil::mapping
