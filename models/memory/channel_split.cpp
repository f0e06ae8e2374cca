// channel_split.cpp -- implementation of channel_split.h.
#include "models/memory/channel_split.h"

#include <algorithm>
#include <numeric>

namespace presil::memory {

namespace {

/// Adds up rows in O(1) each: whole units (one interleave each) as steps of a difference array over the channels,
/// unwrapped to twice their number; the partial units at both ends of a row directly.
class Accumulator {
 public:
  Accumulator(const AddressMap& map, std::vector<std::uint64_t>& bursts)
      : map_(map), unit_(map.interleave / map.burst), bursts_(bursts), steps_(2 * std::uint64_t{map.channels} + 1, 0) {
    bursts_.assign(map.channels, 0);
  }

  /// A row starting at `start`, `times` over.
  void add(std::uint64_t start, std::uint64_t bytes, std::uint64_t times) {
    const std::uint64_t first = start / map_.burst;
    const std::uint64_t last = (start + bytes - 1) / map_.burst;  // inclusive
    const std::uint64_t first_unit = first / unit_;
    const std::uint64_t last_unit = last / unit_;
    add_units(first_unit, last_unit - first_unit + 1, times);
    // Take back what the first and the last unit hold outside the row (arithmetic modulo 2^64 is exact).
    bursts_[first_unit % map_.channels] -= times * (first % unit_);
    bursts_[last_unit % map_.channels] -= times * (unit_ - 1 - last % unit_);
  }

  void finish() {
    std::uint64_t level = 0;
    for (std::size_t lap = 0; lap < 2; ++lap)
      for (std::size_t c = 0; c < map_.channels; ++c) {
        level += steps_[lap * map_.channels + c];
        bursts_[c] += level * unit_;
      }
    for (auto& count : bursts_) count += everywhere_ * unit_;
  }

 private:
  void add_units(std::uint64_t first_unit, std::uint64_t units, std::uint64_t times) {
    everywhere_ += times * (units / map_.channels);
    const std::uint64_t from = first_unit % map_.channels;
    steps_[from] += times;
    steps_[from + units % map_.channels] -= times;
  }

  const AddressMap& map_;
  const std::uint64_t unit_;  ///< bursts in one interleave
  std::vector<std::uint64_t>& bursts_;
  std::vector<std::uint64_t> steps_;
  std::uint64_t everywhere_{0};  ///< units that every channel has in common
};

}  // namespace

Run joined(const Run& run) {
  if (run.rows > 1 && run.stride == run.row_bytes) return {run.base, 1, run.rows * run.row_bytes, 0};
  return run;
}

void split(const AddressMap& map, const Run& run, std::vector<std::uint64_t>& bursts) {
  const Run r = joined(run);
  Accumulator sum(map, bursts);
  if (r.row_bytes > 0 && r.rows > 0) {
    const std::uint64_t distinct = std::min(r.rows, map.period() / std::gcd(r.stride, map.period()));
    const std::uint64_t full = r.rows / distinct;
    const std::uint64_t rest = r.rows % distinct;
    // Only the start modulo the period matters, which also keeps start + row_bytes from overflowing.
    const std::uint64_t step = r.stride % map.period();
    std::uint64_t start = r.base % map.period();
    for (std::uint64_t i = 0; i < distinct; ++i) {
      sum.add(start, r.row_bytes, full + (i < rest ? 1 : 0));
      start = (start + step) % map.period();
    }
  }
  sum.finish();
}

}  // namespace presil::memory
