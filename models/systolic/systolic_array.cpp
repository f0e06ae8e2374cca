// systolic_array.cpp -- implementation of systolic_array.h.
#include "models/systolic/systolic_array.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "models/systolic/register_moves.h"

namespace presil::systolic {

namespace {

/// The streaming extent after packing (rate > 1) or repeated passes (rate < 1).
std::uint64_t scaled(std::uint64_t extent, double rate) {
  return static_cast<std::uint64_t>(std::ceil(static_cast<double>(extent) / rate));
}

/// The GEMM as the array sees it: what streams is stretched or packed by the format's rate.
GemmShape effective(const SystolicArray::Block& block, Dataflow dataflow, double rate) {
  GemmShape g = block.shape;
  switch (dataflow) {
    case Dataflow::ws: g.m = scaled(g.m, rate); break;
    case Dataflow::os: g.k = scaled(g.k, rate); break;
    case Dataflow::is: g.n = scaled(g.n, rate); break;
  }
  return g;
}

/// `repeat` equal blocks, each started as early behind the one before as fold_timing.h allows.
BlockTiming chained(BlockTiming one, std::uint64_t repeat) {
  const std::uint64_t interval = next_start(one, one);
  const std::uint64_t offset = (repeat - 1) * interval;
  BlockTiming all = one;
  all.stream = offset + one.stream;
  all.last_start = offset + one.last_start;
  all.finish = offset + one.finish;
  all.outputs_free = one.outputs_free == 0 ? 0 : offset + one.outputs_free;
  all.exposed_preload = repeat * one.exposed_preload + (repeat - 1) * (interval - std::min(interval, one.stream));
  all.stationary_reads = repeat * one.stationary_reads;
  all.streaming_reads = repeat * one.streaming_reads;
  all.output_reads = repeat * one.output_reads;
  all.output_writes = repeat * one.output_writes;
  return all;
}

}  // namespace

BlockSchedule SystolicArray::execute(const Block& block, sc_core::sc_time ready) {
  if (!config_.supports(block.format)) throw std::logic_error{"systolic array given a format it does not support"};
  const GemmShape g = effective(block, config_.dataflow, config_.rate[static_cast<std::size_t>(block.format)]);
  const BlockTiming t = chained(block_timing(g, config_.shape, config_.dataflow), block.repeat);

  const sc_core::sc_time preload_from = std::max(ready, last_fold_start_);
  sc_core::sc_time start = std::max(stream_free_, preload_from + clock_.cycles(t.first_preload));
  const sc_core::sc_time steps = clock_.cycles(t.steps);
  if (outputs_free_ > start + steps) start = outputs_free_ - steps;
  // Up to the last element streamed: os waits for its output registers only when the next block needs them.
  std::uint64_t stream = t.last_start + t.steps;
  std::uint64_t finish = t.finish;
  if (config_.timing == Timing::serialised) {
    start = std::max(stream_free_, ready);
    stream = finish = cycles(g, config_.shape, config_.dataflow, Timing::serialised) * block.repeat + block.repeat;
  }

  use_.waited += std::max(ready, stream_free_) - stream_free_;
  use_.preload += start - std::max(ready, stream_free_) + clock_.cycles(std::min(t.exposed_preload, stream));
  use_.active += clock_.cycles(stream) - clock_.cycles(std::min(t.exposed_preload, stream));

  stream_free_ = start + clock_.cycles(stream);
  last_fold_start_ = start + clock_.cycles(std::min(t.last_start, stream));
  outputs_free_ = start + clock_.cycles(t.outputs_free);
  const double operands = static_cast<double>(t.stationary_reads + t.streaming_reads) * block.operand_bytes;
  const double sums = static_cast<double>(t.output_reads + t.output_writes) * block.accumulator_bytes;
  const RegisterMoves moves = register_moves(block.shape, config_.shape, config_.dataflow);
  const double passes = std::max(1.0, 1 / config_.rate[static_cast<std::size_t>(block.format)]);
  const double registers = static_cast<double>(block.repeat) * (moves.streamed * passes * block.operand_bytes + moves.stationary * block.operand_bytes +
                                                                moves.sums * passes * block.accumulator_bytes);
  return {start + clock_.cycles(finish), stream_free_, operands + sums, registers};
}

void SystolicArray::stall_until(sc_core::sc_time t) {
  if (t <= stream_free_) return;
  use_.waited += t - stream_free_;
  stream_free_ = t;
}

void SystolicArray::reset(sc_core::sc_time now) {
  stream_free_ = now;
  last_fold_start_ = now;
  outputs_free_ = now;
  use_ = {};
}

}  // namespace presil::systolic
