// collective.cpp -- implementation of collective.h.
#include "models/fabric/collective.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "models/fabric/topology.h"
#include "sim/base/error.h"

namespace presil::fabric {

namespace {

constexpr double kMicro = 1e-6;
/// Steps of the largest schedule that is simulated.
constexpr double kMostSteps = 4e6;
/// B of one piece of a pipelined collective, and the most pieces.
constexpr double kPiece = 128 * 1024;

double rounds(Operation o) { return o == Operation::all_reduce ? 2 : 1; }
double log2_up(std::uint32_t n) { return std::bit_width(n - 1); }

const Latencies& steps_of(const LinkConfig& link) {
  static constexpr std::array kSteps{kNvlinkStep, kPcieStep, kNetworkStep};
  return kSteps[static_cast<std::size_t>(link.step_times)];
}

/// The numbers that predictions are made of.
struct Terms {
  const SystemConfig& system;
  const CollectiveJob& job;
  Shape shape;
  std::size_t p;
  double near, far, base, factor;       ///< us; factor of n-1 in n
  BytesPerSecond up, out;               ///< of a device; of all NICs of a node

  Terms(const SystemConfig& s, const CollectiveJob& j, Protocol protocol, bool tree)
      : system(s), job(j), shape(shape_of(s, j.ranks)), p(static_cast<std::size_t>(protocol)) {
    const auto of = [&](const Latencies& l) { return (tree ? l.tree : l.ring)[p]; };
    near = of(steps_of(s.scale_up.link));
    far = of(steps_of(s.scale_out.link));
    base = of(kBaseLatency);
    factor = rounds(j.operation) * (j.ranks - 1.0) / j.ranks;
    up = effective_rate(s.scale_up.link, std::max(2u, shape.in_node));
    out = shape.nodes() > 1 ? effective_rate(s.scale_out.link, 2) * static_cast<double>(s.scale_out.nics) : BytesPerSecond{std::numeric_limits<double>::infinity()};
  }
  BytesPerSecond protocol_rate(BytesPerSecond rate, double share) const {
    const LinkConfig& link = system.scale_up.link;
    return p == 0 && link.ll_limit.value > 0 ? std::min(rate * share, link.ll_limit) : rate * share;
  }
};

double share_of(Pattern pattern, std::size_t protocol) { return (pattern == Pattern::tree ? kTreeShare : kRingShare)[protocol]; }

/// Latency in us and the bytes of a device that pass at which rate.
struct Prediction {
  double latency;
  Seconds transfer;
};

Prediction ring_prediction(const Terms& t) {
  const double n = t.shape.ranks, cross = t.shape.nodes() > 1 ? t.shape.nodes() : 0, r = rounds(t.job.operation);
  const double factor = t.job.operation == Operation::broadcast ? 1 : t.factor;
  return {t.base + r * ((n - 1 - std::min(cross, n - 1)) * t.near + cross * t.far),
          Bytes{factor * t.job.bytes} / t.protocol_rate(std::min(t.up, t.out), kRingShare[t.p])};
}

Prediction tree_prediction(const Terms& t) {
  const double depth = t.shape.nodes() > 1 ? log2_up(t.shape.nodes()) : 0;
  return {t.base + 2 * ((t.shape.in_node - 1.0) * t.near + depth * t.far),
          Bytes{2 * t.job.bytes} / t.protocol_rate(std::min(t.up, t.out), kTreeShare[t.p])};
}

Prediction flat_prediction(const Terms& t, double near_steps, double far_steps, double factor) {
  const BytesPerSecond rate = std::min(t.up, t.out / t.shape.in_node);
  return {t.base + near_steps * t.near + far_steps * t.far, Bytes{factor * t.job.bytes} / t.protocol_rate(rate, kRingShare[t.p])};
}

Prediction hierarchical_prediction(const Terms& t) {
  const double l = t.shape.in_node, nodes = t.shape.nodes(), r = rounds(t.job.operation);
  const bool switches = t.shape.switch_sums && l > 2;
  const double inside = switches ? kInSwitchLatency : t.base + r * (l - 1) * t.near;
  const BytesPerSecond rate = switches ? t.up * t.system.scale_up.link.reduction_share : t.up;
  const double far_steps = std::has_single_bit(t.shape.nodes()) ? log2_up(t.shape.nodes()) : nodes - 1;
  return {inside + r * far_steps * t.far, Bytes{r * (switches ? 1 : (l - 1) / l) * t.job.bytes} / t.protocol_rate(rate, kRingShare[t.p]) +
                                              Bytes{r * (nodes - 1) / nodes * t.job.bytes} / t.protocol_rate(t.out, kRingShare[t.p])};
}

Prediction predict(const Terms& t, Pattern pattern) {
  const double r = rounds(t.job.operation), n = t.shape.ranks;
  const bool nodes = t.shape.nodes() > 1;
  switch (pattern) {
    case Pattern::ring: return ring_prediction(t);
    case Pattern::tree: return tree_prediction(t);
    case Pattern::halving_doubling: return flat_prediction(t, r * log2_up(t.shape.in_node), nodes ? r * log2_up(t.shape.nodes()) : 0, t.factor);
    case Pattern::direct: {
      const bool whole = t.job.operation == Operation::send_receive || t.job.operation == Operation::broadcast;
      return flat_prediction(t, nodes ? 0 : r, nodes ? r : 0, t.job.operation == Operation::broadcast ? n - 1 : whole ? 1 : t.factor);
    }
    case Pattern::in_switch: {
      const double moved = t.job.operation == Operation::all_reduce ? (n + 1) / n : 1;
      return {kInSwitchLatency, Bytes{moved * t.job.bytes} / (t.up * t.system.scale_up.link.reduction_share)};
    }
    case Pattern::torus: {
      double steps = 0;
      for (const std::uint32_t extent : t.shape.extents) steps += extent - 1.0;
      return flat_prediction(t, r * steps, 0, t.factor);
    }
    case Pattern::hierarchical: return hierarchical_prediction(t);
  }
  return {};
}

/// What the machine's library takes by itself: halving-doubling nowhere, direct where every pair has a link, and where
/// nothing else does it.
bool by_itself(const Shape& shape, Operation o, Pattern p) {
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
  if (pattern == Pattern::in_switch) return protocol == Protocol::simple;
  return protocol != Protocol::ll128 || system.scale_up.link.step_times != StepTimes::pcie;
}

std::uint32_t pieces_of(const Shape& shape, const CollectiveJob& job, Pattern pattern) {
  const auto within = [](double pieces, double most) { return static_cast<std::uint32_t>(std::clamp(pieces, 1.0, most)); };
  switch (pattern) {
    case Pattern::in_switch: return within(job.bytes / kPiece / (job.operation == Operation::broadcast ? 1 : shape.ranks), 256);
    case Pattern::ring: case Pattern::tree: return within(job.bytes / kPiece / (2.0 * shape.channels), 32);
    case Pattern::hierarchical: return within(job.bytes / (32 * kPiece), 4);
    default: return 1;
  }
}

}  // namespace

bool folds(const SystemConfig& system, const CollectiveJob& job, const Choice& choice) {
  const ScaleOutConfig& out = part_for(system, job.ranks).scale_out;
  const bool clos = out.topology == OutTopology::rail || out.topology == OutTopology::fat_tree;
  return !job.unfolded && choice.pattern == Pattern::hierarchical && clos && std::has_single_bit(out.nodes) && out.spreading == Routing::spread &&
         out.oversubscription == 1;
}

Shape shape_of(const SystemConfig& system, std::uint32_t ranks) {
  Shape shape;
  shape.ranks = ranks;
  shape.in_node = std::min(ranks, system.scale_up.devices);
  shape.channels = system.nodes() > 1 ? system.scale_out.nics : 1;
  shape.mesh = system.scale_up.topology == UpTopology::mesh;
  shape.switch_sums = system.scale_up.topology == UpTopology::switched && system.scale_up.link.in_switch_reduction;
  if (system.scale_up.topology == UpTopology::torus)
    for (const std::uint32_t extent : {system.scale_up.x, system.scale_up.y, system.scale_up.z})
      if (extent > 1) shape.extents.push_back(extent);
  return shape;
}

std::vector<Choice> choices(const SystemConfig& system, const CollectiveJob& job) {
  if (job.ranks < 2) throw InputError(fmt::format("{} among {} ranks has nothing to exchange; expected 2 or more", kOperationNames[static_cast<std::size_t>(job.operation)], job.ranks));
  const SystemConfig part = part_for(system, job.ranks);
  const Shape shape = shape_of(part, job.ranks);
  std::vector<Choice> found;
  double most = 0;
  for (std::size_t i = 0; i < kPatternNames.size(); ++i) {
    const auto pattern = static_cast<Pattern>(i);
    if (!can(shape, job.operation, pattern) || (job.pattern ? *job.pattern != pattern : !by_itself(shape, job.operation, pattern))) continue;
    if (const double steps = steps_in(shape, job, pattern); steps > kMostSteps) {
      most = std::max(most, steps);
      continue;
    }
    for (const Protocol protocol : {Protocol::ll, Protocol::ll128, Protocol::simple}) {
      if (!has_protocol(part, pattern, protocol) || (job.protocol && *job.protocol != protocol)) continue;
      const Prediction p = predict(Terms(part, job, protocol, pattern == Pattern::tree), pattern);
      const bool chunks = job.operation != Operation::send_receive && job.operation != Operation::all_to_all;
      const LinkConfig& link = part.scale_up.link;
      const Seconds pipeline = !chunks ? Seconds{} : pattern == Pattern::in_switch ? link.reduction_pipeline_time : link.pipeline_time;
      const Seconds cut{std::sqrt(pipeline.value * p.transfer.value)};
      found.push_back({pattern, protocol, link.software_overhead + Seconds{p.latency * kMicro} + cut, p.transfer});
    }
  }
  if (found.empty() && most > 0)
    throw InputError(fmt::format("that takes {:.3g} steps among {} ranks; presil simulates at most {:.0f}", most, job.ranks, kMostSteps));
  if (found.empty())
    throw InputError(fmt::format("{} on {} cannot be done by {}{}", kOperationNames[static_cast<std::size_t>(job.operation)], system.name,
                                 job.pattern ? kPatternNames[static_cast<std::size_t>(*job.pattern)] : "any algorithm",
                                 job.protocol ? fmt::format(" with protocol {}", kProtocolNames[static_cast<std::size_t>(*job.protocol)]) : ""));
  return found;
}

Choice best_choice(const SystemConfig& system, const CollectiveJob& job) {
  const std::vector<Choice> found = choices(system, job);
  return *std::min_element(found.begin(), found.end(), [](const Choice& a, const Choice& b) { return a.predicted() < b.predicted(); });
}

Schedule schedule_of(const SystemConfig& system, const CollectiveJob& job, const Choice& choice) {
  const SystemConfig part = part_for(system, job.ranks);
  const Terms t(part, job, choice.protocol, choice.pattern == Pattern::tree);
  Schedule s = make_schedule(t.shape, {job.operation, job.bytes, choice.pattern, pieces_of(t.shape, job, choice.pattern), folds(part, job, choice), job.counts});
  const bool switches = choice.pattern == Pattern::in_switch || (choice.pattern == Pattern::hierarchical && !s.groups.empty());
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
    double largest = 0;
    for (std::uint32_t i = 0; i < job.ranks; ++i) {
      double sum = 0;
      for (std::uint32_t j = 0; j < job.ranks; ++j) sum += i == j ? 0 : job.counts[static_cast<std::size_t>(i) * job.ranks + j];
      largest = std::max(largest, sum);
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
