// rates.cpp -- implementation of rates.h.
#include "sim/mapping/rates.h"

#include <algorithm>

namespace presil::mapping {

Rates::Rates(const npu::ChipConfig& chip)
    : memory(std::min(memory::sustained(chip.memory).value, chip.network.link_bandwidth.value * chip.memory_ports)),
      shared(chip.shared.present() ? std::min(chip.shared.bandwidth.value, chip.network.link_bandwidth.value) : 1),
      host(chip.host.bandwidth.value),
      link(chip.network.link_bandwidth.value),
      port(chip.core.scratchpad.bytes_per_cycle() * chip.clock.value),
      cores(chip.cores),
      clock(chip.clock.value),
      latency(chip.memory.read_latency.value + 2 * chip.network.hop_latency.value) {}

double Rates::seconds(Home home, double bytes_per_core) const {
  const double all = bytes_per_core * cores;
  switch (home) {
    case Home::nowhere:
    case Home::local: return 0;
    case Home::memory: return std::max(all / memory, bytes_per_core / link);
    case Home::shared: return std::max(all / shared, bytes_per_core / link);
    case Home::host: return all / host;
  }
  return 0;
}

}  // namespace presil::mapping
