// The closed form of the channel split equals brute force, burst by burst, on random runs and maps.
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "models/memory/channel_split.h"

namespace presil::memory {
namespace {

std::vector<std::uint64_t> brute_force(const AddressMap& map, const Run& run) {
  std::vector<std::uint64_t> counts(map.channels, 0);
  const Run r = joined(run);
  for (std::uint64_t i = 0; i < r.rows; ++i) {
    const std::uint64_t start = r.base + i * r.stride;
    for (std::uint64_t burst = start / map.burst; burst * map.burst < start + r.row_bytes; ++burst)
      ++counts[burst * map.burst / map.interleave % map.channels];
  }
  return counts;
}

RC_GTEST_PROP(MemoryChannelSplit, EqualsBruteForce, ()) {
  AddressMap map;
  map.burst = std::uint64_t{1} << *rc::gen::inRange(0, 8);
  map.interleave = map.burst * *rc::gen::inRange<std::uint64_t>(1, 20);
  map.channels = *rc::gen::inRange<std::uint32_t>(1, 70);
  Run run;
  run.base = *rc::gen::inRange<std::uint64_t>(0, 1 << 20);
  run.rows = *rc::gen::inRange<std::uint64_t>(1, 300);
  run.row_bytes = *rc::gen::inRange<std::uint64_t>(1, 5000);
  run.stride = *rc::gen::oneOf(rc::gen::inRange<std::uint64_t>(0, 20000), rc::gen::just(run.row_bytes),
                               rc::gen::map(rc::gen::inRange<std::uint64_t>(0, 6),
                                            [map](std::uint64_t k) { return k * map.period() / 2; }));
  std::vector<std::uint64_t> counts;
  split(map, run, counts);
  RC_ASSERT(counts == brute_force(map, run));
}

}  // namespace
}  // namespace presil::memory
