// occupancy.h -- how many thread blocks of one kind an SM holds at once.
//
//   min(max_blocks, max_threads / threads, registers / (threads x registers per thread), shared memory / its use)
// [CUDA C++ Programming Guide, section "Hardware Multithreading"]. At least 1: a block that does not fit at all is a
// fault of the kernel's description, which the caller rules out.
#pragma once

#include <cstdint>

#include "models/gpu/gpu_config.h"

namespace presil::gpu {

struct BlockNeeds {
  std::uint32_t threads{256};
  double register_bytes{};  ///< of all its threads
  double shared_bytes{};
};

bool fits(const ArchitectureConfig& a, const BlockNeeds& needs);
std::uint32_t resident_blocks(const ArchitectureConfig& a, const BlockNeeds& needs);


}  // namespace presil::gpu
