// layout.cpp -- implementation of layout.h.
#include "sim/parallel/layout.h"

#include <algorithm>

namespace presil::parallel {

std::uint64_t members_in_node(const GroupShape& group, std::uint64_t node) {
  return std::clamp<std::uint64_t>(node / group.stride, 1, group.ranks);
}

}  // namespace presil::parallel
