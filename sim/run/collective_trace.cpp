// collective_trace.cpp -- implementation of collective_trace.h.
#include "sim/run/collective_trace.h"

#include <fmt/format.h>

namespace presil::run {

namespace {

std::string vertex_name(const fabric::Graph& graph, fabric::VertexId id) {
  const fabric::Vertex& v = graph.vertices[id];
  const char* kind = v.kind == fabric::VertexKind::device ? "device" : v.kind == fabric::VertexKind::nic ? "NIC" : "switch";
  return fmt::format("{} {}", kind, v.kind == fabric::VertexKind::device ? id : id - graph.devices);
}

}  // namespace

CollectiveTrace::CollectiveTrace(const TraceOptions& options, const fabric::Fabric& fabric)
    : options_(options), fabric_(fabric), start_(sc_core::sc_time_stamp()) {}

std::uint32_t CollectiveTrace::track_of(fabric::ChannelId channel) {
  const auto [found, fresh] = tracks_.try_emplace(channel);
  if (!fresh) return found->second;
  const fabric::Graph& graph = fabric_.graph();
  const fabric::Channel& c = graph.channels[channel];
  found->second = options_.sink->track(graph.wires[c.wire].name, vertex_name(graph, c.from) + " to " + vertex_name(graph, c.to), false);
  return found->second;
}

void CollectiveTrace::operator()(const fabric::Passage& p) {
  const double begin = kernel::to_seconds(p.begin - start_).value, end = kernel::to_seconds(p.end - start_).value;
  if (done_ || !options_.window.meets(begin, end)) return;
  if (options_.sink->full()) {
    options_.sink->cut(begin);
    done_ = true;
    return;
  }
  options_.sink->span({track_of(p.channel), "chunk", begin, end, p.bytes, "B"});
}

}  // namespace presil::run
