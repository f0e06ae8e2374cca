// occupancy_test.cpp -- resident blocks against the CUDA C++ Programming Guide's rule, limit by limit.
#include "models/gpu/occupancy.h"

#include <gtest/gtest.h>

namespace presil::gpu {
namespace {

/// Compute capability 8.0: 2048 threads, 32 blocks, 64 Ki registers of 4 B, 164 KB of shared memory.
ArchitectureConfig sm80() {
  ArchitectureConfig a;
  a.max_threads = 2048;
  a.max_blocks = 32;
  a.registers = {65536.0 * 4};
  a.shared_memory = {164.0 * 1024};
  return a;
}

/// The guide's example kernel of section "Multiprocessor Level": 64 registers a thread, 512 threads, little shared memory:
/// 2 blocks of 16 warps on an SM of 64 Ki registers; with 65 registers a thread only one.
TEST(Occupancy, RegistersLimitTheGuidesExample) {
  EXPECT_EQ(resident_blocks(sm80(), {512, 512 * 64 * 4.0, 0}), 2u);
  EXPECT_EQ(resident_blocks(sm80(), {512, 512 * 65 * 4.0, 0}), 1u);
}

TEST(Occupancy, EveryLimitBindsInTurn) {
  struct Row { BlockNeeds needs; std::uint32_t blocks; const char* limit; };
  for (const Row& r : {Row{{1024, 0, 0}, 2, "threads"}, Row{{32, 0, 0}, 32, "blocks"}, Row{{256, 256 * 32 * 4, 0}, 8, "threads and registers"},
                       Row{{256, 256 * 128 * 4, 0}, 2, "registers"}, Row{{128, 0, 48 * 1024}, 3, "shared memory"},
                       Row{{128, 0, 164 * 1024}, 1, "all of shared memory"}, Row{{96, 0, 0}, 21, "threads, rounded down"}}) {
    SCOPED_TRACE(r.limit);
    EXPECT_TRUE(fits(sm80(), r.needs));
    EXPECT_EQ(resident_blocks(sm80(), r.needs), r.blocks);
  }
}

TEST(Occupancy, WhatDoesNotFitOnceDoesNotFit) {
  EXPECT_FALSE(fits(sm80(), {128, 0, 165 * 1024.0}));
  EXPECT_FALSE(fits(sm80(), {2049, 0, 0}));
  EXPECT_FALSE(fits(sm80(), {1024, 65536 * 4.0 + 4, 0}));
}

/// 255 registers a thread are the most an instruction can name.
TEST(Occupancy, AThreadHasAtMost255Registers) {
  EXPECT_TRUE(fits(sm80(), {128, 128 * 255 * 4.0, 0}));
  EXPECT_FALSE(fits(sm80(), {128, 128 * 256 * 4.0, 0}));
}

}  // namespace
}  // namespace presil::gpu
