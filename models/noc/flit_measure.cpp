// flit_measure.cpp -- implementation of flit_measure.h.
#include "models/noc/flit_measure.h"

#include <algorithm>
#include <cmath>

namespace presil::noc {

namespace {

class Measurement {
 public:
  Measurement(const FlitConfig& config, const TrafficConfig& traffic, const MeasureConfig& how)
      : how_(how), traffic_(traffic), network_(config), source_(traffic, network_.layout()),
        created_up_to_(network_.layout().nodes(), 0) {
    const double rate = traffic.injection / traffic.packet * network_.layout().nodes();
    sample_cycles_ = std::max<Cycle>(how.sample_cycles, static_cast<Cycle>(how.sample_packets / rate));
  }

  LoadPoint run() {
    const bool settled = sample();
    if (settled) drain();
    LoadPoint point;
    point.injection = traffic_.injection;
    point.latency = packets_ > 0 ? latency_sum_ / static_cast<double>(packets_) : 0;
    point.accepted = accepted();
    point.stable = settled && !too_late_;
    point.packets = packets_;
    point.mean_hops = created_ > 0 ? hops_sum_ / static_cast<double>(created_) : 0;
    point.cycles = network_.now();
    return point;
  }

 private:
  enum class Phase { warming, measuring, draining };

  /// Whether warm-up ended.
  bool sample() {
    double latency = 0, accepted_before = 0;
    std::uint32_t agreed = 0;
    for (std::uint32_t i = 0; i < how_.samples && agreed < 3; ++i) {
      if (phase_ == Phase::warming ? i % 2 == 0 : just_warm_) clear();
      just_warm_ = false;
      for (Cycle c = 0; c < sample_cycles_; ++c) step();
      if (late()) {
        too_late_ = true;
        return false;
      }
      const double mean = packets_ > 0 ? latency_sum_ / static_cast<double>(packets_) : 0;
      const bool agrees = near(mean, latency) && near(accepted(), accepted_before);
      latency = mean;
      accepted_before = accepted();
      if (phase_ == Phase::measuring) agreed = agrees ? agreed + 1 : 0;
      if (phase_ == Phase::warming && agrees) {
        phase_ = Phase::measuring;
        just_warm_ = true;
      }
    }
    return phase_ == Phase::measuring;
  }

  void drain() {
    phase_ = Phase::draining;
    measured_until_ = network_.now();
    for (Cycle i = 1; outstanding_ > 0 || !all_created(); ++i) {
      step();
      if (i % sample_cycles_ == 0 && late()) {
        too_late_ = true;
        return;
      }
    }
  }

  void step() {
    for (std::uint32_t node = 0; node < created_up_to_.size(); ++node) create(node);
    network_.step();
    for (const FlitNetwork::Arrival& a : network_.arrived()) receive(a);
    if (phase_ != Phase::draining) ++counted_cycles_;
  }

  /// One packet at most waits in a source; the cycles in which it might have created others are caught up on later.
  void create(std::uint32_t node) {
    Cycle& time = created_up_to_[node];
    while (network_.source_empty(node) && time <= network_.now()) {
      if (source_.creates()) {
        const bool measured = phase_ == Phase::measuring || (phase_ == Phase::draining && time < measured_until_);
        const std::uint32_t destination = source_.destination(node);
        network_.send(node, destination, traffic_.packet, time, measured);
        if (measured) ++outstanding_;
        if (measured || phase_ == Phase::warming) {
          ++created_;
          hops_sum_ += network_.layout().hops(node, destination);
        }
      }
      ++time;
    }
  }

  void receive(const FlitNetwork::Arrival& a) {
    if (phase_ != Phase::draining) ++accepted_;
    if (!a.flit.tail) return;
    if (a.flit.measured) --outstanding_;
    if (!a.flit.measured && phase_ != Phase::warming) return;
    latency_sum_ += static_cast<double>(network_.now() - 1 - a.flit.created);
    ++packets_;
  }

  void clear() {
    accepted_ = packets_ = created_ = 0;
    counted_cycles_ = 0;
    latency_sum_ = hops_sum_ = 0;
  }
  double accepted() const {
    return static_cast<double>(accepted_) / static_cast<double>(counted_cycles_) / network_.layout().nodes();
  }
  bool near(double now, double before) const { return std::abs(now - before) <= how_.agreement * now; }
  bool late() const {
    const double ages = latency_sum_ + network_.age_in_flight();
    return ages > how_.latency_limit * static_cast<double>(packets_ + network_.in_flight());
  }
  bool all_created() const {
    return std::all_of(created_up_to_.begin(), created_up_to_.end(), [this](Cycle t) { return t >= measured_until_; });
  }

  const MeasureConfig how_;
  const TrafficConfig traffic_;
  FlitNetwork network_;
  TrafficSource source_;
  std::vector<Cycle> created_up_to_;  ///< by node
  Phase phase_{Phase::warming};
  bool just_warm_{false}, too_late_{false};
  Cycle sample_cycles_;
  Cycle measured_until_{0};
  std::uint64_t outstanding_{0};      ///< measured packets in flight
  std::uint64_t accepted_{0}, packets_{0}, created_{0};
  Cycle counted_cycles_{0};
  double latency_sum_{0}, hops_sum_{0};
};

}  // namespace

LoadPoint measure(const FlitConfig& config, const TrafficConfig& traffic, const MeasureConfig& how) {
  check(config);
  check(traffic, FlitLayout(config.topology, config.columns, config.rows));
  return Measurement(config, traffic, how).run();
}

std::vector<LoadPoint> sweep(const FlitConfig& config, TrafficConfig traffic, double step, const MeasureConfig& how) {
  std::vector<LoadPoint> points;
  const double first = traffic.injection;
  for (std::uint32_t i = 0; first + i * step <= 1 + 1e-9; ++i) {
    traffic.injection = std::min(std::round((first + i * step) * 1e6) / 1e6, 1.0);  // 0.15, not 0.15000000000000002
    points.push_back(measure(config, traffic, how));
    if (!points.back().stable) break;
  }
  return points;
}

double saturation(const std::vector<LoadPoint>& points) {
  double most = 0;
  for (const LoadPoint& p : points) most = std::max(most, p.accepted);
  return most;
}

}  // namespace presil::noc
