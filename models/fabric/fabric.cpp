// fabric.cpp -- implementation of fabric.h.
#include "models/fabric/fabric.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "sim/base/error.h"

namespace presil::fabric {

using kernel::Callback;
using sc_core::sc_time;
using sc_core::sc_time_stamp;

namespace {

/// Buffers of links whose size is not given, in round trips and in chunks, each of which stands for many packets.
constexpr double kDefaultBuffer = 8;
/// B; more than what rounding leaves behind.
constexpr double kLeastBuffer = 0.5;

sc_time minus(sc_time a, sc_time b) { return a > b ? a - b : sc_core::SC_ZERO_TIME; }

}  // namespace

Fabric::Fabric(sc_core::sc_module_name name) : sc_module(name) {}

void Fabric::load(Graph graph, const Chunking& chunking) {
  if (idle_streams_.size() != streams_.size()) throw RunError("a fabric takes another machine while messages are under way");
  graph_ = std::move(graph);
  chunking_ = chunking;
  router_ = std::make_unique<Router>(graph_);
  routes_.clear();
  trees_.clear();
  virtual_channels_ = std::any_of(graph_.channels.begin(), graph_.channels.end(), [](const Channel& c) { return c.dateline; })
                          ? kVirtualChannels : 1;
  std::vector<std::uint32_t> inputs(graph_.vertices.size(), 1);  // input 0 is the device itself
  input_of_.resize(graph_.channels.size());
  for (ChannelId c = 0; c < graph_.channels.size(); ++c) input_of_[c] = inputs[graph_.channels[c].to]++;
  reset();
}

void Fabric::reset() {
  if (idle_streams_.size() != streams_.size()) throw RunError("a fabric is reset while messages are under way");
  channels_.assign(graph_.channels.size(), State{});
  for (ChannelId c = 0; c < channels_.size(); ++c) {
    const Channel& channel = graph_.channels[c];
    const Wire& wire = graph_.wires[channel.wire];
    State& state = channels_[c];
    state.seconds_per_byte = 1 / credited_rate(graph_, channel).value;
    state.congested = 1 / wire.congested_share;
    state.reduction = 1 / wire.reduction_share;
    state.latency = kernel::to_sc_time(wire.latency + graph_.vertices[channel.to].latency);
    state.back = kernel::to_sc_time(wire.latency);
    state.buffer = wire.buffer > 0 ? wire.buffer * channel.links
                                   : kDefaultBuffer * (wire_rate(graph_, channel) * round_trip(graph_, channel)).value;
  }
  counters_ = {};
  chunk_hops_ = 0;
}

const Route& Fabric::unicast(VertexId from, VertexId to) {
  const auto [found, fresh] = routes_.try_emplace(std::uint64_t{from} << 32 | to);
  if (fresh && from != to) found->second = router_->unicast(from, to);
  return found->second;
}

Seconds Fabric::latency(VertexId from, VertexId to) {
  Seconds sum{};
  for (const Hop& hop : unicast(from, to).hops) {
    const Channel& c = graph_.channels[hop.channel];
    sum += graph_.wires[c.wire].latency + graph_.vertices[c.to].latency;
  }
  return sum;
}

const Route& Fabric::tree(char kind, VertexId end, const std::vector<VertexId>& group) {
  std::vector<VertexId> key{static_cast<VertexId>(kind), end};
  key.insert(key.end(), group.begin(), group.end());
  const auto [found, fresh] = trees_.try_emplace(std::move(key));
  if (fresh) found->second = kind == 'm' ? router_->multicast(end, group) : router_->reduction(group, end);
  return found->second;
}

void Fabric::send(const api::Message& message, double expansion, Callback delivered) {
  if (message.source >= graph_.devices || message.destination >= graph_.devices)
    throw RunError("a message from or to a device that does not exist");
  launch({&unicast(message.source, message.destination), message.bytes, expansion, false, delivered});
}

void Fabric::multicast(VertexId source, const std::vector<VertexId>& group, std::uint64_t bytes, Callback delivered) {
  launch({&tree('m', source, group), bytes, 1, true, delivered});
}

void Fabric::reduce(const std::vector<VertexId>& group, VertexId destination, std::uint64_t bytes, Callback delivered) {
  launch({&tree('r', destination, group), bytes, 1, true, delivered});
}

void Fabric::launch(Stream stream) {
  const double bytes = static_cast<double>(stream.bytes);
  const double chunk = std::max(chunking_.least, std::ceil(bytes / chunking_.most));
  stream.chunk_bytes = static_cast<std::uint64_t>(chunk);
  stream.chunks = static_cast<std::uint32_t>(std::max(1.0, std::ceil(bytes / chunk)));
  stream.due = std::max(1u, stream.route->ends) * stream.chunks;
  std::uint32_t index;
  if (idle_streams_.empty()) {
    index = static_cast<std::uint32_t>(streams_.size());
    streams_.push_back({});
  } else {
    index = idle_streams_.back();
    idle_streams_.pop_back();
  }
  ++counters_.messages;
  const Route& route = *stream.route;
  if (stream.collective) {
    stream.summands.assign(route.hops.size() * stream.chunks, 0);
    stream.last_tails.assign(route.hops.size() * stream.chunks, sc_time{});
  }
  if (route.hops.empty()) stream.due = 1;
  streams_[index] = std::move(stream);
  if (route.hops.empty()) agenda_.after(sc_core::SC_ZERO_TIME, Callback::of<&Fabric::complete>(this, index));
  for (std::uint32_t hop = 0; hop < route.hops.size(); ++hop)
    if (route.hops[hop].fan_in == 0) inject(index, hop, 0, false);
}

void Fabric::inject(std::uint32_t stream, std::uint32_t hop, std::uint32_t number, bool in_front) {
  const Hop& h = streams_[stream].route->hops[hop];
  const ChannelId channel = h.channel;
  enqueue(channel, new_chunk({stream, hop, number, kEnd, sc_time_stamp()}), h.vc, in_front);
  if (!in_front) serve(channel);
}

std::uint32_t Fabric::new_chunk(const Chunk& chunk) {
  if (idle_chunks_.empty()) {
    chunks_.push_back(chunk);
    return static_cast<std::uint32_t>(chunks_.size() - 1);
  }
  const std::uint32_t index = idle_chunks_.back();
  idle_chunks_.pop_back();
  chunks_[index] = chunk;
  return index;
}

double Fabric::bytes_of(const Stream& stream, std::uint32_t number) const {
  const std::uint64_t before = std::uint64_t{number} * stream.chunk_bytes;
  return static_cast<double>(std::min(stream.chunk_bytes, stream.bytes - std::min(before, stream.bytes)));
}

/// The device itself is input 0.
void Fabric::enqueue(ChannelId channel, std::uint32_t index, std::uint32_t vc, bool in_front) {
  State& state = channels_[channel];
  Chunk& chunk = chunks_[index];
  const std::uint32_t input = chunk.came_by == kNone ? 0 : input_of_[chunk.came_by];
  const std::size_t at = std::size_t{input} * virtual_channels_ + std::min(vc, virtual_channels_ - 1);
  if (state.queues.size() <= at) state.queues.resize(at + 1);
  Queue& queue = state.queues[at];
  ++state.waiting;
  if (queue.first == kEnd) {
    queue.first = queue.last = index;
  } else if (in_front) {
    chunk.next = queue.first;
    queue.first = index;
  } else {
    chunks_[queue.last].next = index;
    queue.last = index;
  }
}

bool Fabric::has_credit(State& channel, std::uint32_t vc) {
  auto& returns = channel.returns[vc];
  while (!returns.empty() && returns.front().when <= sc_time_stamp()) {
    channel.outstanding[vc] -= returns.front().bytes;
    std::pop_heap(returns.begin(), returns.end(), std::greater<>{});
    returns.pop_back();
  }
  return channel.outstanding[vc] < std::max(channel.buffer, kLeastBuffer);
}

void Fabric::serve(std::uint64_t tag) {
  const auto id = static_cast<ChannelId>(tag);
  State& state = channels_[id];
  if (state.waiting == 0) return;
  if (sc_time_stamp() < state.free_at) return wake_by(id, state.free_at);
  const auto count = static_cast<std::uint32_t>(state.queues.size());
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t at = (state.turn + i) % count, vc = at % virtual_channels_;
    Queue& queue = state.queues[at];
    if (queue.first == kEnd || !has_credit(state, vc)) continue;
    const std::uint32_t chunk = queue.first;
    queue.first = chunks_[chunk].next;
    chunks_[chunk].next = kEnd;
    --state.waiting;
    // Back to an input before its next chunk has come is no loss: others go first.
    state.turn = at + 1;
    const bool contended = state.waiting > (queue.first == kEnd ? 0u : 1u);
    start(id, chunk, vc, contended);
    if (channels_[id].waiting > 0) wake_by(id, channels_[id].free_at);
    return;
  }
  ++state.counters.credit_stalls;
  for (std::uint32_t vc = 0; vc < virtual_channels_; ++vc)
    if (!state.returns[vc].empty() && state.returns[vc].front().when > sc_time_stamp()) wake_by(id, state.returns[vc].front().when);
}

void Fabric::wake_by(ChannelId channel, sc_time when) {
  State& state = channels_[channel];
  if (state.wake_pending && state.wake_at <= when) return;
  state.wake_pending = true;
  state.wake_at = when;
  agenda_.at(when, Callback::of<&Fabric::wake>(this, channel));
}

void Fabric::wake(std::uint64_t channel) {
  State& state = channels_[channel];
  if (!state.wake_pending || sc_time_stamp() < state.wake_at) return;  // overtaken by an earlier one
  state.wake_pending = false;
  serve(channel);
}

sc_time Fabric::serialisation(const State& state, const Stream& stream, double wire) const {
  return kernel::to_sc_time({wire * stream.expansion * state.seconds_per_byte * (stream.collective ? state.reduction : 1)});
}

void Fabric::start(ChannelId id, std::uint32_t index, std::uint32_t vc, bool contended) {
  State& state = channels_[id];
  const Chunk chunk = chunks_[index];
  const Stream& stream = streams_[chunk.stream];
  const Hop& hop = stream.route->hops[chunk.hop];
  const double bytes = bytes_of(stream, chunk.number), wire = wire_bytes(graph_.wires[graph_.channels[id].wire], bytes);
  sc_time takes = serialisation(state, stream, wire);
  if (contended && state.congested > 1) takes = takes * state.congested;
  const sc_time start = std::max(sc_time_stamp(), minus(chunk.tail, takes));
  ++chunk_hops_;
  // A buffer of unknown size has room for several chunks, whatever their size.
  if (graph_.wires[graph_.channels[id].wire].buffer <= 0) state.buffer = std::max(state.buffer, kDefaultBuffer * wire);
  state.free_at = start + takes;
  if (watcher_) watcher_({id, start, start + takes, bytes});
  state.counters.busy += kernel::to_seconds(takes);
  state.counters.payload_bytes += bytes;
  state.counters.wire_bytes += wire;
  if (!stream.collective) counters_.byte_hops += bytes;
  state.outstanding[vc] += wire;
  if (chunk.came_by != kNone) {
    const State& before = channels_[chunk.came_by];
    give_back(chunk, minus(state.free_at, serialisation(before, stream, chunk.wire)), start);
  }
  const bool more = hop.fan_in == 0 && chunk.number + 1 < stream.chunks;
  chunks_[index].tail = start + takes + state.latency;
  chunks_[index].came_by = id;
  chunks_[index].came_vc = vc;
  chunks_[index].wire = wire;
  chunks_[index].credit_share = 1;
  if (hop.next.empty()) {
    give_back(chunks_[index], start + state.latency, start);
    agenda_.at(start + takes + state.latency, Callback::of<&Fabric::deliver>(this, index));
  } else {
    agenda_.at(start + state.latency, Callback::of<&Fabric::arrive>(this, index));
  }
  if (more) inject(chunk.stream, chunk.hop, chunk.number + 1, true);
}

/// The room a chunk took is free `at`, and not before `earliest`; the news travels back over the wire.
void Fabric::give_back(const Chunk& chunk, sc_time at, sc_time earliest) {
  State& state = channels_[chunk.came_by];
  const sc_time when = std::max(at, earliest) + state.back;
  auto& returns = state.returns[chunk.came_vc];
  returns.push_back({when, chunk.wire * chunk.credit_share});
  std::push_heap(returns.begin(), returns.end(), std::greater<>{});
  if (state.waiting > 0) wake_by(chunk.came_by, std::max(when, state.free_at));
}

/// Whether this was the last summand; `tail` becomes the latest of all.
bool Fabric::summed(Stream& stream, std::uint32_t hop, std::uint32_t number, sc_time& tail) {
  const std::size_t at = std::size_t{hop} * stream.chunks + number;
  tail = stream.last_tails[at] = std::max(stream.last_tails[at], tail);
  return ++stream.summands[at] == stream.route->hops[hop].fan_in;
}

void Fabric::arrive(std::uint64_t tag) {
  const Chunk chunk = chunks_[tag];
  idle_chunks_.push_back(static_cast<std::uint32_t>(tag));
  const Route& route = *streams_[chunk.stream].route;
  const std::vector<std::uint32_t>& next = route.hops[chunk.hop].next;
  for (const std::uint32_t hop : next) {
    const Hop& h = route.hops[hop];
    Chunk onward{chunk.stream, hop, chunk.number, kEnd, chunk.tail, chunk.came_by, chunk.came_vc,
                 1 / static_cast<float>(next.size()), chunk.wire};
    if (h.fan_in > 1) {
      give_back(chunk, sc_time_stamp(), sc_time_stamp());
      if (!summed(streams_[chunk.stream], hop, chunk.number, onward.tail)) continue;
      onward.came_by = kNone;
    }
    enqueue(h.channel, new_chunk(onward), h.vc, false);
    serve(h.channel);
  }
}

void Fabric::deliver(std::uint64_t tag) {
  const Chunk& chunk = chunks_[tag];
  const std::uint32_t stream = chunk.stream;
  counters_.payload_bytes += bytes_of(streams_[stream], chunk.number);
  idle_chunks_.push_back(static_cast<std::uint32_t>(tag));
  complete(stream);
}

void Fabric::complete(std::uint64_t tag) {
  Stream& stream = streams_[tag];
  if (--stream.due > 0) return;
  const Callback delivered = stream.delivered;
  if (stream.route->hops.empty()) counters_.payload_bytes += static_cast<double>(stream.bytes);
  idle_streams_.push_back(static_cast<std::uint32_t>(tag));
  if (delivered) delivered();
}

api::NetworkCounters Fabric::counters() const {
  api::NetworkCounters result = counters_;
  for (const State& s : channels_) result.busiest_link_busy_s = std::max(result.busiest_link_busy_s, s.counters.busy.value);
  return result;
}

}  // namespace presil::fabric
