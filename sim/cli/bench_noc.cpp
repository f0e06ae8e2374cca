// bench_noc.cpp -- `presil bench noc`: latency against load of an on-chip network, flit by flit.
#include <array>
#include <charconv>
#include <iostream>
#include <string_view>

#include <nlohmann/json.hpp>

#include "sim/cli/bench.h"
#include "sim/cli/parse.h"
#include "sim/cli/terminal.h"
#include "sim/report/csv.h"
#include "sim/report/record.h"
#include "sim/run/bench_noc.h"

namespace presil::cli {

namespace {

constexpr const char* kBenchNocExamples = R"(
Loads are flits offered per node and cycle. Latency is from a packet's creation to its tail's arrival, waiting in
its source included. The defaults are BookSim2's router: 16 virtual channels of 8 flits, one cycle each for
routing, VC allocation, switch allocation, traversal and link.

Examples:
  presil bench noc --topology mesh --size 8x8 --injection 0.3
  presil bench noc --topology mesh --size 8x8 --vcs 4 --buffer 4 --sweep --format csv
  presil bench noc --topology torus --size 4x4 --packet 5 --pattern tornado --injection 0.2)";

struct BenchNocOptions {
  std::string topology{"mesh"}, size{"8x8"}, pattern{"uniform"}, format;
  run::NocQuery query;
};

template <std::size_t N>
std::vector<std::string> words(const std::array<std::string_view, N>& names) {
  return {names.begin(), names.end()};
}
template <std::size_t N>
std::size_t place(const std::array<std::string_view, N>& names, const std::string& name) {
  std::size_t i = 0;
  while (i + 1 < N && names[i] != name) ++i;
  return i;
}

bool read_side(std::string_view text, std::uint32_t& side) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), side);
  return problem == std::errc() && end == text.data() + text.size() && side >= 1 && side <= 4096;
}

/// "8x8", or "16" for 16 nodes in a row.
void read_size(const std::string& text, noc::FlitConfig& c) {
  const std::string_view all = text;
  const std::size_t cross = all.find('x');
  c.rows = 1;
  if (!read_side(all.substr(0, cross), c.columns) || (cross != all.npos && !read_side(all.substr(cross + 1), c.rows)))
    throw UsageError("--size " + text + ": expected COLUMNSxROWS such as 8x8, or a number of nodes");
}

void declare_router(CLI::App& command, noc::FlitConfig& c) {
  command.add_option("--vcs", c.virtual_channels, "Virtual channels of an input port (default 16)")->type_name("N");
  command.add_option("--buffer", c.buffer, "Flits that a virtual channel holds (default 8)")->type_name("N");
  command.add_option("--routing-delay", c.routing_delay, "Cycles (default 1); 0: routed one router ahead")->type_name("N");
  command.add_option("--vc-alloc-delay", c.vc_allocation_delay, "Cycles of VC allocation (default 1)")->type_name("N");
  command.add_option("--sw-alloc-delay", c.switch_allocation_delay, "Cycles of switch allocation (default 1)")->type_name("N");
  command.add_option("--traversal-delay", c.traversal_delay, "Cycles through the crossbar (default 1)")->type_name("N");
  command.add_option("--link-delay", c.link_delay, "Cycles on a link, of flits and of credits (default 1)")->type_name("N");
  command.add_option("--credit-delay", c.credit_delay, "Cycles from a credit's arrival to its use (default 0)")->type_name("N");
}

void declare_bench_noc(CLI::App& command, BenchNocOptions& o) {
  noc::TrafficConfig& t = o.query.traffic;
  command.add_option("--topology", o.topology, "mesh (default), torus, ring, crossbar")->check(one_of(words(noc::kFlitTopologyNames)))->type_name("NAME");
  command.add_option("--size", o.size, "COLUMNSxROWS (default 8x8), or a number of nodes")->type_name("SIZE");
  declare_router(command, o.query.network);
  command.add_option("--packet", t.packet, "Flits of a packet (default 1)")->type_name("N");
  command.add_option("--pattern", o.pattern, "uniform (default; a node itself included), transpose, bit-complement, tornado, neighbour, hotspot")
      ->check(one_of(words(noc::kPatternNames)))
      ->type_name("NAME");
  command.add_option("--hotspot-node", t.hotspot_node, "The hotspot (default 0)")->type_name("N");
  command.add_option("--hotspot-share", t.hotspot_share, "Share of all packets that go there (default 0.1); the rest is uniform")->type_name("F");
  auto* injection = command.add_option("--injection", t.injection, "Load, or a sweep's first (default 0.1; of a sweep 0.05)")->type_name("F");
  auto* sweep = command.add_flag("--sweep", o.query.sweep, "Rising loads up to the first that is unstable");
  command.add_option("--step", o.query.step, "Between the loads of a sweep (default 0.05)")->needs(sweep)->type_name("F");
  command.add_option("--seed", t.seed, "Of the random traffic (default 1)")->type_name("N");
  command.parse_complete_callback([&o, injection] {
    if (o.query.sweep && injection->count() == 0) o.query.traffic.injection = o.query.step;
  });
  add_format(command, o.format, {"text", "json", "csv"});
}

ExitStatus perform_bench_noc(const BenchNocOptions& o) {
  run::NocQuery query = o.query;
  query.network.topology = static_cast<noc::FlitTopology>(place(noc::kFlitTopologyNames, o.topology));
  query.traffic.pattern = static_cast<noc::Pattern>(place(noc::kPatternNames, o.pattern));
  read_size(o.size, query.network);
  std::vector<std::string> warnings;
  nlohmann::ordered_json record = run::bench_noc(query, &warnings);
  for (const std::string& warning : warnings) std::cerr << "presil: warning: " << warning << '\n';
  if (!o.query.sweep || o.format == "json") {
    print_record(record, o.format);
    return ExitStatus::ok;
  }
  const nlohmann::ordered_json points = record["points"];
  record.erase("points");
  if (o.format == "csv") print(report::list_csv(points));
  else print(report::record_text(record, output_style()) + "\n" +
             report::list_text(points, {"injection", "mean_packet_latency_cycles", "accepted_flits_per_node_cycle", "stable", "packets"}, output_style()));
  return ExitStatus::ok;
}

}  // namespace

void add_bench_noc(CLI::App& bench, Action& action) {
  add_command<BenchNocOptions>(bench, "noc", "Latency against load of an on-chip network, flit by flit", kBenchNocExamples, action, declare_bench_noc, perform_bench_noc);
}

}  // namespace presil::cli
