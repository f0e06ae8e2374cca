// graph.cpp -- implementation of graph.h.
#include "models/fabric/graph.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/connected_components.hpp>
#include <fmt/format.h>

#include "sim/base/error.h"

namespace presil::fabric {

VertexId Graph::add(const Vertex& vertex) {
  vertices.push_back(vertex);
  if (vertex.kind == VertexKind::device) ++devices;
  return static_cast<VertexId>(vertices.size() - 1);
}

void Graph::join(VertexId a, VertexId b, std::uint32_t wire, double links, bool dateline) {
  if (a >= vertices.size() || b >= vertices.size())
    throw InputError(fmt::format("a link joins {} and {}, but there are only vertices 0 to {}", a, b, vertices.size() - 1));
  if (a == b) throw InputError(fmt::format("a link joins vertex {} to itself", a));
  channels.push_back({a, b, wire, links, dateline});
  channels.push_back({b, a, wire, links, dateline});
}

BytesPerSecond wire_rate(const Graph& graph, const Channel& channel) {
  const Wire& wire = graph.wires[channel.wire];
  return wire.bandwidth * wire.share * channel.links;
}

double wire_bytes(const Wire& wire, double payload) {
  return std::ceil(payload / wire.flit) * wire.flit + std::max(1.0, std::ceil(payload / wire.payload)) * wire.header;
}

Seconds round_trip(const Graph& graph, const Channel& channel) {
  return graph.wires[channel.wire].latency * 2 + graph.vertices[channel.to].latency;
}

BytesPerSecond credited_rate(const Graph& graph, const Channel& channel) {
  const BytesPerSecond rate = wire_rate(graph, channel);
  const Seconds there_and_back = round_trip(graph, channel);
  const double buffer = graph.wires[channel.wire].buffer * channel.links;
  if (buffer <= 0 || there_and_back.value <= 0) return rate;
  return std::min(rate, Bytes{buffer} / there_and_back);
}

void check_connected(const Graph& graph) {
  boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS> plain(graph.vertices.size());
  for (const Channel& c : graph.channels) boost::add_edge(c.from, c.to, plain);
  std::vector<int> part(graph.vertices.size());
  boost::connected_components(plain, part.data());
  for (VertexId d = 1; d < graph.devices; ++d)
    if (part[d] != part[0])
      throw InputError(fmt::format("the topology is disconnected: no links lead from device 0 to device {}", d));
}

std::vector<std::string> warnings(const Graph& graph) {
  std::vector<std::string> found;
  std::set<std::uint32_t> told;
  for (const Channel& c : graph.channels) {
    const BytesPerSecond full = wire_rate(graph, c), left = credited_rate(graph, c);
    if (left >= full || !told.insert(c.wire).second) continue;
    const Wire& wire = graph.wires[c.wire];
    const double trip = round_trip(graph, c).value;
    found.push_back(fmt::format("{}: credits of {:.0f} B are too few for a round trip of {:.0f} ns, which needs {:.0f} B; {:.1f} of "
                                "{:.1f} GB/s remain",
                                wire.name, wire.buffer, trip * 1e9, full.value / c.links * trip, left.value / c.links / 1e9,
                                full.value / c.links / 1e9));
  }
  return found;
}

}  // namespace presil::fabric
