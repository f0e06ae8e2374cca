// remembered_memory.cpp -- implementation of remembered_memory.h.
#include "models/memory/remembered_memory.h"

#include <algorithm>

namespace presil::memory {

using kernel::Callback;

RememberedMemory::RememberedMemory(sc_core::sc_module_name name, const MemoryConfig& config)
    : BankedMemory(name, config), steps_(pieces_.spec(), config.dram.controller.offers_per_tick), group_of_(pieces_.channels()) {
  if (steps_.usable()) first_ = steps_.save(channels_.front().bursts.dram(), 0, 0);
  RememberedMemory::reset();
}

void RememberedMemory::reset() {
  BankedMemory::reset();
  watching_ = kNever;
  states_.clear();
  free_states_.clear();
  if (!steps_.usable()) return;
  states_.push_back({first_, pieces_.channels()});
  for (Channel& channel : channels_) channel.state = 0;
}

DramCounters RememberedMemory::commands() const {
  DramCounters sum = BankedMemory::commands();
  for (const Shared& shared : states_) {
    if (shared.channels == 0) continue;
    ChannelState state = shared.state;
    StepResult result;
    steps_.pass(state, now(), result);
    add(sum, result.counters, shared.channels);
  }
  return sum;
}

// --- forms of a channel ---------------------------------------------------------------------------------------

std::uint32_t RememberedMemory::new_state(ChannelState state, std::uint32_t channels) {
  if (free_states_.empty()) {
    free_states_.push_back(static_cast<std::uint32_t>(states_.size()));
    states_.emplace_back();
  }
  const std::uint32_t number = free_states_.back();
  free_states_.pop_back();
  states_[number] = {std::move(state), channels};
  return number;
}

void RememberedMemory::leave_state(std::uint32_t state, std::uint32_t channels) {
  states_[state].channels -= channels;
  if (states_[state].channels == 0) free_states_.push_back(state);
}

void RememberedMemory::to_stream(Channel& channel) {
  BurstChannel& bursts = channel.bursts;
  bursts.advance(now());
  if (!bursts.fifo_empty()) bursts.run_ahead();
  collect(channel);
  add(counters_before_, bursts.dram().counters(bursts.now()));
  ChannelState state = steps_.save(bursts.dram(), bursts.now(), bursts.used());
  for (const std::uint64_t slot : state.tags) pending_[slot].streamed = true;
  channel.unfinished = 0;
  channel.state = new_state(std::move(state), 1);
}

void RememberedMemory::leave_stream(std::uint32_t c) {
  Channel& channel = channels_[c];
  const ChannelState& state = states_[channel.state].state;
  const std::uint32_t used = steps_.restore(state, channel.bursts.dram());
  channel.bursts.move(state.at, used);
  channel.unfinished = channel.bursts.dram().unanswered();
  leave_state(channel.state, 1);
  channel.state = kBursts;
}

// --- arrivals -------------------------------------------------------------------------------------------------

bool RememberedMemory::stream(std::uint64_t slot, const Run& run, bool write) {
  if (!steps_.usable()) return false;
  pending_[slot].streamed = true;
  const Tick arrival = now();
  Tick busy = 0;
  for (const Channel& channel : channels_)
    if (channel.state != kBursts) busy = std::max(busy, states_[channel.state].state.at - arrival);
  counters_.queue_wait_s += static_cast<double>(busy) * pieces_.spec().tick_s;
  pieces_.pieces(run, [&](std::uint64_t from, std::uint64_t to) {
    const RunPieces::Placed placed = pieces_.piece(from, to, write);
    pending_[slot].bursts += placed.piece->bursts;
    pending_[slot].total += placed.piece->bursts;
    take(placed, slot);
  });
  return true;
}

void RememberedMemory::take(const RunPieces::Placed& placed, std::uint64_t slot) {
  group(*placed.piece);
  for (Group& g : groups_) advance(g, placed.row, slot);
  for (std::uint32_t c = 0; c < channels_.size(); ++c)
    if (placed.piece->chunks[c] != nullptr) channels_[c].state = groups_[group_of_[c]].state;
  if (steps_.size() < kMostStates) return;
  std::vector<ChannelState*> keep{&first_};
  for (Shared& shared : states_)
    if (shared.channels > 0) keep.push_back(&shared.state);
  steps_.forget(keep);
}

void RememberedMemory::group(const RunPieces::Piece& piece) {
  groups_.clear();
  for (std::uint32_t c = 0; c < channels_.size(); ++c) {
    const Chunk* chunk = piece.chunks[c].get();
    if (chunk == nullptr) continue;
    if (channels_[c].state == kBursts) to_stream(channels_[c]);
    const std::uint32_t state = channels_[c].state;
    auto g = static_cast<std::uint32_t>(groups_.size());
    while (g > 0 && (groups_[g - 1].state != state || groups_[g - 1].chunk != chunk)) --g;
    if (g == 0) {
      groups_.push_back({state, 0, chunk});
      g = static_cast<std::uint32_t>(groups_.size());
    }
    group_of_[c] = g - 1;
    ++groups_[g - 1].channels;
  }
}

void RememberedMemory::advance(Group& g, std::uint32_t row, std::uint64_t slot) {
  if (g.channels < states_[g.state].channels) {
    leave_state(g.state, g.channels);
    g.state = new_state(states_[g.state].state, g.channels);
  }
  ChannelState& state = states_[g.state].state;
  result_.finished.clear();
  result_.counters = {};
  steps_.pass(state, now() + 1, result_);
  steps_.take(state, *g.chunk, row, slot, result_, ChannelSteps::Behind::as_it_is);
  add(counters_before_, result_.counters, g.channels);
  for (const Finish& f : result_.finished) completed(f.tag, std::uint64_t{f.count} * g.channels, f.last);
  watch_at(state.at);
  for (const Group* other = groups_.data(); other != &g; ++other)
    if (other->state != g.state && states_[other->state].state == state) {
      states_[other->state].channels += g.channels;
      leave_state(g.state, g.channels);
      g.state = other->state;
      return;
    }
}

// --- what waits when a stream stands still --------------------------------------------------------------------

void RememberedMemory::watch_at(Tick t) {
  t = std::max(t, now());
  if (t >= watching_) return;
  watching_ = t;
  agenda_.at(time_of(t), Callback::of<&RememberedMemory::watch>(this, static_cast<std::uint64_t>(t)));
}

void RememberedMemory::watch(std::uint64_t at) {
  const Tick present = static_cast<Tick>(at);
  if (present != watching_) return;
  watching_ = kNever;
  Tick next = kNever;
  expect(present, next);
  for (const Shared& shared : states_) {
    if (shared.channels == 0) continue;
    for (const std::uint64_t slot : shared.state.tags) {
      const Pending& pending = pending_[slot];
      if (pending.answered || pending.expected < pending.bursts) continue;
      const Tick last = std::max(pending.last, pending.expected_last);
      if (last <= present) answer(slot, last);
      else next = std::min(next, last);
    }
  }
  if (next < kNever) watch_at(next);
}

void RememberedMemory::expect(Tick present, Tick& next) {
  for (const Shared& shared : states_)
    if (shared.channels > 0)
      for (const std::uint64_t slot : shared.state.tags) {
        pending_[slot].expected = 0;
        pending_[slot].expected_last = 0;
      }
  for (const Shared& shared : states_) {
    if (shared.channels == 0 || shared.state.tags.empty()) continue;
    if (shared.state.at > present) {
      next = std::min(next, shared.state.at);
      continue;
    }
    result_.finished.clear();
    steps_.drain(shared.state, result_);
    for (const Finish& f : result_.finished) {
      pending_[f.tag].expected += std::uint64_t{f.count} * shared.channels;
      pending_[f.tag].expected_last = std::max(pending_[f.tag].expected_last, f.last);
    }
  }
}

}  // namespace presil::memory
