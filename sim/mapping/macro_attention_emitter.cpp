// macro_attention_emitter.cpp -- implementation of macro_attention_emitter.h.
#include "sim/mapping/macro_attention_emitter.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "sim/base/error.h"
#include "sim/base/integers.h"

namespace presil::mapping {

using api::Command;
using api::CommandId;
using api::CommandKind;

namespace {

/// Queries at a time: their scores and results, twice, in three quarters of the space.
std::uint64_t tile_of(const KernelWork& work, std::uint64_t rows) {
  const workload::Attention& a = work.main_op().attention;
  const double row = static_cast<double>(a.kv_len + a.v_dim) * static_cast<double>(kPartialSumBytes) +
                     static_cast<double>(a.qk_dim) * bytes_per_value(work.main_op().compute);
  const auto tile =
      std::min(rows, static_cast<std::uint64_t>(0.75 * static_cast<double>(work.tile_bytes) / 2 / row));
  if (tile == 0)
    throw CapacityError(fmt::format(
        "scores of a query over {} keys do not fit the {} B of scratchpad that a tile has for them twice",
        a.kv_len, work.tile_bytes));
  return tile;
}

}  // namespace

MacroAttentionEmitter::MacroAttentionEmitter(const KernelWork& work, CommandId barrier)
    : work_(work),
      barrier_(barrier),
      shape_(work.main_op().attention),
      tail_(work, barrier),
      value_bytes_(bytes_per_value(work.main_op().compute)),
      pairs_(shape_.batch * shape_.kv_heads),
      rows_(shape_.q_len * (shape_.heads / shape_.kv_heads)),
      tile_(tile_of(work, rows_)) {}

bool MacroAttentionEmitter::step(Batch& batch) {
  if (pair_ == pairs_) return false;
  const auto core = static_cast<std::uint16_t>(pair_ % work_.chip->cores);
  const CommandId written = write_cache(batch, core);
  for (std::uint64_t at = 0; at < rows_; at += tile_)
    attend(batch, core, std::min(tile_, rows_ - at), written);
  ++pair_;
  return true;
}

CommandId MacroAttentionEmitter::write_cache(Batch& batch, std::uint16_t core) {
  const std::uint64_t fresh = work_.cache_stays ? shape_.q_len : shape_.kv_len;
  const CacheBlocks blocks = cache_blocks(work_.chip->core.macros, shape_, fresh);
  Command program;
  program.kind = CommandKind::program;
  program.core = core;
  program.op = static_cast<OpIndex>(work_.kernel.main);
  program.macro.blocks = blocks.keys + blocks.values;
  program.barrier = barrier_;
  for (std::size_t input = 1; input < (shape_.shared_kv ? 2u : 3u); ++input) {
    const workload::TensorId id = work_.kernel.main_inputs.at(input);
    if (!outside(work_.home(id))) continue;
    const double row = static_cast<double>(input == 1 ? shape_.qk_dim : shape_.v_dim) *
                       bytes_per_value(work_.tensor(id).format);
    const double first = static_cast<double>(pair_ * shape_.kv_len + (shape_.kv_len - fresh)) * row;
    Command load = make_load(work_, id,
                             {static_cast<std::uint64_t>(first),
                              static_cast<std::uint64_t>(std::ceil(static_cast<double>(fresh) * row))},
                             core, barrier_);
    load.reserve = {};  // through the port into the cells' drivers
    program.after.push_back(batch.add(load));
  }
  return batch.add(program);
}

Command MacroAttentionEmitter::product(std::uint16_t core, std::uint64_t rows, std::uint64_t columns,
                                       std::uint64_t depth, std::uint64_t blocks) const {
  Command command;
  command.kind = CommandKind::in_memory;
  command.core = core;
  command.op = static_cast<OpIndex>(work_.kernel.main);
  command.array = {rows, columns, depth, 1, work_.main_op().compute, 0};
  command.macro = {
      rows,
      static_cast<std::uint64_t>(std::ceil(static_cast<double>(blocks) / work_.chip->core.macros.arrays())),
      blocks};
  command.reserve[0] = rows * columns * kPartialSumBytes;
  return command;
}

void MacroAttentionEmitter::attend(Batch& batch, std::uint16_t core, std::uint64_t rows, CommandId written) {
  const CacheBlocks blocks = cache_blocks(work_.chip->core.macros, shape_, shape_.kv_len);
  Command score = product(core, rows, shape_.kv_len, shape_.qk_dim, blocks.keys);
  score.after.push_back(written);
  const workload::TensorId q = work_.kernel.main_inputs.at(0);
  if (outside(work_.home(q))) {
    const double row = static_cast<double>(shape_.qk_dim) * value_bytes_;
    const Slicer::Slice slice{static_cast<std::uint64_t>(static_cast<double>(done_) * row),
                              static_cast<std::uint64_t>(std::ceil(static_cast<double>(rows) * row))};
    score.after.push_back(batch.add(make_load(work_, q, slice, core, barrier_)));
    score.release[0] = slice.bytes;
  } else {
    score.barrier = barrier_;
  }
  Command softmax;
  softmax.kind = CommandKind::vector;
  softmax.core = core;
  softmax.op = score.op;
  const double scores = static_cast<double>(rows) * static_cast<double>(shape_.kv_len);
  softmax.lanes = {scores * kScoreSimpleOps, scores * kScoreSpecialOps + static_cast<double>(rows),
                   scores * (static_cast<double>(kPartialSumBytes) + value_bytes_)};
  const std::uint64_t held = score.reserve[0];
  softmax.after.push_back(batch.add(score));
  Command value = product(core, rows, shape_.v_dim, shape_.kv_len, blocks.values);
  value.after.push_back(batch.add(softmax));
  value.release[0] = held;
  done_ += rows;
  TileTail::Tile tile{core,
                      static_cast<double>(done_) / static_cast<double>(pairs_ * rows_),
                      {},
                      static_cast<double>(rows * shape_.v_dim),
                      value.reserve[0],
                      std::nullopt};
  tile.after.push_back(batch.add(value));
  tail_.emit(batch, tile);
}

}  // namespace presil::mapping
