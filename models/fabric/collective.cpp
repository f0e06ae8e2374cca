// collective.cpp -- implementation of collective.h.
#include "models/fabric/collective.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include <fmt/format.h>

#include "models/fabric/prediction.h"
#include "models/fabric/topology.h"
#include "sim/base/error.h"

namespace presil::fabric {

namespace {

constexpr double kMicro = 1e-6;
/// Steps of the largest schedule that is simulated.
constexpr double kMostSteps = 4e6;
/// B of one piece of a pipelined collective, and the most pieces.
constexpr double kPiece = 128 * 1024;
/// Steps of a tree up to which it has more than 32 pieces: a deep tree fills slowly.
constexpr double kTreeSteps = 4e4;
/// Share of the first byte's way below which the time on a link is nothing: paths may then meet.
constexpr double kNegligible = 0.01;

bool by_switches(const Schedule& s, Pattern p) { return p == Pattern::in_switch || (p == Pattern::hierarchical && !s.groups.empty()); }
bool shot(Pattern p) { return p == Pattern::one_shot || p == Pattern::two_shot; }

/// Does what all NICs of a node send take no time beside the way of its first byte?
bool negligible(const SystemConfig& machine, const Shape& shape, double bytes) {
  const ScaleOutConfig& out = machine.scale_out;
  const Seconds way = out.link.latency * 2 + out.nic_latency * 2 + out.switch_latency;
  return Bytes{shape.in_node * (bytes + out.link.header.value)} / out.link.bandwidth < way * kNegligible;
}

/// What the machine's library takes by itself: halving-doubling nowhere, direct where every pair has a link, and where
/// nothing else does it.
bool by_itself(const Shape& shape, const CollectiveJob& job, Pattern p) {
  const Operation o = job.operation;
  if (shot(p)) return job.serving;
  if (o == Operation::all_to_all || o == Operation::send_receive) return p == Pattern::direct;
  if (!shape.extents.empty() && o != Operation::broadcast) return p == Pattern::torus;
  return p != Pattern::halving_doubling && (p != Pattern::direct || (shape.mesh && shape.nodes() == 1 && o != Operation::broadcast));
}

double steps_in(const Shape& shape, const CollectiveJob& job, Pattern p) {
  const double n = shape.ranks;
  if (p == Pattern::ring) return rounds(job.operation) * n * n * (shape.nodes() > 1 ? shape.channels : shape.mesh ? n - 1 : 1);
  if (p == Pattern::direct) return rounds(job.operation) * n * n;
  if (p == Pattern::torus) {
    double sum = 0;
    for (const std::uint32_t extent : shape.extents) sum += extent - 1.0;
    return rounds(job.operation) * n * sum * 2 * static_cast<double>(shape.extents.size());
  }
  return n;
}

bool has_protocol(const SystemConfig& system, Pattern pattern, Protocol protocol) {
  if (pattern == Pattern::in_switch || shot(pattern)) return protocol == Protocol::simple;
  return protocol != Protocol::ll128 || system.scale_up.link.step_times != StepTimes::pcie;
}

std::uint32_t pieces_of(const Shape& shape, const CollectiveJob& job, Pattern pattern) {
  const auto within = [](double pieces, double most) { return static_cast<std::uint32_t>(std::clamp(pieces, 1.0, most)); };
  switch (pattern) {
    case Pattern::in_switch: return within(job.bytes / kPiece / (job.operation == Operation::broadcast ? 1 : shape.ranks), 256);
    case Pattern::ring: return within(job.bytes / kPiece / (2.0 * shape.channels), 32);
    case Pattern::tree: return within(job.bytes / kPiece / (2.0 * shape.channels), std::clamp(kTreeSteps / (4.0 * shape.channels * shape.ranks), 32.0, 128.0));
    case Pattern::hierarchical: return within(job.bytes / (32 * kPiece), 4);
    default: return 1;
  }
}

}  // namespace

bool folds(const SystemConfig& machine, const Shape& shape, const CollectiveJob& job, const Choice& choice) {
  const ScaleOutConfig& out = machine.scale_out;
  const bool clos = out.topology == OutTopology::rail || out.topology == OutTopology::fat_tree;
  const bool apart = (out.spreading == Routing::spread && out.oversubscription == 1) || negligible(machine, shape, job.bytes);
  return !job.unfolded && choice.pattern == Pattern::hierarchical && clos && std::has_single_bit(shape.nodes()) && apart;
}

Shape shape_of(const SystemConfig& system, std::uint32_t ranks) {
  Shape shape;
  shape.ranks = ranks;
  shape.in_node = std::min(ranks, system.scale_up.devices);
  shape.channels = system.nodes() > 1 ? system.scale_out.nics : 1;
  shape.mesh = system.scale_up.topology == UpTopology::mesh;
  shape.switch_sums = system.scale_up.topology == UpTopology::switched && system.scale_up.link.in_switch_reduction;
  shape.direct_kernels = system.scale_up.link.direct_rate.value > 0;
  if (system.scale_up.topology == UpTopology::torus)
    for (const std::uint32_t extent : {system.scale_up.x, system.scale_up.y, system.scale_up.z})
      if (extent > 1) shape.extents.push_back(extent);
  return shape;
}

std::vector<Choice> choices(const SystemConfig& part, const Shape& shape, const CollectiveJob& job) {
  if (job.ranks < 2) throw InputError(fmt::format("{} among {} ranks has nothing to exchange; expected 2 or more", kOperationNames[static_cast<std::size_t>(job.operation)], job.ranks));
  std::vector<Choice> found;
  double most = 0;
  for (std::size_t i = 0; i < kPatternNames.size(); ++i) {
    const auto pattern = static_cast<Pattern>(i);
    if (!can(shape, job.operation, pattern) || (job.pattern ? *job.pattern != pattern : !by_itself(shape, job, pattern))) continue;
    if (const double steps = steps_in(shape, job, pattern); steps > kMostSteps) {
      most = std::max(most, steps);
      continue;
    }
    for (const Protocol protocol : {Protocol::ll, Protocol::ll128, Protocol::simple}) {
      if (!has_protocol(part, pattern, protocol) || (job.protocol && *job.protocol != protocol)) continue;
      const Prediction p = predict(Terms(part, job, shape, protocol, pattern == Pattern::tree), pattern);
      const bool chunks = !shot(pattern) && job.operation != Operation::send_receive && job.operation != Operation::all_to_all;
      const LinkConfig& link = part.scale_up.link;
      const Seconds pipeline = !chunks ? Seconds{} : pattern == Pattern::in_switch ? link.reduction_pipeline_time : link.pipeline_time;
      const Seconds cut{std::sqrt(pipeline.value * p.transfer.value)};
      const Seconds software = shot(pattern) ? Seconds{} : link.software_overhead;
      found.push_back({pattern, protocol, software + Seconds{p.latency * kMicro} + cut, p.transfer});
    }
  }
  if (found.empty() && most > 0)
    throw InputError(fmt::format("that takes {:.3g} steps among {} ranks; presil simulates at most {:.0f}", most, job.ranks, kMostSteps));
  if (found.empty())
    throw InputError(fmt::format("{} on {} cannot be done by {}{}", kOperationNames[static_cast<std::size_t>(job.operation)], part.name,
                                 job.pattern ? kPatternNames[static_cast<std::size_t>(*job.pattern)] : "any algorithm",
                                 job.protocol ? fmt::format(" with protocol {}", kProtocolNames[static_cast<std::size_t>(*job.protocol)]) : ""));
  return found;
}

Choice best_choice(const SystemConfig& machine, const Shape& shape, const CollectiveJob& job) {
  const std::vector<Choice> found = choices(machine, shape, job);
  return *std::min_element(found.begin(), found.end(), [](const Choice& a, const Choice& b) { return a.predicted() < b.predicted(); });
}

Schedule schedule_of(const SystemConfig& part, const Shape& shape, const CollectiveJob& job, const Choice& choice) {
  const Terms t(part, job, shape, choice.protocol, choice.pattern == Pattern::tree);
  Schedule s = make_schedule(shape, {job.operation, job.bytes, choice.pattern, pieces_of(shape, job, choice.pattern), folds(part, shape, job, choice), job.counts, job.rounds});
  if (shot(choice.pattern)) {
    s.near_step = part.scale_up.link.direct_latency;
    s.expansion = t.up / t.shot_rate();
    return s;
  }
  const bool switches = by_switches(s, choice.pattern);
  s.near_step = switches ? Seconds{} : Seconds{t.near * kMicro};
  s.far_step = {t.far * kMicro};
  // The constant of in-switch collectives is of the whole, the way there and back included.
  const Seconds way = part.scale_up.link.latency * rounds(job.operation), fixed{(switches ? kInSwitchLatency : t.base) * kMicro};
  const Seconds cut = choice.latency - part.scale_up.link.software_overhead - Seconds{predict(t, choice.pattern).latency * kMicro};
  s.setup = part.scale_up.link.software_overhead + cut + (switches ? std::max(Seconds{}, fixed - way) : fixed);
  const BytesPerSecond whole = std::min(t.up, t.out);
  s.expansion = switches ? 1 : whole / t.protocol_rate(whole, share_of(choice.pattern, t.p));
  return s;
}

std::vector<Choice> choices(const SystemConfig& system, const CollectiveJob& job) {
  const SystemConfig part = part_for(system, job.ranks);
  return choices(part, shape_of(part, job.ranks), job);
}
Choice best_choice(const SystemConfig& system, const CollectiveJob& job) {
  const SystemConfig part = part_for(system, job.ranks);
  return best_choice(part, shape_of(part, job.ranks), job);
}
Schedule schedule_of(const SystemConfig& system, const CollectiveJob& job, const Choice& choice) {
  const SystemConfig part = part_for(system, job.ranks);
  return schedule_of(part, shape_of(part, job.ranks), job, choice);
}
bool folds(const SystemConfig& system, const CollectiveJob& job, const Choice& choice) {
  const SystemConfig part = part_for(system, job.ranks);
  return folds(part, shape_of(part, job.ranks), job, choice);
}

double bus_factor(Operation o, std::uint32_t n) {
  if (o == Operation::broadcast || o == Operation::send_receive) return 1;
  return rounds(o) * (n - 1.0) / n;
}

Seconds collective_bound(const SystemConfig& system, const CollectiveJob& job) {
  const SystemConfig part = part_for(system, job.ranks);
  const Shape shape = shape_of(part, job.ranks);
  const double n = job.ranks;
  double factor = bus_factor(job.operation, job.ranks);
  if (shape.switch_sums && shape.nodes() == 1 && job.operation == Operation::all_reduce) factor = std::min(1.0, factor);
  // Between nodes: every node's payload once over its NICs, and for all-reduce (n-1)/n of it twice; switches may add up.
  Seconds bound = Bytes{factor * job.bytes} / raw_rate(part.scale_up.link, shape.in_node > 1 ? shape.in_node : 2);
  if (!job.counts.empty()) {
    double largest = 0;  // of what a rank sends or gets
    for (std::uint32_t i = 0; i < job.ranks; ++i) {
      double out = 0, in = 0;
      for (std::uint32_t j = 0; j < job.ranks; ++j) {
        if (i == j) continue;
        out += job.counts[static_cast<std::size_t>(i) * job.ranks + j];
        in += job.counts[static_cast<std::size_t>(j) * job.ranks + i];
      }
      largest = std::max({largest, out, in});
    }
    bound = Bytes{largest} / raw_rate(part.scale_up.link, static_cast<std::uint32_t>(n));
  }
  return part.scale_up.link.latency + bound;
}

CollectiveSimulator::CollectiveSimulator() : fabric_((kernel::initialise(), "fabric")), runner_("collective", fabric_) {}

CollectiveResult CollectiveSimulator::run(const SystemConfig& system, const CollectiveJob& job) {
  CollectiveResult result;
  result.choice = best_choice(system, job);
  const SystemConfig part = part_for(system, job.ranks);
  fabric_.load(build_graph(part));
  const Schedule schedule = schedule_of(system, job, result.choice);
  result.time = std::max(runner_.run(schedule), system.launch_interval);
  result.steps = schedule.steps.size();
  result.chunk_hops = fabric_.chunk_hops();
  return result;
}

}  // namespace presil::fabric
