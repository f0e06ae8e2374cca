// governor.cpp -- implementation of governor.h.
#include "sim/run/governor.h"

#include "sim/ppa/voltage_curve.h"

namespace presil::run {

namespace {

constexpr int kStates = 32;
constexpr double kStep = 1.0 / 40;

}  // namespace

Governor::Governor(const Chip& chip)
    : power_(chip), technology_(chip->board().technology),
      supply_(chip->board().power.supply.value > 0 ? chip->board().power.supply : technology_.voltage.nominal), limit_(api::power_limit(chip->board(), chip->own_power_limit())), governed_(chip->governs_itself()) {}

double Governor::energy_at(double speed) const {
  if (speed >= 1) return 1;
  const Volts lower = ppa::supply_for(technology_, speed * ppa::relative_speed(technology_, supply_));
  return ppa::relative_energy(technology_, lower) / ppa::relative_energy(technology_, supply_);
}

bool Governor::holds(const SegmentTotals& segment) const {
  const Seconds time = segment.activity.time;
  return time.value <= 0 || power_.average(segment, power_.load_celsius()) <= limit_;
}

double Governor::highest_speed(const std::function<SegmentTotals(double)>& simulate) const {
  const auto speed = [](int state) { return 1 - state * kStep; };
  if (const SegmentTotals full = simulate(1); !present() || holds(full)) return 1;
  int best = kStates, first = 1, last = 0;
  while (first < best) {
    last = (first + best) / 2;
    if (holds(simulate(speed(last)))) best = last;
    else first = last + 1;
  }
  if (last != best) simulate(speed(best));
  return speed(best);
}

}  // namespace presil::run
