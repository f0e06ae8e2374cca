// system.cpp -- implementation of system.h.
#include "sim/run/system.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "models/fabric/routes.h"
#include "models/fabric/topology.h"
#include "sim/config/loader.h"
#include "sim/config/reader.h"
#include "sim/run/experiment.h"

namespace presil::run {

using fabric::Graph;
using nlohmann::ordered_json;

namespace {

ordered_json section(const std::string& title, const std::vector<std::string>& columns, ordered_json rows) {
  return {{"title", title}, {"columns", columns}, {"rows", std::move(rows)}};
}

/// One row for every kind of channel: wire and parallel links.
ordered_json link_rows(const Graph& g) {
  std::map<std::pair<std::uint32_t, double>, std::size_t> kinds;
  for (const fabric::Channel& c : g.channels) ++kinds[{c.wire, c.links}];
  ordered_json rows = ordered_json::array();
  for (const auto& [kind, count] : kinds) {
    const fabric::Wire& w = g.wires[kind.first];
    const double raw = w.bandwidth.value * kind.second;
    rows.push_back({w.name, fmt::format("{:g}", kind.second), std::to_string(count / 2), fmt::format("{:.4g} GB/s", raw / 1e9),
                    fmt::format("{:.4g} GB/s", raw * w.share * w.payload / fabric::wire_bytes(w, w.payload) / 1e9), fmt::format("{:.0f} ns", w.latency.value * 1e9)});
  }
  return rows;
}

/// From device 0: to its neighbour, the last device of its node, the first of the next node and the last of all.
ordered_json path_rows(const fabric::SystemConfig& s, const Graph& g) {
  fabric::Router router(g);
  ordered_json rows = ordered_json::array();
  std::uint32_t last = 0;
  for (const std::uint32_t to : {1u, s.scale_up.devices - 1, s.scale_up.devices, g.devices / 2, g.devices - 1}) {
    if (to <= last || to >= g.devices) continue;
    last = to;
    rows.push_back({fmt::format("0 to {}", to), std::to_string(router.path(0, to).size()), fmt::format("{:.0f} ns", router.latency(0, to).value * 1e9)});
  }
  return rows;
}

}  // namespace

fabric::SystemConfig load_system(const std::string& name, const std::vector<std::string>& overrides) {
  const config::SearchPath search{home() / "configs"};
  fabric::SystemConfig system;
  config::read(config::load(config::find_config(search, "systems", name), overrides, reference_keys(), search), system);
  return system;
}

ordered_json system_sections(const fabric::SystemConfig& s) {
  const Graph g = fabric::build_graph(s);
  std::size_t switches = 0, nics = 0;
  for (const fabric::Vertex& v : g.vertices) {
    if (v.kind == fabric::VertexKind::switches) switches += v.chips;
    if (v.kind == fabric::VertexKind::nic) ++nics;
  }
  ordered_json rows = ordered_json::array();
  rows.push_back({"devices", fmt::format("{} {}", g.devices, s.device)});
  rows.push_back({"nodes", fmt::format("{} of {}", s.nodes(), s.scale_up.devices)});
  rows.push_back({"in a node", std::string(fabric::kUpTopologyNames[static_cast<std::size_t>(s.scale_up.topology)])});
  if (s.nodes() > 1) rows.push_back({"between nodes", std::string(fabric::kOutTopologyNames[static_cast<std::size_t>(s.scale_out.topology)])});
  rows.push_back({"switch chips", std::to_string(switches)});
  if (nics > 0) rows.push_back({"NICs", std::to_string(nics)});
  for (const std::string& text : fabric::warnings(g)) rows.push_back({"warning", text});
  return {section("System", {"what", "value"}, rows),
          section("Links", {"link", "in parallel", "pairs joined", "one way", "reached", "latency"}, link_rows(g)),
          section("Paths of an idle machine", {"devices", "links crossed", "first byte"}, path_rows(s, g))};
}

std::string system_summary(const fabric::SystemConfig& s) {
  const double rate = s.scale_up.link.bandwidth.value * s.scale_up.link.links / 1e9;
  std::string text = fmt::format("{} x {}, {} {} of {:.4g} GB/s", s.devices(), s.device,
                                 fabric::kUpTopologyNames[static_cast<std::size_t>(s.scale_up.topology)], s.scale_up.link.name, rate);
  if (s.nodes() > 1)
    text += fmt::format("; {} nodes, {} of {} {}", s.nodes(), fabric::kOutTopologyNames[static_cast<std::size_t>(s.scale_out.topology)], s.scale_out.nics,
                        s.scale_out.link.name);
  return text;
}

}  // namespace presil::run
