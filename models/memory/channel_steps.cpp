// channel_steps.cpp -- implementation of channel_steps.h.
#include "models/memory/channel_steps.h"

#include <algorithm>
#include <string_view>

namespace presil::memory {

using api::dram::kAlways;

namespace {

constexpr char kUnknown = '\xff';

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15;
  return hash ^ (hash >> 29);
}

}  // namespace

void add(DramCounters& sum, const DramCounters& c, std::uint64_t times) {
  for (std::size_t i = 0; i < api::dram::kCommands; ++i) sum.commands[i] += times * c.commands[i];
  sum.reads += times * c.reads;
  sum.writes += times * c.writes;
  sum.row_hits += times * c.row_hits;
  sum.data_ticks += times * c.data_ticks;
  sum.open_ticks += static_cast<Tick>(times) * c.open_ticks;
}

ChannelSteps::ChannelSteps(const DramSpec& spec, std::uint32_t offers_per_tick)
    : per_tick_(offers_per_tick), refresh_interval_(spec.timing.refi), scratch_(make_channel(spec)) {}

// --- states ---------------------------------------------------------------------------------------------------

std::uint32_t ChannelSteps::intern(std::uint32_t used, bool quiet, bool open) {
  image_.words.insert(image_.words.begin(), static_cast<std::uint16_t>(used));
  const std::string_view bytes{reinterpret_cast<const char*>(image_.words.data()), image_.words.size() * sizeof image_.words[0]};
  const auto [head, fresh] = node_of_.try_emplace(std::hash<std::string_view>{}(bytes), kNone);
  for (std::uint32_t n = head->second; n != kNone; n = nodes_[n].next)
    if (nodes_[n].image.words == image_.words) return n;
  Node node{image_, quiet && used == 0, open, head->second};
  node.image.rows.clear();
  for (std::size_t i = 0; i < node.image.tags.size(); ++i) node.image.tags[i] = i;
  head->second = static_cast<std::uint32_t>(nodes_.size());
  nodes_.push_back(std::move(node));
  return head->second;
}

ChannelState ChannelSteps::save(const DramChannel& channel, Tick at, std::uint32_t used) {
  channel.save(at, image_);
  ChannelState state{0, at, channel.next_refresh(), image_.rows, image_.tags};
  state.node = intern(used, channel.quiet(at), channel.open());
  return state;
}

std::uint32_t ChannelSteps::restore(const ChannelState& state, DramChannel& channel) const {
  ChannelImage image = nodes_[state.node].image;
  const std::uint32_t used = image.words.front();
  image.words.erase(image.words.begin());
  image.rows = state.rows;
  image.tags = state.tags;
  channel.restore(state.at, state.next_refresh, image);
  return used;
}

void ChannelSteps::forget(const std::vector<ChannelState*>& keep) {
  std::vector<Node> nodes = std::move(nodes_);
  nodes_.clear();
  steps_.clear();
  node_of_.clear();
  step_of_.clear();
  for (ChannelState* state : keep) {
    Node& node = nodes[state->node];
    image_ = node.image;
    const std::uint32_t used = image_.words.front();
    image_.words.erase(image_.words.begin());
    state->node = intern(used, node.quiet, node.open);
  }
}

// --- steps ----------------------------------------------------------------------------------------------------

std::uint64_t ChannelSteps::hash(const Key& key) {
  std::uint64_t h = mix(std::uint64_t{key.node} << 32 | key.pattern, static_cast<std::uint64_t>(key.gap));
  h = mix(mix(h, static_cast<std::uint64_t>(key.refresh)), static_cast<std::uint64_t>(key.what));
  return mix(h, std::hash<std::string>{}(key.known));
}

const ChannelSteps::Step* ChannelSteps::find(const Key& key) const {
  const auto head = step_of_.find(hash(key));
  if (head == step_of_.end()) return nullptr;
  for (std::uint32_t s = head->second; s != kNone; s = steps_[s].next)
    if (steps_[s].key == key) return &steps_[s];
  return nullptr;
}

const ChannelSteps::Step& ChannelSteps::step(const ChannelState& state, What what, Tick gap, const Chunk* chunk, std::uint32_t row) {
  const ChannelImage& image = nodes_[state.node].image;
  if (what == What::take && (chunk->write || image.writes)) what = What::take_columns;
  key_.node = state.node;
  key_.what = what;
  key_.gap = gap;
  key_.refresh = -1;
  key_.pattern = chunk == nullptr ? 0 : what == What::take ? chunk->pattern : chunk->with_columns;
  key_.known.clear();
  if (chunk != nullptr)
    for (const Chunk::Row& r : chunk->rows) {
      const auto first = state.rows.begin() + image.first_row[r.bank], last = state.rows.begin() + image.first_row[r.bank + 1];
      const auto at = std::find(first, last, r.row ^ row);
      key_.known.push_back(at == last ? kUnknown : static_cast<char>(at - first));
    }
  const Tick refresh = state.next_refresh - state.at;
  if (const Step* known = find(key_); known != nullptr && known->duration < refresh) return *known;
  key_.refresh = refresh;
  if (const Step* known = find(key_)) return *known;
  return work_out(state, chunk, row);
}

Tick ChannelSteps::run(const ChannelState& state, const Chunk* chunk, std::uint32_t row, std::uint32_t& used) {
  DramChannel& channel = *scratch_;
  Tick t = state.at;
  const auto go_on = [&](Tick to) {
    t = to;
    used = 0;
    if (channel.wake() <= t) channel.step(t);
  };
  if (chunk != nullptr) {
    const auto tag = state.tags.size();
    for (std::size_t next = 0;;) {
      bool refused = false;
      for (; used < per_tick_ && next < chunk->bursts.size(); ++used, ++next) {
        Access access = chunk->bursts[next];
        access.row = chunk->rows[access.row].row ^ row;
        access.tag = tag;
        refused = !channel.accept(access, t);
        if (refused) break;
      }
      if (next == chunk->bursts.size()) return t;
      go_on(refused ? channel.wake() : std::min(channel.wake(), t + 1));
    }
  }
  if (key_.what == What::pass) {
    while (t < state.at + key_.gap) go_on(std::min(channel.wake(), state.at + key_.gap));
    return t;
  }
  if (key_.what == What::refresh) go_on(state.next_refresh);
  while (!channel.quiet(t) || used > 0) go_on(channel.idle() ? std::min(channel.wake(), std::max(t + 1, channel.settled())) : channel.wake());
  return t;
}

const ChannelSteps::Step& ChannelSteps::work_out(const ChannelState& state, const Chunk* chunk, std::uint32_t row) {
  ChannelState named = state;
  for (std::size_t i = 0; i < named.tags.size(); ++i) named.tags[i] = i;
  std::uint32_t used = restore(named, *scratch_);
  const Tick end = run(named, chunk, row, used);
  Step step{};
  step.duration = end - state.at;
  if (scratch_->next_refresh() == state.next_refresh) key_.refresh = -1;
  else step.refreshes = (scratch_->next_refresh() - state.next_refresh) / refresh_interval_;
  step.key = key_;
  step.counters = scratch_->counters(end);
  for (const Done& done : scratch_->done()) {
    const auto at = std::find_if(step.finished.begin(), step.finished.end(), [&done](const Finish& f) { return f.tag == done.tag; });
    Finish& finish = at == step.finished.end() ? step.finished.emplace_back(Finish{done.tag, 0, kAlways}) : *at;
    ++finish.count;
    finish.last = std::max(finish.last, done.at - state.at);
  }
  scratch_->save(end, image_);
  describe(step, state, chunk, row);
  step.node = intern(used, scratch_->quiet(end), scratch_->open());
  const auto [head, fresh] = step_of_.try_emplace(hash(step.key), kNone);
  step.next = head->second;
  head->second = static_cast<std::uint32_t>(steps_.size());
  steps_.push_back(std::move(step));
  return steps_.back();
}

void ChannelSteps::describe(Step& step, const ChannelState& before, const Chunk* chunk, std::uint32_t row) const {
  const auto& first = nodes_[before.node].image.first_row;
  for (std::uint32_t bank = 0; bank + 1 < image_.first_row.size(); ++bank)
    for (std::uint32_t r = image_.first_row[bank]; r < image_.first_row[bank + 1]; ++r) {
      auto at = static_cast<std::uint32_t>(std::find(before.rows.begin() + first[bank], before.rows.begin() + first[bank + 1], image_.rows[r]) -
                                           before.rows.begin());
      if (at == first[bank + 1]) {
        at = static_cast<std::uint32_t>(before.rows.size());
        for (std::size_t i = 0; chunk->rows[i].bank != bank || (chunk->rows[i].row ^ row) != image_.rows[r]; ++i) ++at;
      }
      step.rows.push_back(at);
    }
  for (const std::uint64_t tag : image_.tags) step.tags.push_back(static_cast<std::uint32_t>(tag));
}

void ChannelSteps::report(const Step& step, const ChannelState& state, std::uint64_t tag, StepResult& result) const {
  for (const Finish& f : step.finished)
    result.finished.push_back({f.tag < state.tags.size() ? state.tags[f.tag] : tag, f.count, state.at + f.last});
  add(result.counters, step.counters);
}

void ChannelSteps::apply(const Step& step, ChannelState& state, const Chunk* chunk, std::uint32_t row, std::uint64_t tag, StepResult& result) const {
  report(step, state, tag, result);
  std::vector<std::uint32_t> rows;
  rows.reserve(step.rows.size());
  for (const std::uint32_t r : step.rows)
    rows.push_back(r < state.rows.size() ? state.rows[r] : chunk->rows[r - state.rows.size()].row ^ row);
  std::vector<std::uint64_t> tags;
  tags.reserve(step.tags.size());
  for (const std::uint32_t t : step.tags) tags.push_back(t < state.tags.size() ? state.tags[t] : tag);
  state.rows.swap(rows);
  state.tags.swap(tags);
  state.node = step.node;
  state.at += step.duration;
  state.next_refresh += step.refreshes * refresh_interval_;
}

// --- use ------------------------------------------------------------------------------------------------------

void ChannelSteps::take(ChannelState& state, const Chunk& chunk, std::uint32_t row, std::uint64_t tag, StepResult& result) {
  apply(step(state, What::take, 0, &chunk, row), state, &chunk, row, tag, result);
}

void ChannelSteps::drain(const ChannelState& state, StepResult& result) {
  report(step(state, What::drain, 0, nullptr, 0), state, 0, result);
}

void ChannelSteps::pass(ChannelState& state, Tick to, StepResult& result) {
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
    if (state.node != before || !nodes_[before].quiet) continue;
    const Tick again = (to - state.at) / refresh_interval_;
    add(result.counters, whole.counters, static_cast<std::uint64_t>(again));
    state.at += again * refresh_interval_;
    state.next_refresh += again * refresh_interval_;
  }
}

}  // namespace presil::memory
