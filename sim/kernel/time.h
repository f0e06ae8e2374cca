// time.h -- between typed quantities and SystemC time.
#pragma once

#include <cstdint>
#include <systemc>

#include "sim/base/units.h"

namespace presil::kernel {

/// One femtosecond: 64 B at 450 GB/s is 142.2 ps, and 64 bits of femtoseconds last 5 hours.
inline constexpr double kResolution = 1e-15;

/// Sets the time resolution; call once, before any module or sc_time exists. Later calls do nothing.
void initialise();

inline sc_core::sc_time to_sc_time(Seconds t) {
  return sc_core::sc_time::from_value(static_cast<sc_dt::uint64>(t.value / kResolution + 0.5));
}
inline Seconds to_seconds(sc_core::sc_time t) { return {static_cast<double>(t.value()) * kResolution}; }

/// A clock without edges: converts whole cycles to time. Modules never wait for an edge.
class Clock {
 public:
  explicit Clock(Hertz frequency) : frequency_(frequency) {}
  sc_core::sc_time cycles(std::uint64_t n) const {
    return sc_core::sc_time::from_value(
        static_cast<sc_dt::uint64>(static_cast<double>(n) * (1.0 / kResolution) / frequency_.value + 0.5));
  }
  Hertz frequency() const { return frequency_; }

 private:
  Hertz frequency_;
};

}  // namespace presil::kernel
