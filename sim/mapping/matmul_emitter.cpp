// matmul_emitter.cpp -- implementation of matmul_emitter.h.
#include "sim/mapping/matmul_emitter.h"

#include <algorithm>
#include <cmath>

#include "sim/base/integers.h"

namespace presil::mapping {

using api::Command;
using api::CommandId;
using api::CommandKind;

MatmulEmitter::MatmulEmitter(const KernelWork& work, CommandId barrier)
    : work_(work), barrier_(barrier), plan_(work.matmul), tail_(work, barrier) {
  const auto part = [&](Split split, std::uint64_t extent) {
    return plan_.split == split ? ceil_div(extent, work.chip->cores) : extent;
  };
  groups_ = ceil_div(part(Split::batch, work.task.batch), plan_.tb);
  nm_ = ceil_div(part(Split::m, work.task.m), plan_.tm);
  nn_ = ceil_div(part(Split::n, work.task.n), plan_.tn);
  nk_ = ceil_div(work.task.k, plan_.tk);
  steps_ = groups_ * nm_ * nn_ * nk_;
  cores_.resize(work.chip->cores);
  for (CoreState& core : cores_) {
    core.kept_load.resize(nk_);
    core.kept_bytes.resize(nk_);
  }
}

MatmulEmitter::Position MatmulEmitter::position() const {
  std::uint64_t rest = next_step_;
  const std::uint64_t inner_count = plan_.kept == Kept::b ? nm_ : nn_;
  const std::uint64_t outer_count = plan_.kept == Kept::b ? nn_ : nm_;
  const std::uint64_t k = rest % nk_;
  rest /= nk_;
  const std::uint64_t inner = rest % inner_count;
  rest /= inner_count;
  const std::uint64_t outer = rest % outer_count;
  Position at{rest / outer_count, 0, 0, k, inner == 0, inner + 1 == inner_count, k == 0, k + 1 == nk_};
  at.m = plan_.kept == Kept::b ? inner : outer;
  at.n = plan_.kept == Kept::b ? outer : inner;
  return at;
}

MatmulEmitter::Tile MatmulEmitter::tile(std::uint16_t core, const Position& at) const {
  const auto range = [&](Split split, std::uint64_t extent) {
    return plan_.split == split ? core_range(extent, core, work_.chip->cores) : Range{0, extent};
  };
  const auto cut = [](Range r, std::uint64_t index, std::uint64_t tile) {
    const std::uint64_t begin = std::min(r.size, index * tile);
    return Range{r.begin + begin, std::min(tile, r.size - begin)};
  };
  const Range b = cut(range(Split::batch, work_.task.batch), at.group, plan_.tb);
  const Range m = cut(range(Split::m, work_.task.m), at.m, plan_.tm);
  const Range n = cut(range(Split::n, work_.task.n), at.n, plan_.tn);
  const Range k = cut({0, work_.task.k}, at.k, plan_.tk);
  return {b.size, m.size, n.size, k.size, m.begin, n.begin, k.begin, b.begin};
}

bool MatmulEmitter::step(Batch& batch) {
  if (next_step_ == steps_) return false;
  if (next_step_ == 0) load_parameters(batch, work_);
  const Position at = position();
  for (std::uint16_t core = 0; core < work_.chip->cores; ++core) emit_core(batch, core, at);
  ++next_step_;
  return true;
}

MatmulEmitter::Operand MatmulEmitter::fetch_a(Batch& batch, std::uint16_t core, const Tile& t) {
  const workload::TensorId id = work_.kernel.main_inputs.front();
  if (!outside(work_.home(id))) return {false, 0, 0};
  const auto& task = work_.task;
  const double bytes = task.a_bytes * static_cast<double>(t.products) * static_cast<double>(t.m) * static_cast<double>(t.k);
  const double offset = task.a_bytes * (static_cast<double>(t.group_index * task.m + t.m_index) * static_cast<double>(task.k) +
                                        static_cast<double>(t.k_index) * static_cast<double>(t.m));
  const Slicer::Slice slice{static_cast<std::uint64_t>(offset), std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(bytes)))};
  return {true, batch.add(make_load(work_, id, slice, core, barrier_)), slice.bytes};
}

MatmulEmitter::Operand MatmulEmitter::fetch_b(Batch& batch, std::uint16_t core, const Tile& t) {
  const workload::Op& op = work_.main_op();
  const bool weight = !op.weights.empty();
  const workload::TensorId id = weight ? op.weights.front() : work_.kernel.main_inputs.at(1);
  if (!outside(work_.home(id))) return {false, 0, 0};
  const auto& task = work_.task;
  const double values = static_cast<double>(t.products) * static_cast<double>(t.n) * static_cast<double>(t.k);
  const double position = static_cast<double>(t.group_index * task.n + t.n_index) * static_cast<double>(task.k) +
                          static_cast<double>(t.k_index) * static_cast<double>(t.n);
  const Slicer::Slice slice{static_cast<std::uint64_t>(task.b_bytes * position),
                            std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(task.b_bytes * values)))};
  const auto pool = weight ? api::Pool::weights : api::Pool::scratchpad;
  Command load = make_load(work_, id, slice, core, barrier_, pool);
  const std::uint64_t scratch = std::max(slice.bytes, static_cast<std::uint64_t>(std::ceil(task.b_scratch_bytes * values)));
  load.reserve[static_cast<std::size_t>(pool)] = scratch;
  const CommandId loaded = batch.add(load);
  if (task.convert_ops == 0) return {true, loaded, scratch};
  Command convert;
  convert.kind = CommandKind::vector;
  convert.core = core;
  convert.op = static_cast<OpIndex>(work_.kernel.main);
  convert.lanes = {values * task.convert_ops, 0, values * (task.b_bytes + task.b_scratch_bytes)};
  convert.after.push_back(loaded);
  return {true, batch.add(convert), scratch};
}

void MatmulEmitter::emit_core(Batch& batch, std::uint16_t core, const Position& at) {
  const Tile t = tile(core, at);
  if (t.empty()) return;
  CoreState& state = cores_[core];
  const bool a_kept = plan_.kept != Kept::b;
  Operand kept{};
  if (at.first_inner || plan_.kept == Kept::none) {
    kept = a_kept ? fetch_a(batch, core, t) : fetch_b(batch, core, t);
    state.kept_load[at.k] = kept.loaded ? kept.ready + 1 : 0;
    state.kept_bytes[at.k] = kept.bytes;
  } else {
    kept = {state.kept_load[at.k] != 0, state.kept_load[at.k] - 1, state.kept_bytes[at.k]};
  }
  const Operand moving = a_kept ? fetch_b(batch, core, t) : fetch_a(batch, core, t);
  // The last step of this core's inner loop gives the kept panel back; its range may end before the others'.
  Position next = at;
  (a_kept ? next.n : next.m) += 1;
  Operand kept_now = kept;
  if (plan_.kept != Kept::none && !at.last_inner && !tile(core, next).empty()) kept_now.bytes = 0;
  emit_arrays(batch, core, t, at, a_kept ? kept_now : moving, a_kept ? moving : kept_now);
}

void MatmulEmitter::emit_arrays(Batch& batch, std::uint16_t core, const Tile& t, const Position& at, const Operand& a,
                                const Operand& b) {
  CoreState& state = cores_[core];
  const std::uint64_t arrays = work_.chip->core.arrays;
  const std::uint64_t columns = work_.chip->core.array.shape.columns;
  struct Part { std::uint64_t m, n, repeat; };
  boost::container::small_vector<Part, 8> parts;
  for (std::uint64_t i = 0; i < arrays; ++i) {
    Part part{t.m, t.n, 1};
    if (plan_.tb > 1) {
      part.repeat = share(t.products, i, arrays);
    } else if (plan_.arrays_split_m) {
      part.m = share(t.m, i, arrays);
    } else {
      const std::uint64_t blocks = ceil_div(ceil_div(t.n, columns), arrays) * columns;
      part.n = i * blocks < t.n ? std::min(blocks, t.n - i * blocks) : 0;
    }
    if (part.m && part.n && part.repeat) parts.push_back(part);
  }
  boost::container::small_vector<CommandId, 6> ids;
  const bool weight = !work_.main_op().weights.empty();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    Command command;
    command.kind = CommandKind::matmul;
    command.core = core;
    command.op = static_cast<OpIndex>(work_.kernel.main);
    command.array = {parts[i].m, parts[i].n, t.k, parts[i].repeat, work_.task.format, static_cast<std::uint8_t>(i)};
    if (a.loaded) command.after.push_back(a.ready); else command.barrier = barrier_;
    if (b.loaded) command.after.push_back(b.ready); else command.barrier = barrier_;
    if (at.first_k) command.reserve[0] = parts[i].m * parts[i].n * parts[i].repeat * kPartialSumBytes;
    state.held += command.reserve[0];
    command.release[0] = share(a.bytes, i, parts.size());
    command.release[weight ? 1 : 0] += share(b.bytes, i, parts.size());
    ids.push_back(batch.add(command));
  }
  if (!at.last_k) return;
  const double elements = static_cast<double>(t.products) * static_cast<double>(t.m) * static_cast<double>(t.n);
  done_ += elements;
  const double all = static_cast<double>(work_.task.batch) * static_cast<double>(work_.task.m) * static_cast<double>(work_.task.n);
  tail_.emit(batch, {core, std::min(1.0, done_ / all), ids, elements, state.held, std::nullopt});
  state.held = 0;
}

}  // namespace presil::mapping
