// l2_cache.cpp -- implementation of l2_cache.h.
#include "models/gpu/l2_cache.h"

namespace presil::gpu {

double L2Cache::read(std::uint64_t piece, double bytes) {
  if (const auto found = where_.find(piece); found != where_.end()) {
    order_.splice(order_.begin(), order_, found->second);
    const double more = bytes - found->second->bytes;
    if (more <= 0) return 0;
    found->second->bytes = bytes;
    held_ += more;
    evict();
    return more;
  }
  if (bytes > capacity_) return bytes;
  order_.push_front({piece, bytes});
  where_[piece] = order_.begin();
  held_ += bytes;
  evict();
  return bytes;
}

void L2Cache::evict() {
  while (held_ > capacity_ && !order_.empty()) {
    held_ -= order_.back().bytes;
    where_.erase(order_.back().piece);
    order_.pop_back();
  }
}

void L2Cache::clear() {
  order_.clear();
  where_.clear();
  held_ = 0;
}

}  // namespace presil::gpu
