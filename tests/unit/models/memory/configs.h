// configs.h -- the memory the tests of this folder measure: round numbers, refresh included.
#pragma once

#include "models/memory/memory_config.h"

namespace presil::memory {

/// 8 channels of 16 GB/s, 32 B bursts of 2 ns, refresh factor 0.9: 2.222 ns a burst.
inline MemoryConfig round_memory() {
  MemoryConfig c;
  c.name = "round";
  c.standard = "test";
  c.stacks = 2;
  c.channels_per_stack = 4;
  c.channel_bandwidth = {16e9};
  c.capacity_per_stack = {512.0 * 1024 * 1024};
  c.burst = {32};
  c.interleave = {256};
  c.read_latency = {50e-9};
  c.write_latency = {20e-9};
  c.refresh_interval = {4000e-9};
  c.refresh_time = {400e-9};
  c.queue_depth = 16;
  c.energy = {4e-12};
  return c;
}

}  // namespace presil::memory
