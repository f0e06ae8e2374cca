// routes.h -- which channels a message crosses.
//
// Shortest paths come from a breadth-first search back from the destination (Boost.Graph), made once for each destination
// and kept. Among equally short next hops `spread` takes number k mod c of the c there are, k the destination's, and goes
// on with k / c (D-mod-k routing of fat trees: shifts of any distance never collide); `hash` mixes source and destination,
// as ECMP does, and collides.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "models/fabric/graph.h"

namespace presil::fabric {

inline constexpr std::uint32_t kVirtualChannels = 4;

struct Hop {
  ChannelId channel{};
  std::uint32_t vc{0};       ///< virtual channel: datelines crossed so far, this one included
  std::uint32_t fan_in{0};   ///< arrivals that are added up before it starts; 0: the source itself starts it
  std::vector<std::uint32_t> next{};  ///< hops that follow; none: the message has arrived
};

/// Hops of a message; of a tree when it is multicast or reduced.
struct Route {
  std::vector<Hop> hops;
  std::uint32_t ends{0};  ///< hops after which it has arrived
};

class Router {
 public:
  /// Keeps a reference.
  explicit Router(const Graph& graph);
  ~Router();

  /// Channels from a device to another, in order. Throws InputError when there is no way.
  std::vector<ChannelId> path(VertexId from, VertexId to) { return path(from, to, spread_key(to)); }
  Route unicast(VertexId from, VertexId to);
  /// To every member of the group, copied where paths part. The source, where it is one, gets its copy from the first
  /// switch (as multimem stores of NVLS return to the GPU that made them).
  Route multicast(VertexId from, const std::vector<VertexId>& group);
  /// From every member to `to`, which may be one, added up wherever paths meet. Throws InputError where a vertex on the way
  /// has to add up and cannot.
  Route reduction(const std::vector<VertexId>& group, VertexId to);

  /// Time of the first byte of an idle machine.
  Seconds latency(VertexId from, VertexId to);

 private:
  struct Plain;
  std::vector<ChannelId> path(VertexId from, VertexId to, std::uint64_t key);
  std::uint64_t spread_key(VertexId device) const { return graph_.spread_keys.empty() ? device : graph_.spread_keys[device]; }
  ChannelId between(VertexId from, VertexId to) const;
  const std::vector<std::uint16_t>& distances(VertexId to);
  ChannelId choose(VertexId from, VertexId at, VertexId to, std::uint64_t& key, const std::vector<std::uint16_t>& distance) const;
  std::vector<ChannelId> torus_path(VertexId from, VertexId to) const;

  const Graph& graph_;
  std::unique_ptr<Plain> plain_;
  std::vector<std::uint32_t> first_out_;    ///< by vertex, into out_
  std::vector<ChannelId> out_;
  std::unordered_map<VertexId, std::vector<std::uint16_t>> distances_;
};

}  // namespace presil::fabric
