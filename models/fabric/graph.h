// graph.h -- a machine as its links join it: devices, NICs and switches, and one-way channels between them.
//
// Parallel links between the same two vertices are one channel with a count: a device spreads what it sends evenly over
// them, packet by packet, so they act as one link of the summed rate. A vertex may stand for several equal switches in
// the same way (`chips`): the planes of an NVSwitch node carry equal shares of everything.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/units.h"

namespace presil::fabric {

using VertexId = std::uint32_t;
using ChannelId = std::uint32_t;
inline constexpr std::uint32_t kNone = 0xffffffff;

enum class VertexKind { device, nic, switches };

struct Vertex {
  VertexKind kind{};
  Seconds latency{};        ///< head in to head out
  bool reduces{false};      ///< adds up what comes in (NVLS, SHARP)
  std::uint32_t chips{1};   ///< equal switches that this vertex stands for
  std::uint32_t node{0};    ///< server or group of devices that it belongs to
};

/// What all links of one kind have in common; rates of one link, one way.
struct Wire {
  std::string name;
  BytesPerSecond bandwidth{};
  Seconds latency{};           ///< first bit out to first bit in
  double payload{256};         ///< B, largest of a packet
  double header{16};           ///< B that come with every packet
  double flit{1};              ///< B, payload is carried in whole ones
  double share{1};             ///< of the rate that payload and headers reach
  double reduction_share{1};   ///< of that, for what switches add up or multicast
  double congested_share{1};   ///< of that, while several inputs compete for it (ECN, PFC)
  double buffer{0};            ///< B of credits of one link and virtual channel; 0: as many as the round trip takes
};

struct Channel {
  VertexId from{}, to{};
  std::uint32_t wire{};    ///< index into Graph::wires
  double links{1};         ///< parallel links that it stands for
  bool dateline{false};    ///< who crosses it goes on in the next virtual channel
};

enum class Routing {
  spread,     ///< shortest; among several next hops by the destination's number (as ftree, D-mod-k)
  hash,       ///< shortest; among several by a hash of source and destination (as ECMP)
  dimension,  ///< of a torus: dimension by dimension, the shorter way round
};

/// Devices are vertices 0 to devices - 1.
struct Graph {
  std::vector<Vertex> vertices;
  std::vector<Channel> channels;
  std::vector<Wire> wires;
  std::uint32_t devices{0};
  Routing routing{Routing::spread};
  std::vector<std::uint32_t> extents;      ///< of a torus; the first varies fastest
  std::vector<std::uint32_t> spread_keys;  ///< number of a device where paths are spread; empty: its own

  VertexId add(const Vertex& vertex);
  /// Both directions. Throws InputError on a self loop or a vertex that does not exist.
  void join(VertexId a, VertexId b, std::uint32_t wire, double links = 1, bool dateline = false);
};

/// One link at full rate, framing apart.
BytesPerSecond wire_rate(const Graph& graph, const Channel& channel);
/// Bytes that `payload` takes on the wire: whole flits, and a header with every packet.
double wire_bytes(const Wire& wire, double payload);

/// Time from a byte's departure to its credit's return: there, through the receiver, and back.
Seconds round_trip(const Graph& graph, const Channel& channel);
/// What credits leave of a link's rate: buffer / round trip, at most the rate itself.
BytesPerSecond credited_rate(const Graph& graph, const Channel& channel);

/// Throws InputError when some device cannot reach another, naming the two.
void check_connected(const Graph& graph);
/// What works, but not as one may think: credits too few for the round trip, with the rate that remains.
std::vector<std::string> warnings(const Graph& graph);

}  // namespace presil::fabric
