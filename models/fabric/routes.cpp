// routes.cpp -- implementation of routes.h.
#include "models/fabric/routes.h"

#include <algorithm>
#include <map>

#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/filtered_graph.hpp>
#include <fmt/format.h>

#include "sim/base/error.h"

namespace presil::fabric {

namespace {

constexpr std::uint16_t kFar = 0xffff;

/// 64-bit finaliser of splitmix64 (Steele, Lea, Flood, OOPSLA 2014).
std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

}  // namespace

/// The graph as Boost's algorithms take it.
struct Router::Plain {
  using Csr = boost::compressed_sparse_row_graph<boost::directedS>;
  Csr csr;
  static Csr made(const Graph& graph) {
    std::vector<std::pair<VertexId, VertexId>> edges;
    for (const Channel& c : graph.channels) edges.emplace_back(c.from, c.to);
    return Csr(boost::edges_are_unsorted_multi_pass, edges.begin(), edges.end(), graph.vertices.size());
  }
  explicit Plain(const Graph& graph) : csr(made(graph)) {}
};

namespace {

/// Devices other than the destination forward nothing where there are switches to do it.
template <class Csr>
struct Forwards {
  const Csr* csr{};
  VertexId to{}, devices{};
  bool operator()(const typename boost::graph_traits<Csr>::edge_descriptor& e) const {
    const auto from = boost::source(e, *csr);
    return from == to || from >= devices;
  }
};

}  // namespace

Router::Router(const Graph& graph)
    : graph_(graph), plain_(std::make_unique<Plain>(graph)), first_out_(graph.vertices.size() + 1, 0), out_(graph.channels.size()) {
  for (const Channel& c : graph.channels) ++first_out_[c.from + 1];
  for (std::size_t v = 0; v < graph.vertices.size(); ++v) first_out_[v + 1] += first_out_[v];
  std::vector<std::uint32_t> at(first_out_.begin(), first_out_.end() - 1);
  for (ChannelId c = 0; c < graph.channels.size(); ++c) out_[at[graph.channels[c].from]++] = c;
}

Router::~Router() = default;

/// Every channel has its opposite, so distances from a vertex are distances to it.
const std::vector<std::uint16_t>& Router::distances(VertexId to) {
  auto& distance = distances_[to];
  if (!distance.empty()) return distance;
  distance.assign(graph_.vertices.size(), kFar);
  distance[to] = 0;
  const bool direct = graph_.vertices.size() == graph_.devices;
  const Forwards<Plain::Csr> forwards{&plain_->csr, to, direct ? 0 : graph_.devices};
  const boost::filtered_graph<Plain::Csr, Forwards<Plain::Csr>> usable(plain_->csr, forwards);
  boost::breadth_first_search(
      usable, to, boost::visitor(boost::make_bfs_visitor(boost::record_distances(distance.data(), boost::on_tree_edge()))));
  return distance;
}

ChannelId Router::between(VertexId from, VertexId to) const {
  for (std::uint32_t i = first_out_[from]; i < first_out_[from + 1]; ++i)
    if (graph_.channels[out_[i]].to == to) return out_[i];
  return kNone;
}

ChannelId Router::choose(VertexId from, VertexId at, VertexId to, std::uint64_t& key,
                         const std::vector<std::uint16_t>& distance) const {
  std::uint32_t count = 0;
  const auto closer = [&](ChannelId c) { return distance[graph_.channels[c].to] + 1 == distance[at]; };
  for (std::uint32_t i = first_out_[at]; i < first_out_[at + 1]; ++i) count += closer(out_[i]) ? 1 : 0;
  std::uint64_t pick = graph_.routing == Routing::hash ? mixed((std::uint64_t{from} << 32 | to) + at) % count : key % count;
  key /= count;
  for (std::uint32_t i = first_out_[at]; i < first_out_[at + 1]; ++i)
    if (closer(out_[i]) && pick-- == 0) return out_[i];
  return kNone;
}

std::vector<ChannelId> Router::torus_path(VertexId from, VertexId to) const {
  std::vector<ChannelId> path;
  std::uint32_t stride = 1;
  VertexId at = from;
  for (const std::uint32_t extent : graph_.extents) {
    const std::uint32_t goal = to / stride % extent;
    while (at / stride % extent != goal) {
      const std::uint32_t here = at / stride % extent, up = (goal + extent - here) % extent;
      // Half-way round both ways are as short: odd and even places take different ones.
      const bool forward = 2 * up < extent || (2 * up == extent && here % 2 == 0);
      const std::uint32_t next = forward ? (here + 1) % extent : (here + extent - 1) % extent;
      const VertexId then = at - here * stride + next * stride;
      path.push_back(between(at, then));
      at = then;
    }
    stride *= extent;
  }
  return path;
}

std::vector<ChannelId> Router::path(VertexId from, VertexId to, std::uint64_t key) {
  if (graph_.routing == Routing::dimension) return torus_path(from, to);
  const auto& distance = distances(to);
  if (distance[from] == kFar) throw InputError(fmt::format("no links lead from device {} to device {}", from, to));
  std::vector<ChannelId> path;
  for (VertexId at = from; at != to; at = graph_.channels[path.back()].to) path.push_back(choose(from, at, to, key, distance));
  return path;
}

Route Router::unicast(VertexId from, VertexId to) {
  Route route;
  std::uint32_t vc = 0;
  for (const ChannelId c : path(from, to)) {
    vc += graph_.channels[c].dateline ? 1 : 0;
    const auto index = static_cast<std::uint32_t>(route.hops.size());
    if (index > 0) route.hops.back().next.push_back(index);
    route.hops.push_back({c, std::min(vc, kVirtualChannels - 1), index > 0 ? 1u : 0u});
  }
  route.ends = route.hops.empty() ? 0 : 1;
  return route;
}

Route Router::multicast(VertexId from, const std::vector<VertexId>& group) {
  Route route;
  std::map<ChannelId, std::uint32_t> known;
  const auto follow = [&](const std::vector<ChannelId>& path) {
    std::uint32_t before = kNone, vc = 0;
    for (const ChannelId c : path) {
      vc += graph_.channels[c].dateline ? 1 : 0;
      const auto [found, fresh] = known.try_emplace(c, static_cast<std::uint32_t>(route.hops.size()));
      if (fresh) {
        route.hops.push_back({c, std::min(vc, kVirtualChannels - 1), before == kNone ? 0u : 1u});
        if (before != kNone) route.hops[before].next.push_back(found->second);
      }
      before = found->second;
    }
    ++route.ends;
  };
  bool itself = false;
  for (const VertexId member : group) {
    if (member == from) itself = true;
    else follow(path(from, member, spread_key(from)));  // one key for all, so that paths part as late as they can
  }
  if (itself && !route.hops.empty()) {
    const ChannelId out = route.hops.front().channel;
    follow({out, between(graph_.channels[out].to, from)});
  }
  return route;
}

Route Router::reduction(const std::vector<VertexId>& group, VertexId to) {
  const Route there = multicast(to, group);  // its way back, so that paths that meet stay together
  Route route;
  route.hops.resize(there.hops.size());
  for (std::uint32_t i = 0; i < there.hops.size(); ++i) {
    const Channel& c = graph_.channels[there.hops[i].channel];
    route.hops[i] = {between(c.to, c.from), there.hops[i].vc, static_cast<std::uint32_t>(there.hops[i].next.size()),
                     std::move(route.hops[i].next)};
    if (route.hops[i].fan_in > 1 && !graph_.vertices[c.to].reduces)
      throw InputError(fmt::format("vertex {} on the way to device {} adds nothing up", c.to, to));
    for (const std::uint32_t after : there.hops[i].next) route.hops[after].next.push_back(i);
    if (there.hops[i].fan_in == 0) ++route.ends;
  }
  return route;
}

Seconds Router::latency(VertexId from, VertexId to) {
  Seconds sum{};
  for (const ChannelId c : path(from, to))
    sum += graph_.wires[graph_.channels[c].wire].latency + graph_.vertices[graph_.channels[c].to].latency;
  return sum;
}

}  // namespace presil::fabric
