// attention_gradient.cpp -- the gradient of fused attention, tile by tile (attention_emitter.h).
//
// With P the probabilities, D the row sums of dO x O (FlashAttention-2, Dao, 2023, algorithm 2):
//   dP = dO V^T,  dS = P (dP - D),  dV += P^T dO,  dQ += dS K,  dK += dS^T Q
// dQ stays on the chip. dK and dV of a tile are added up in memory, in fp32, by every unit that sees it after the first.
#include <algorithm>

#include "sim/mapping/attention_emitter.h"

namespace presil::mapping {

using api::Command;
using api::CommandId;
using api::CommandKind;

namespace {
constexpr std::uint64_t kPartialBytes = 4;
}  // namespace

CommandId AttentionEmitter::product(Batch& batch, std::uint16_t core, const Unit& unit, std::array<std::uint64_t, 3> mnk, CommandId after) {
  Command command = unit_command(CommandKind::matmul, core, unit);
  command.array.m = mnk[0];
  command.array.n = mnk[1];
  command.array.k = mnk[2];
  command.after.push_back(after);
  return batch.add(command);
}

void AttentionEmitter::apply_gradient(Batch& batch, std::uint16_t core, Unit& unit, const KeyTile& shared, std::uint64_t tile,
                                      std::uint64_t released) {
  const KeyRange keys = tile_of(unit, tile);
  const std::uint64_t size = keys.end - keys.begin, sums = size * (shape_.qk_dim + shape_.v_dim) * kPartialBytes;
  Command arriving = unit_command(CommandKind::matmul, core, unit);  // dP
  arriving.array.m = unit.rows;
  arriving.array.n = size;
  arriving.array.k = shape_.v_dim;
  arriving.after.push_back(unit.scored[tile % 2]);
  if (shared.values_loaded) arriving.after.push_back(shared.values);
  arriving.reserve[0] = unit.rows * size * kPartialBytes + (tile == 0 ? unit.rows * shape_.qk_dim * kPartialBytes : 0);
  unit.scored[tile % 2] = batch.add(arriving);
  const CommandId weighed = weigh(batch, core, unit, tile, 0);

  const workload::TensorId sum = work_.main_op().outputs.at(1);
  const bool outside_core = outside(work_.home(sum));
  const auto end = static_cast<std::uint64_t>(memory::capacity(work_.chip->memory).value);
  const std::uint64_t address = std::min(work_.placement->address[sum], end - sums);
  const CommandId values = product(batch, core, unit, {size, shape_.v_dim, unit.rows}, weighed);
  const CommandId queries = product(batch, core, unit, {unit.rows, shape_.qk_dim, size}, values);
  Command last = unit_command(CommandKind::matmul, core, unit);
  last.array.m = size;
  last.array.n = shape_.qk_dim;
  last.array.k = unit.rows;
  last.after.push_back(queries);
  if (outside_core && !unit.first) {
    Command before = make_load(work_, sum, {0, sums}, core, barrier_);
    before.transfer.address = address;
    last.after.push_back(batch.add(before));
  } else {
    last.reserve[0] = sums;
  }
  last.release[0] = released + unit.rows * size * kPartialBytes;
  if (!outside_core) last.release[0] += sums;
  unit.scored[tile % 2] = batch.add(last);
  if (!outside_core) return;
  Command store = unit_command(CommandKind::store, core, unit);
  store.transfer = {level_of(work_.home(sum)), address, 1, sums, sums};
  store.after.push_back(unit.scored[tile % 2]);
  store.release[0] = sums;
  batch.add(store);
}

}  // namespace presil::mapping
