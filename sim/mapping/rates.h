// rates.h -- what the mapper assumes of a machine when it compares tilings in closed form.
#pragma once

#include "models/npu/chip_config.h"
#include "sim/mapping/placement.h"

namespace presil::mapping {

/// Rates in bytes a second of the whole chip, and of one core's link.
struct Rates {
  explicit Rates(const npu::ChipConfig& chip);
  /// Seconds to move `bytes_per_core` on each core at once between a home and the scratchpads.
  double seconds(Home home, double bytes_per_core) const;

  double memory, shared, host, link, port;
  double cores;
  double clock;
  double latency;  ///< of one transfer that nothing overlaps
};

}  // namespace presil::mapping
