// time.h -- between typed quantities and SystemC time.
#pragma once

#include <cstdint>
#include <systemc>

#include "sim/base/units.h"

namespace presil::kernel {

/// One femtosecond: 64 B at 450 GB/s is 142.2 ps, and 64 bits of femtoseconds last 5 hours.
inline constexpr double kResolution = 1e-15;

/// Longest single action, 1153 s, and longest simulated time, 2.6 hours: sums of them stay within 64 bits.
inline constexpr double kLongestActionTicks = 1ull << 60;
inline constexpr std::uint64_t kLastTick = 1ull << 63;

/// Throws RunError: a machine so slow that 64 bits of femtoseconds do not last.
[[noreturn]] void fail_too_long();

/// Sets the time resolution; call once, before any module or sc_time exists. Later calls do nothing.
void initialise();

/// Rounded to the nearest tick.
inline sc_core::sc_time from_ticks(double ticks) {
  if (!(ticks < kLongestActionTicks)) fail_too_long();
  return sc_core::sc_time::from_value(static_cast<sc_dt::uint64>(ticks + 0.5));
}
inline sc_core::sc_time to_sc_time(Seconds t) { return from_ticks(t.value / kResolution); }
inline Seconds to_seconds(sc_core::sc_time t) { return {static_cast<double>(t.value()) * kResolution}; }

/// A clock without edges: converts whole cycles to time. Modules never wait for an edge.
class Clock {
 public:
  explicit Clock(Hertz frequency) : frequency_(frequency) {}
  sc_core::sc_time cycles(std::uint64_t n) const {
    return from_ticks(static_cast<double>(n) * (1.0 / kResolution) / frequency_.value);
  }
  Hertz frequency() const { return frequency_; }

 private:
  Hertz frequency_;
};

}  // namespace presil::kernel
