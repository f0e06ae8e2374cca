// attention_emitter.cpp -- implementation of attention_emitter.h.
#include "sim/mapping/attention_emitter.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "sim/base/integers.h"

namespace presil::mapping {

using api::Command;
using api::CommandId;
using api::CommandKind;

namespace {
constexpr std::uint64_t kPartialBytes = 4;
std::uint64_t to_bytes(double bytes) { return static_cast<std::uint64_t>(std::ceil(bytes)); }
}  // namespace

AttentionEmitter::AttentionEmitter(const KernelWork& work, CommandId barrier)
    : work_(work),
      barrier_(barrier),
      shape_(work.main_op().attention),
      plan_(work.attention),
      tail_(work, barrier),
      value_bytes_(bytes_per_value(work.main_op().compute)),
      kv_value_bytes_(bytes_per_value(work.tensor(work.kernel.main_inputs.at(1)).format)),
      group_(shape_.heads / shape_.kv_heads),
      blocks_(ceil_div(shape_.q_len, plan_.block)),
      units_(shape_.batch * shape_.kv_heads * blocks_ * plan_.row_parts),
      arrays_(work.chip->arrays()) {}

AttentionEmitter::Unit AttentionEmitter::make_unit(std::uint64_t index) const {
  const std::uint64_t pairs = shape_.batch * shape_.kv_heads;
  const std::uint64_t part = index % plan_.row_parts;
  const std::uint64_t pair = index / plan_.row_parts % pairs;
  const std::uint64_t block = index / plan_.row_parts / pairs;
  const std::uint64_t first = block * plan_.block;
  const std::uint64_t positions = std::min(plan_.block, shape_.q_len - first);
  Unit unit{};
  unit.pair = pair;
  unit.block = block;
  unit.rows = share(positions * group_, part, plan_.row_parts);
  unit.row_offset = (pair * shape_.q_len + first) * group_ + positions * group_ * part / plan_.row_parts;
  unit.keys = visible_keys(shape_, first, positions);
  unit.first = block == 0 && part == 0;
  return unit;
}

void AttentionEmitter::begin_wave() {
  cores_.assign(work_.chip->cores, {});
  tile_ = tiles_ = 0;
  for (std::uint64_t i = 0; i < arrays_ && next_unit_ < units_; ++i, ++next_unit_) {
    Unit unit = make_unit(next_unit_);
    if (unit.rows == 0) continue;
    unit.array = static_cast<std::uint8_t>(i % work_.chip->core.arrays);
    tiles_ = std::max(tiles_, ceil_div(unit.keys.end - unit.keys.begin, plan_.kv_tile));
    cores_[i / work_.chip->core.arrays].units.push_back(unit);
  }
  in_wave_ = true;
}

KeyRange AttentionEmitter::tile_of(const Unit& unit, std::uint64_t tile) const {
  const std::uint64_t begin = std::min(unit.keys.end, unit.keys.begin + tile * plan_.kv_tile);
  return {begin, std::min(unit.keys.end, begin + plan_.kv_tile)};
}

Command AttentionEmitter::unit_command(CommandKind kind, std::uint16_t core, const Unit& unit) const {
  Command command;
  command.kind = kind;
  command.core = core;
  command.op = static_cast<OpIndex>(work_.kernel.main);
  command.array.array = unit.array;
  command.array.format = work_.main_op().compute;
  return command;
}

bool AttentionEmitter::step(Batch& batch) {
  if (!in_wave_ && next_unit_ == units_) return false;
  const bool starting = !in_wave_;
  if (starting) begin_wave();
  const auto cores = static_cast<std::uint16_t>(cores_.size());
  if (starting) {
    for (std::uint16_t core = 0; core < cores; ++core) load_queries(batch, core);
    for (std::uint16_t core = 0; core < cores; ++core) score(batch, core, 0);
  }
  for (std::uint16_t core = 0; core < cores; ++core) {
    if (tile_ + 1 < tiles_) score(batch, core, tile_ + 1);
    apply(batch, core, tile_);
  }
  if (++tile_ < tiles_) return true;
  for (std::uint16_t core = 0; core < cores; ++core) finish(batch, core);
  in_wave_ = false;
  return true;
}

void AttentionEmitter::load_queries(Batch& batch, std::uint16_t core) {
  const workload::TensorId q = work_.kernel.main_inputs.at(0);
  for (Unit& unit : cores_[core].units) {
    if (!outside(work_.home(q))) continue;
    const double row = static_cast<double>(shape_.qk_dim) * value_bytes_;
    const Slicer::Slice slice{to_bytes(static_cast<double>(unit.row_offset) * row), to_bytes(static_cast<double>(unit.rows) * row)};
    unit.query = batch.add(make_load(work_, q, slice, core, barrier_));
    unit.query_bytes = slice.bytes;
    if (!shape_.backward) continue;
    const double value_row = static_cast<double>(shape_.v_dim) * value_bytes_;
    const std::size_t inputs = work_.kernel.main_inputs.size();
    for (const std::size_t input : {inputs - 2, inputs - 1}) {  // O and dO
      const Slicer::Slice rows{to_bytes(static_cast<double>(unit.row_offset) * value_row), to_bytes(static_cast<double>(unit.rows) * value_row)};
      unit.query = batch.add(make_load(work_, work_.kernel.main_inputs[input], rows, core, barrier_));
      unit.query_bytes += rows.bytes;
    }
  }
}

void AttentionEmitter::load_tiles(Batch& batch, std::uint16_t core, std::uint64_t tile) {
  CoreWave& wave = cores_[core];
  auto& tiles = wave.tiles[tile % 2];
  tiles.clear();
  for (const Unit& unit : wave.units) {
    const KeyRange keys = tile_of(unit, tile);
    if (keys.begin == keys.end) continue;
    const auto known = std::find_if(tiles.begin(), tiles.end(), [&](const KeyTile& t) { return t.pair == unit.pair && t.block == unit.block; });
    if (known != tiles.end()) {
      ++known->sharers;
      continue;
    }
    const auto load = [&](std::size_t input, std::uint64_t dim, CommandId& id, std::uint64_t& bytes) {
      const workload::TensorId tensor = work_.kernel.main_inputs.at(input);
      if (!outside(work_.home(tensor))) return false;
      const double row = static_cast<double>(dim) * kv_value_bytes_;
      const Slicer::Slice slice{to_bytes(static_cast<double>(unit.pair * shape_.kv_len + keys.begin) * row),
                                to_bytes(static_cast<double>(keys.end - keys.begin) * row)};
      id = batch.add(make_load(work_, tensor, slice, core, barrier_));
      bytes = slice.bytes;
      return true;
    };
    KeyTile added{unit.pair, unit.block, 0, 0, 0, 0, 1, false, false};
    added.keys_loaded = load(1, shape_.qk_dim, added.keys, added.key_bytes);
    if (!shape_.shared_kv) added.values_loaded = load(2, shape_.v_dim, added.values, added.value_bytes);
    tiles.push_back(added);
  }
}

const AttentionEmitter::KeyTile& AttentionEmitter::shared_tile(const CoreWave& wave, const Unit& unit, std::uint64_t tile) const {
  for (const KeyTile& t : wave.tiles[tile % 2])
    if (t.pair == unit.pair && t.block == unit.block) return t;
  throw std::logic_error{"attention unit without its tile of keys"};
}

void AttentionEmitter::score(Batch& batch, std::uint16_t core, std::uint64_t tile) {
  CoreWave& wave = cores_[core];
  load_tiles(batch, core, tile);
  std::vector<std::size_t> taken(wave.tiles[tile % 2].size(), 0);
  for (Unit& unit : wave.units) {
    const KeyRange keys = tile_of(unit, tile);
    if (keys.begin == keys.end) continue;
    const KeyTile& shared = shared_tile(wave, unit, tile);
    Command command = unit_command(CommandKind::matmul, core, unit);
    command.array.m = unit.rows;
    command.array.n = keys.end - keys.begin;
    command.array.k = shape_.qk_dim;
    if (unit.query_bytes > 0) command.after.push_back(unit.query);
    if (shared.keys_loaded) command.after.push_back(shared.keys);
    if (unit.query_bytes == 0 || !shared.keys_loaded) command.barrier = barrier_;
    command.reserve[0] = unit.rows * (keys.end - keys.begin) * kPartialBytes;
    unit.score_bytes[tile % 2] = command.reserve[0];
    const auto slot = static_cast<std::size_t>(&shared - wave.tiles[tile % 2].data());
    if (!shape_.shared_kv) command.release[0] = share(shared.key_bytes, taken[slot]++, shared.sharers);
    unit.scored[tile % 2] = batch.add(command);
  }
}

bool AttentionEmitter::biased() const {
  const std::size_t operands = (shape_.shared_kv ? 2 : 3) + (shape_.backward ? 2 : 0);
  return work_.kernel.main_inputs.size() > operands;
}

/// Probabilities of a tile from its scores; of the gradient also what they hand on (kGradientSimpleOps).
CommandId AttentionEmitter::weigh(Batch& batch, std::uint16_t core, Unit& unit, std::uint64_t tile, double converted) {
  const KeyRange keys = tile_of(unit, tile);
  const double scores = static_cast<double>(unit.rows) * static_cast<double>(keys.end - keys.begin);
  const double rescaled = tile > 0 && !shape_.backward ? static_cast<double>(unit.rows) * static_cast<double>(shape_.v_dim) : 0;
  Command softmax = unit_command(CommandKind::vector, core, unit);
  softmax.lanes.simple_ops = scores * ((shape_.backward ? kGradientSimpleOps : kScoreSimpleOps) + (biased() ? 1 : 0)) + rescaled * kRescaleOps + converted;
  softmax.lanes.special_ops = scores * kScoreSpecialOps;
  softmax.lanes.scratchpad_bytes = scores * (kPartialBytes + value_bytes_) * (shape_.backward ? 2 : 1) + 2 * rescaled * kPartialBytes;
  softmax.after.push_back(unit.scored[tile % 2]);
  if (biased() && outside(work_.home(work_.kernel.main_inputs.at(shape_.shared_kv ? 2 : 3)))) {
    const auto bytes = to_bytes(scores * value_bytes_);
    Command load = make_load(work_, work_.kernel.main_inputs.at(shape_.shared_kv ? 2 : 3), {0, bytes}, core, barrier_);
    softmax.after.push_back(batch.add(load));
    softmax.release[0] += bytes;
  }
  return batch.add(softmax);
}

void AttentionEmitter::apply(Batch& batch, std::uint16_t core, std::uint64_t tile) {
  CoreWave& wave = cores_[core];
  const bool convert = work_.tensor(work_.kernel.main_inputs.at(1)).format != work_.main_op().compute;
  std::vector<std::size_t> taken(wave.tiles[tile % 2].size(), 0);
  for (Unit& unit : wave.units) {
    const KeyRange keys = tile_of(unit, tile);
    if (keys.begin == keys.end) continue;
    const std::uint64_t size = keys.end - keys.begin;
    const KeyTile& shared = shared_tile(wave, unit, tile);
    const auto slot = static_cast<std::size_t>(&shared - wave.tiles[tile % 2].data());
    const double converted = convert && taken[slot] == 0
                                 ? static_cast<double>(size) * static_cast<double>(shape_.qk_dim + (shape_.shared_kv ? 0 : shape_.v_dim)) : 0;
    const std::uint64_t kv = shape_.shared_kv ? shared.key_bytes : shared.value_bytes;
    const std::uint64_t released = unit.score_bytes[tile % 2] + share(kv, taken[slot]++, shared.sharers);
    if (shape_.backward) {
      apply_gradient(batch, core, unit, shared, tile, released);
      continue;
    }
    Command command = unit_command(CommandKind::matmul, core, unit);
    command.array.m = unit.rows;
    command.array.n = shape_.v_dim;
    command.array.k = size;
    command.after.push_back(weigh(batch, core, unit, tile, converted));
    if (shared.values_loaded) command.after.push_back(shared.values);
    if (tile == 0) command.reserve[0] = unit.rows * shape_.v_dim * kPartialBytes;
    command.release[0] = released;
    unit.scored[tile % 2] = batch.add(command);
  }
}

void AttentionEmitter::finish(Batch& batch, std::uint16_t core) {
  const double all = static_cast<double>(shape_.batch * shape_.heads) * static_cast<double>(shape_.q_len);
  for (const Unit& unit : cores_[core].units) {
    const std::uint64_t count = ceil_div(unit.keys.end - unit.keys.begin, plan_.kv_tile);
    const double result = static_cast<double>(unit.rows) * static_cast<double>(result_dim());
    done_ += static_cast<double>(unit.rows);
    TileTail::Tile tile{core, std::min(1.0, done_ / all), {}, result, 0, std::nullopt};
    tile.after.push_back(unit.scored[(count - 1) % 2]);
    tile.held = unit.rows * result_dim() * kPartialBytes + unit.query_bytes;
    tile.finish = api::LaneWork{result, static_cast<double>(unit.rows), result * (kPartialBytes + value_bytes_)};
    tail_.emit(batch, tile);
  }
}

}  // namespace presil::mapping
