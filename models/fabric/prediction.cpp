// prediction.cpp -- implementation of prediction.h.
#include "models/fabric/prediction.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace presil::fabric {

namespace {

double log2_up(std::uint32_t n) { return std::bit_width(n - 1); }

const Latencies& steps_of(const LinkConfig& link) {
  static constexpr std::array kSteps{kNvlinkStep, kPcieStep, kNetworkStep};
  return kSteps[static_cast<std::size_t>(link.step_times)];
}

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

Prediction shot_prediction(const Terms& t, Pattern pattern) {
  const double shots = pattern == Pattern::one_shot ? 1 : 2, n = t.shape.ranks;
  return {shots * t.system.scale_up.link.direct_latency.value * 1e6, Bytes{(pattern == Pattern::one_shot ? n - 1 : t.factor) * t.job.bytes} / t.shot_rate()};
}

}  // namespace

double rounds(Operation o) { return o == Operation::all_reduce ? 2 : 1; }

Terms::Terms(const SystemConfig& s, const CollectiveJob& j, const Shape& on, Protocol protocol, bool tree)
    : system(s), job(j), shape(on), p(static_cast<std::size_t>(protocol)) {
  const BytesPerSecond unlimited{std::numeric_limits<double>::infinity()};
  const auto of = [&](const Latencies& l) { return (tree ? l.tree : l.ring)[p]; };
  near = of(steps_of(s.scale_up.link));
  far = of(steps_of(s.scale_out.link));
  base = of(kBaseLatency);
  factor = rounds(j.operation) * (j.ranks - 1.0) / j.ranks;
  // A member alone in its node sends by its NIC, whatever the links are.
  up = shape.in_node > 1 ? effective_rate(s.scale_up.link, shape.in_node) : unlimited;
  out = shape.nodes() > 1 ? effective_rate(s.scale_out.link, 2) * static_cast<double>(shape.channels) : unlimited;
}

BytesPerSecond Terms::protocol_rate(BytesPerSecond rate, double share) const {
  const LinkConfig& link = system.scale_up.link;
  return p == 0 && link.ll_limit.value > 0 ? std::min(rate * share, link.ll_limit) : rate * share;
}

BytesPerSecond Terms::shot_rate() const { return std::min(system.scale_up.link.direct_rate, raw_rate(system.scale_up.link, shape.in_node)); }

double share_of(Pattern pattern, std::size_t protocol) { return (pattern == Pattern::tree ? kTreeShare : kRingShare)[protocol]; }

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
    case Pattern::one_shot: case Pattern::two_shot: return shot_prediction(t, pattern);
  }
  return {};
}

}  // namespace presil::fabric
