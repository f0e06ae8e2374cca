// work.cpp -- implementation of work.h.
#include "sim/mapping/work.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace presil::mapping {

Slicer::Slice Slicer::up_to(double fraction) {
  const double exact = fraction >= 1 ? std::ceil(total_) : std::floor(total_ * fraction);
  const auto until = static_cast<std::uint64_t>(exact);
  const Slice slice{given_, until > given_ ? until - given_ : 0};
  given_ = std::max(given_, until);
  return slice;
}

std::uint64_t share(std::uint64_t total, std::uint64_t index, std::uint64_t parts) {
  return total * (index + 1) / parts - total * index / parts;
}

Range core_range(std::uint64_t extent, std::uint64_t index, std::uint64_t parts) {
  const std::uint64_t each = (extent + parts - 1) / parts;
  const std::uint64_t begin = std::min(extent, each * index);
  return {begin, std::min(each, extent - begin)};
}

api::Level level_of(Home home) {
  switch (home) {
    case Home::memory: return api::Level::memory;
    case Home::shared: return api::Level::shared;
    case Home::host: return api::Level::host;
    case Home::nowhere:
    case Home::local: break;
  }
  throw std::logic_error{"a tensor that never leaves the core has no level"};
}

}  // namespace presil::mapping
