// flit_router.cpp -- implementation of flit_router.h.
#include "models/noc/flit_router.h"

namespace presil::noc {

namespace {
constexpr std::uint32_t kNone = IslipAllocator::kNone;
std::size_t slot(Cycle due, std::size_t size) { return static_cast<std::size_t>(due) % size; }
}  // namespace

FlitRouter::FlitRouter(const FlitConfig& config, const FlitLayout& layout, std::uint32_t id)
    : config_(config), layout_(layout), id_(id), ports_(layout.ports()), channels_(config.virtual_channels),
      inputs_(std::size_t{ports_} * channels_), outputs_(inputs_.size(), Output{config.buffer, false}),
      flits_(inputs_.size() * config.buffer), routed_(config.routing_delay + 2),
      channel_results_(config.vc_allocation_delay), switch_results_(config.switch_allocation_delay),
      channel_allocator_(ports_ * channels_, ports_ * channels_), switch_allocator_(ports_, ports_), wanting_(ports_),
      proposal_(std::size_t{ports_} * ports_, kNone), proposers_(ports_), granted_(ports_, kNone), turn_(ports_, 0) {}

void FlitRouter::arrive(std::uint32_t port, const Flit& flit, Cycle now) {
  const std::uint32_t i = index(port, flit.channel);
  Input& input = inputs_[i];
  flits_[i * config_.buffer + (input.first + input.count) % config_.buffer] = flit;
  if (input.count++ != 0) return;
  ++busy_;
  if (input.state == State::active) ask_switch_.push_back(i);  // a body flit that was waited for
  else new_head(i, now);
}

void FlitRouter::credit(std::uint32_t port, std::uint32_t channel) { ++outputs_[index(port, channel)].credits; }

void FlitRouter::step(Cycle now, std::vector<Departure>& departures, std::vector<Credit>& credits) {
  std::vector<Result>& routed = routed_[slot(now, routed_.size())];
  for (const Result& r : routed) route(r.input);
  routed.clear();
  // Both allocations see the state before either result of this cycle.
  if (!ask_channel_.empty()) allocate_channels(now);
  if (!ask_switch_.empty()) allocate_switch(now);
  finish_channels(now);
  finish_switch(now, departures, credits);
}

void FlitRouter::new_head(std::uint32_t input, Cycle start) {
  inputs_[input].state = State::routing;
  routed_[slot(start + config_.routing_delay, routed_.size())].push_back({input, kNone});
}

void FlitRouter::route(std::uint32_t i) {
  Input& input = inputs_[i];
  const Flit& head = front(i);
  const FlitLayout::Step step = layout_.route(id_, i / channels_, head.lane, head.destination);
  input.state = State::waiting;
  input.port = step.port;
  input.lane = step.lane;
  ask_channel_.push_back(i);
}

void FlitRouter::allocate_channels(Cycle now) {
  for (const std::uint32_t i : ask_channel_) {
    std::vector<std::uint32_t>& wanting = wanting_[inputs_[i].port];
    if (wanting.empty()) wanted_ports_.push_back(inputs_[i].port);
    wanting.push_back(i);
  }
  for (const std::uint32_t port : wanted_ports_) {
    for (std::uint32_t channel = 0; channel < channels_; ++channel) {
      if (outputs_[index(port, channel)].taken) continue;
      const std::uint8_t lane = channel < channels_ / 2 ? 0 : 1;
      channel_allocator_.grant(index(port, channel), wanting_[port], [&](std::uint32_t i) {
        return inputs_[i].lane == kAnyLane || inputs_[i].lane == lane;
      });
    }
    wanting_[port].clear();
  }
  wanted_ports_.clear();
  std::vector<Result>& results = channel_results_[slot(now + config_.vc_allocation_delay - 1, channel_results_.size())];
  for (const std::uint32_t i : ask_channel_) results.push_back({i, channel_allocator_.accept(i)});
  ask_channel_.clear();
}

void FlitRouter::finish_channels(Cycle now) {
  std::vector<Result>& results = channel_results_[slot(now, channel_results_.size())];
  for (const Result& r : results) {
    // With a delay of several cycles, a channel can have been granted again before the first grant took it.
    if (r.target == kNone || outputs_[r.target].taken) {
      ask_channel_.push_back(r.input);
      continue;
    }
    outputs_[r.target].taken = true;
    inputs_[r.input].target = r.target;
    inputs_[r.input].state = State::active;
    ask_switch_.push_back(r.input);
  }
  results.clear();
}

void FlitRouter::allocate_switch(Cycle now) {
  for (const std::uint32_t i : ask_switch_)
    if (outputs_[inputs_[i].target].credits > 0) propose(i);
  accept_proposals();
  std::vector<Result>& results = switch_results_[slot(now + config_.switch_allocation_delay - 1, switch_results_.size())];
  for (const std::uint32_t i : ask_switch_) {
    std::uint32_t& granted = granted_[i / channels_];
    results.push_back({i, granted == i ? inputs_[i].target : kNone});
  }
  for (const std::uint32_t i : ask_switch_) granted_[i / channels_] = kNone;
  ask_switch_.clear();
}

void FlitRouter::propose(std::uint32_t i) {
  const std::uint32_t port = i / channels_, channel = i % channels_, output = inputs_[i].port;
  std::uint32_t& proposal = proposal_[port * ports_ + output];
  const auto wait = [&](std::uint32_t c) { return (c + channels_ - turn_[port]) % channels_; };
  if (proposal == kNone) proposers_[output].push_back(port);
  else if (wait(proposal % channels_) < wait(channel)) return;
  proposal = i;
}

void FlitRouter::accept_proposals() {
  for (std::uint32_t output = 0; output < ports_; ++output)
    if (!proposers_[output].empty()) switch_allocator_.grant(output, proposers_[output], [](std::uint32_t) { return true; });
  for (std::uint32_t output = 0; output < ports_; ++output) {
    for (const std::uint32_t port : proposers_[output]) {
      const std::uint32_t accepted = switch_allocator_.accept(port);
      if (accepted == kNone) continue;
      const std::uint32_t winner = proposal_[port * ports_ + accepted];
      granted_[port] = winner;
      turn_[port] = (winner % channels_ + 1) % channels_;
    }
  }
  for (std::uint32_t output = 0; output < ports_; ++output) {
    for (const std::uint32_t port : proposers_[output]) proposal_[port * ports_ + output] = kNone;
    proposers_[output].clear();
  }
}

void FlitRouter::finish_switch(Cycle now, std::vector<Departure>& departures, std::vector<Credit>& credits) {
  std::vector<Result>& results = switch_results_[slot(now, switch_results_.size())];
  for (const Result& r : results) {
    if (r.target == kNone) ask_switch_.push_back(r.input);
    else depart(r.input, now, departures, credits);
  }
  results.clear();
}

void FlitRouter::depart(std::uint32_t i, Cycle now, std::vector<Departure>& departures, std::vector<Credit>& credits) {
  Input& input = inputs_[i];
  Output& output = outputs_[input.target];
  Flit flit = front(i);
  flit.channel = static_cast<std::uint16_t>(input.target % channels_);
  flit.lane = input.lane;
  --output.credits;
  input.first = (input.first + 1) % config_.buffer;
  --input.count;
  departures.push_back({input.port, flit});
  credits.push_back({i / channels_, i % channels_});
  if (flit.tail) {
    output.taken = false;
    input.state = State::idle;
  }
  if (input.count == 0) --busy_;
  else if (flit.tail) new_head(i, now + 1);
  else ask_switch_.push_back(i);
}

}  // namespace presil::noc
