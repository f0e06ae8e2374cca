// flit_network.cpp -- implementation of flit_network.h.
#include "models/noc/flit_network.h"

#include <fmt/format.h>

#include "sim/base/error.h"

namespace presil::noc {

FlitNetwork::FlitNetwork(const FlitConfig& config)
    : config_(config), layout_(config.topology, config.columns, config.rows), is_awake_(layout_.routers(), false),
      sources_(layout_.nodes()),
      wheel_(config.traversal_delay + config.link_delay + config.credit_delay + 2) {
  routers_.reserve(layout_.routers());
  for (std::uint32_t i = 0; i < layout_.routers(); ++i) routers_.emplace_back(config_, layout_, i);
  for (Source& source : sources_) {
    source.credits.assign(config.virtual_channels, config.buffer);
    source.last = config.virtual_channels - 1;
  }
}

void FlitNetwork::send(std::uint32_t source, std::uint32_t destination, std::uint32_t flits, Cycle created, bool measured) {
  for (std::uint32_t i = 0; i < flits; ++i)
    sources_[source].waiting.push_back({created, destination, 0, kAnyLane, i == 0, i + 1 == flits, measured});
  sent_ += flits;
  created_sum_ += static_cast<double>(created) * flits;
}

void FlitNetwork::step() {
  receive();
  for (std::uint32_t node = 0; node < sources_.size(); ++node)
    if (!sources_[node].waiting.empty()) inject(node);
  for (std::size_t i = 0; i < awake_.size();) {
    const std::uint32_t router = awake_[i];
    run_router(router);
    if (!routers_[router].idle()) {
      ++i;
      continue;
    }
    is_awake_[router] = false;
    awake_[i] = awake_.back();
    awake_.pop_back();
  }
  ++now_;
}

void FlitNetwork::receive() {
  Slot& slot = at(now_);
  for (const FlitOnLink& f : slot.flits) {
    routers_[f.router].arrive(f.port, f.flit, now_);
    wake(f.router);
  }
  for (const CreditOnLink& c : slot.credits) {
    if (c.router == kSource) ++sources_[c.port].credits[c.channel];
    else routers_[c.router].credit(c.port, c.channel);
  }
  arrived_ = slot.arrivals;
  for (const Arrival& a : arrived_) {
    ++delivered_;
    created_sum_ -= static_cast<double>(a.flit.created);
    at(now_ + config_.link_delay + 1 + config_.credit_delay)
        .credits.push_back({layout_.router_of(a.node), layout_.port_of(a.node), a.flit.channel});
  }
  slot.flits.clear();
  slot.credits.clear();
  slot.arrivals.clear();
}

void FlitNetwork::inject(std::uint32_t node) {
  Source& source = sources_[node];
  Flit flit = source.waiting.front();
  std::uint32_t channel = source.last;
  if (flit.head)
    for (std::uint32_t i = 1; i <= config_.virtual_channels; ++i) {
      channel = (source.last + i) % config_.virtual_channels;
      if (source.credits[channel] > 0) break;
    }
  if (source.credits[channel] == 0) return;
  source.last = channel;
  --source.credits[channel];
  flit.channel = static_cast<std::uint16_t>(channel);
  source.waiting.pop_front();
  at(now_ + config_.link_delay + 1).flits.push_back({layout_.router_of(node), layout_.port_of(node), flit});
}

void FlitNetwork::run_router(std::uint32_t router) {
  departures_.clear();
  credits_.clear();
  routers_[router].step(now_, departures_, credits_);
  for (const FlitRouter::Departure& d : departures_) {
    Slot& slot = at(now_ + config_.traversal_delay + config_.link_delay + 1);
    if (layout_.is_node_port(d.port)) {
      slot.arrivals.push_back({layout_.node_at(router, d.port), d.flit});
    } else {
      const FlitLayout::Far far = layout_.far_end(router, d.port);
      slot.flits.push_back({far.router, far.port, d.flit});
    }
  }
  for (const FlitRouter::Credit& c : credits_) {
    if (layout_.is_node_port(c.port)) {
      at(now_ + config_.link_delay + 1).credits.push_back({kSource, layout_.node_at(router, c.port), c.channel});
    } else {
      const FlitLayout::Far far = layout_.far_end(router, c.port);
      at(now_ + config_.link_delay + 1 + config_.credit_delay).credits.push_back({far.router, far.port, c.channel});
    }
  }
}

void FlitNetwork::wake(std::uint32_t router) {
  if (is_awake_[router]) return;
  is_awake_[router] = true;
  awake_.push_back(router);
}

void FlitNetwork::check_credits() const {
  const std::uint32_t channels = config_.virtual_channels, ports = layout_.ports(), routers = layout_.routers();
  const auto place = [&](std::uint32_t router, std::uint32_t port, std::uint32_t channel) {
    return (std::size_t{router} * ports + port) * channels + channel;
  };
  // Counted at the input side of every link; what leaves the network, and what its sources have left, apart.
  std::vector<std::uint32_t> inside(place(routers, 0, 0)), leaving(inside.size());
  for (std::uint32_t r = 0; r < routers; ++r)
    for (std::uint32_t p = 0; p < ports; ++p)
      for (std::uint32_t c = 0; c < channels; ++c) {
        inside[place(r, p, c)] += routers_[r].buffered(p, c);
        if (layout_.is_node_port(p)) inside[place(r, p, c)] += sources_[layout_.node_at(r, p)].credits[c];
      }
  for (const Slot& slot : wheel_) {
    for (const FlitOnLink& f : slot.flits) ++inside[place(f.router, f.port, f.flit.channel)];
    for (const Arrival& a : slot.arrivals) ++leaving[place(layout_.router_of(a.node), layout_.port_of(a.node), a.flit.channel)];
    for (const CreditOnLink& c : slot.credits) {
      if (c.router == kSource) ++inside[place(layout_.router_of(c.port), layout_.port_of(c.port), c.channel)];
      else if (layout_.is_node_port(c.port)) ++leaving[place(c.router, c.port, c.channel)];
      else {
        const FlitLayout::Far far = layout_.far_end(c.router, c.port);
        ++inside[place(far.router, far.port, c.channel)];
      }
    }
  }
  for (std::uint32_t r = 0; r < routers; ++r)
    for (std::uint32_t p = 0; p < ports; ++p)
      for (std::uint32_t c = 0; c < channels; ++c) {
        std::uint32_t total = leaving[place(r, p, c)] + routers_[r].credits(p, c);
        if (!layout_.is_node_port(p)) {
          const FlitLayout::Far far = layout_.far_end(r, p);
          total = inside[place(far.router, far.port, c)] + routers_[r].credits(p, c);
        } else if (inside[place(r, p, c)] != config_.buffer) {
          total = inside[place(r, p, c)];
        }
        if (total != config_.buffer)
          throw RunError(fmt::format("router {} port {} channel {}: credits and flits make {}, the buffer holds {}", r, p, c,
                                     total, config_.buffer));
      }
}

}  // namespace presil::noc
