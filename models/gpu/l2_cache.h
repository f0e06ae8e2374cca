// l2_cache.h -- which operands the last-level cache still holds: least recently used, in pieces of any size.
//
// A piece is what one phase of a kernel reads of one panel of tiles. Chips with several partitions hold what is read
// through a far one in both [NVIDIA A100 whitepaper: each partition caches data for the SMs next to it], so their
// capacity for shared operands is capacity / partitions: A100's latency rises behind 15-22 MB of its 40 [gpu-benches].
// Not modelled: sets and hashing, write-back order, persistence controls.
#pragma once

#include <cstdint>
#include <list>
#include <unordered_map>

namespace presil::gpu {

class L2Cache {
 public:
  explicit L2Cache(double capacity_bytes) : capacity_(capacity_bytes) {}
  /// Touches a piece; returns the bytes that had to come from memory. A piece larger than the cache always does.
  double read(std::uint64_t piece, double bytes);
  void clear();
  double held_bytes() const { return held_; }

 private:
  struct Entry {
    std::uint64_t piece;
    double bytes;
  };
  void evict();
  double capacity_;
  double held_{0};
  std::list<Entry> order_;  ///< most recent first
  std::unordered_map<std::uint64_t, std::list<Entry>::iterator> where_;
};

}  // namespace presil::gpu
