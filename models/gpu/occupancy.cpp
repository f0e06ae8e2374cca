// occupancy.cpp -- implementation of occupancy.h.
#include "models/gpu/occupancy.h"

#include <algorithm>
#include <cmath>

namespace presil::gpu {

namespace {
/// A thread has at most 255 registers of 4 B [CUDA C++ Programming Guide, compute capabilities].
constexpr double kMostRegisterBytes = 255 * 4;
double limit(const ArchitectureConfig& a, const BlockNeeds& n) {
  double blocks = std::min<double>(a.max_blocks, std::floor(static_cast<double>(a.max_threads) / n.threads));
  if (n.register_bytes > 0) blocks = std::min(blocks, std::floor(a.registers.value / n.register_bytes));
  if (n.shared_bytes > 0) blocks = std::min(blocks, std::floor(a.shared_memory.value / n.shared_bytes));
  return blocks;
}
}  // namespace

bool fits(const ArchitectureConfig& a, const BlockNeeds& n) {
  return limit(a, n) >= 1 && n.register_bytes <= kMostRegisterBytes * n.threads;
}

std::uint32_t resident_blocks(const ArchitectureConfig& a, const BlockNeeds& n) {
  return static_cast<std::uint32_t>(std::max(1.0, limit(a, n)));
}

}  // namespace presil::gpu
