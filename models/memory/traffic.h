// traffic.h -- request patterns for a memory benchmark; deterministic, the same on every machine.
//
//   seq         64 i
//   random      uniform over the lines of the first 1 GiB
//   stride=N    N i bytes
//   streams=N   N sequential reads in turn, 256 MiB apart
//   mix=R:W     R sequential reads, then W sequential writes, in turn; each its own stream, 256 MiB apart
//   zipf        reads; line of rank k with probability ~ 1 / k^0.99, ranks scattered over the first 1 GiB
//               [Gray et al., Quickly Generating Billion-Record Synthetic Databases, SIGMOD 1994; 0.99 as in YCSB]
// All wrap at the capacity. Streams lie capacity / streams apart where 256 MiB apart would not fit.
#pragma once

#include <string>

#include "models/memory/dram_feed.h"

namespace presil::memory {

struct Pattern {
  enum class Kind { sequential, random, stride, streams, mix, zipf } kind{Kind::sequential};
  std::uint64_t stride{64};
  std::uint32_t reads{1}, writes{0};
};

/// Throws UsageError that names the patterns.
Pattern parse_pattern(const std::string& text);

RequestSource make_traffic(const Pattern& pattern, std::uint64_t requests, std::uint64_t capacity);

}  // namespace presil::memory
