// channel_steps.cpp -- implementation of channel_steps.h.
#include "models/memory/channel_steps.h"

#include <algorithm>
#include <string_view>

namespace presil::memory {

namespace {

constexpr char kUnknown = '\xff';

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15;
  return hash ^ (hash >> 29);
}

std::uint64_t hash_of(const std::vector<std::uint16_t>& words) {
  return std::hash<std::string_view>{}({reinterpret_cast<const char*>(words.data()), 2 * words.size()});
}

}  // namespace

ChannelSteps::ChannelSteps(const DramSpec& spec, std::uint32_t offers_per_tick)
    : per_tick_(offers_per_tick), refresh_interval_(spec.timing.refi), edge_(spec.timing.edge), scratch_(make_channel(spec)), usable_(scratch_->has_image()) {
  nodes_.reserve(kMany);  // memory that is not touched costs nothing
  steps_.reserve(kMany);
}

// --- states ---------------------------------------------------------------------------------------------------

std::uint32_t ChannelSteps::intern(std::uint32_t used, bool quiet, bool open) {
  image_.words.push_back(static_cast<std::uint16_t>(used));
  const auto [head, fresh] = node_of_.try_emplace(hash_of(image_.words), kNone);
  for (std::uint32_t n = head->second; n != kNone; n = nodes_[n].next)
    if (nodes_[n].words == image_.words) return n;
  const std::vector<std::uint16_t> first_row(image_.first_row.begin(), image_.first_row.end());
  nodes_.push_back({image_.words, first_row, image_.writes, image_.unanswered, quiet && used == 0, open,
                    head->second, kNone});
  return head->second = static_cast<std::uint32_t>(nodes_.size() - 1);
}

/// Into image_, without the offers used, which it returns.
std::uint32_t ChannelSteps::unpack(const Node& node) {
  image_.words = node.words;
  const std::uint32_t used = image_.words.back();
  image_.words.pop_back();
  image_.first_row.assign(node.first_row.begin(), node.first_row.end());
  image_.writes = node.writes;
  image_.unanswered = node.unanswered;
  return used;
}

ChannelState ChannelSteps::save(const DramChannel& channel, Tick at, std::uint32_t used) {
  channel.save(at, image_);
  ChannelState state{0, at, channel.next_refresh(), image_.frame, image_.rows, image_.columns, image_.tags};
  state.node = intern(used, channel.quiet(at), channel.open());
  return state;
}

std::uint32_t ChannelSteps::restore(const ChannelState& state, DramChannel& channel) {
  const std::uint32_t used = unpack(nodes_[state.node]);
  image_.frame = state.frame;
  image_.rows = state.rows;
  image_.columns = state.columns;
  image_.tags = state.tags;
  channel.restore(state.at, state.next_refresh, image_);
  return used;
}

void ChannelSteps::forget(const std::vector<ChannelState*>& keep) {
  const std::vector<Node> nodes = std::move(nodes_);
  nodes_.clear();
  steps_.clear();
  filled_.clear();
  live_known_ = false;
  node_of_.clear();
  step_of_.clear();
  for (ChannelState* state : keep) {
    const Node& node = nodes[state->node];
    const std::uint32_t used = unpack(node);
    state->node = intern(used, node.quiet, node.open);
  }
}

// --- steps ----------------------------------------------------------------------------------------------------

std::uint64_t ChannelSteps::hash(const Key& key) {
  std::uint64_t h = mix(std::uint64_t{key.node} << 32 | key.pattern, static_cast<std::uint64_t>(key.gap));
  h = mix(mix(h, static_cast<std::uint64_t>(key.refresh)), std::uint64_t{key.frame} << 8 | static_cast<std::uint64_t>(key.phase) << 6 | static_cast<std::uint64_t>(key.what));
  return mix(h, std::hash<std::string>{}(key.known));
}

const ChannelSteps::Step* ChannelSteps::find(const Key& key) {
  std::uint32_t& recent = nodes_[key.node].recent;
  if (recent == kNone) return nullptr;
  if (steps_[recent].key == key) return &steps_[recent];
  const auto head = step_of_.find(hash(key));
  if (head == step_of_.end()) return nullptr;
  for (std::uint32_t s = head->second; s != kNone; s = steps_[s].next)
    if (steps_[s].key == key) {
      recent = s;
      return &steps_[s];
    }
  return nullptr;
}

void ChannelSteps::recognise(const ChannelState& state, const Chunk& chunk, std::uint32_t row) {
  const Node& node = nodes_[state.node];
  const std::uint16_t* const first_row = node.first_row.data();
  const std::uint32_t* const rows = state.rows.data();
  const bool writes = !node.writes.empty();
  key_.known.resize(chunk.rows.size());
  for (std::uint32_t r = 0, all = static_cast<std::uint32_t>(chunk.rows.size()); r < all; ++r) {
    const std::uint32_t bank = chunk.rows[r].bank ^ state.frame, wanted = chunk.rows[r].row ^ row;
    const std::uint32_t first = first_row[bank], last = first_row[bank + 1];
    std::uint32_t place = first;
    while (place < last && rows[place] != wanted) ++place;
    key_.known[r] = place == last ? kUnknown : static_cast<char>(place - first);
    if (place == last || !writes) continue;
    if (std::find(node.writes.begin(), node.writes.end(), place) != node.writes.end())
      recognise_writes(state, chunk, r, place);
  }
}

/// Which of the writes that wait for a row, which is in that place, the bursts of the chunk meet.
void ChannelSteps::recognise_writes(const ChannelState& state, const Chunk& chunk, std::uint32_t r, std::uint32_t place) {
  const auto& writes = nodes_[state.node].writes;
  for (const Access& a : chunk.bursts) {
    if (a.row != r) continue;
    std::size_t met = 0;
    while (met < writes.size() && (writes[met] != place || state.columns[met] != a.column)) ++met;
    key_.known.push_back(met == writes.size() ? kUnknown : static_cast<char>(met));
  }
}

const ChannelSteps::Step& ChannelSteps::step(const ChannelState& state, What what, Tick gap, const Chunk* chunk, std::uint32_t row) {
  const Step* found = known(state, what, gap, chunk, row);
  return found != nullptr ? *found : work_out(state, chunk, row);
}

const ChannelSteps::Step* ChannelSteps::known(const ChannelState& state, What what, Tick gap,
                                              const Chunk* chunk, std::uint32_t row) {
  key_.node = state.node;
  key_.what = what;
  key_.gap = gap;
  key_.refresh = -1;
  key_.phase = state.at % edge_;
  key_.pattern = chunk == nullptr ? 0 : chunk->pattern;
  key_.frame = chunk == nullptr ? 0 : chunk->frame ^ state.frame;
  key_.known.clear();
  if (chunk != nullptr) recognise(state, *chunk, row);
  const Tick refresh = state.next_refresh - state.at;
  if (const Step* found = find(key_); found != nullptr && found->duration < refresh) return found;
  key_.refresh = refresh;
  return state.next_refresh < kNever ? find(key_) : nullptr;
}

// --- use ------------------------------------------------------------------------------------------------------

void ChannelSteps::take(ChannelState& state, const Chunk& chunk, std::uint32_t row, std::uint64_t tag,
                        StepResult& result, Behind behind) {
  if (state.node == kNone && stretch_left_ > 0 && (state.at - live_.at) % edge_ == 0) {
    --stretch_left_;
    return take_unnamed(state, chunk, row, tag, result);
  }
  name(state);
  const Step* found =
      known(state, behind == Behind::to_be_filled ? What::take_to_be_filled : What::take, 0, &chunk, row);
  misses_ = found != nullptr ? 0 : misses_ + 1;
  if (found != nullptr) stretch_ = kShort;
  if (misses_ > kMisses && behind == Behind::unnamed) {
    begin_unnamed(state);
    return take_unnamed(state, chunk, row, tag, result);
  }
  const Step& taken = found != nullptr ? *found : work_out(state, &chunk, row);
  result.waiting.clear();
  for (const Finish& w : taken.waiting)
    result.waiting.push_back({w.tag < state.tags.size() ? state.tags[w.tag] : tag, w.count, 0});
  result.waiting_writes = taken.waiting_writes;
  if (behind != Behind::to_be_filled) return apply(taken, state, &chunk, row, tag, result);
  report(taken, state, tag, result);
  state.at += taken.duration;
  state.next_refresh += taken.refreshes * refresh_interval_;
}

std::uint32_t ChannelSteps::unanswered(const ChannelState& state, std::uint64_t tag) const {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < state.tags.size(); ++i)
    if (state.tags[i] == tag) sum += nodes_[state.node].unanswered[i];
  return sum;
}

void ChannelSteps::drain(const ChannelState& state, StepResult& result) {
  report(step(state, What::drain, 0, nullptr, 0), state, 0, result);
}

void ChannelSteps::pass(ChannelState& state, Tick to, StepResult& result) {
  if (state.at < to) name(state);
  while (state.at < to) {
    if (nodes_[state.node].quiet) {
      const Tick quiet = std::max(state.at, std::min(to, state.next_refresh - 1));
      if (nodes_[state.node].open) result.counters.open_ticks += quiet - state.at;
      state.at = quiet;
      if (quiet == to) return;
    }
    const Tick gap = to - state.at;
    const std::uint32_t before = state.node;
    // A quiet channel is let through its refresh, another one to its end; both end quiet.
    const Step& whole = step(state, nodes_[before].quiet ? What::refresh : What::drain, 0, nullptr, 0);
    if (whole.duration > gap) {
      apply(step(state, What::pass, gap, nullptr, 0), state, nullptr, 0, 0, result);
      return;
    }
    apply(whole, state, nullptr, 0, 0, result);
    if (state.node != before || !nodes_[before].quiet || refresh_interval_ % edge_ != 0) continue;
    const Tick again = (to - state.at) / refresh_interval_;
    add(result.counters, whole.counters, static_cast<std::uint64_t>(again));
    state.at += again * refresh_interval_;
    state.next_refresh += again * refresh_interval_;
  }
}

}  // namespace presil::memory
