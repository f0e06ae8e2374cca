// fold_timing_test.cpp -- the closed forms against published numbers and hand-counted arrays.
#include "models/systolic/fold_timing.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace presil::systolic {
namespace {

constexpr GemmShape kCube{128, 128, 128};
constexpr GemmShape kWide{512, 768, 768};
constexpr ArrayShape k128{128, 128};

std::uint64_t overlapped(GemmShape gemm, ArrayShape array, Dataflow dataflow) {
  return cycles(gemm, array, dataflow, Timing::overlapped);
}

/// The totals SCALE-Sim 3.0 prints for a GEMM on square arrays of 16, 32, 128 and 256.
void expect_scale_sim(GemmShape gemm, Dataflow dataflow, const std::uint64_t (&expected)[4]) {
  const std::uint32_t sides[] = {16, 32, 128, 256};
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(cycles(gemm, {sides[i], sides[i]}, dataflow, Timing::serialised), expected[i]) << sides[i];
  }
}

TEST(FoldTimingSerialised, CubeOutputStationary) {
  expect_scale_sim(kCube, Dataflow::os, {10111, 3039, 381, 637});
}
TEST(FoldTimingSerialised, CubeWeightStationary) {
  expect_scale_sim(kCube, Dataflow::ws, {11135, 3551, 509, 893});
}
TEST(FoldTimingSerialised, WideOutputStationary) {
  expect_scale_sim(kWide, Dataflow::os, {1225727, 318719, 24527, 7667});
}
TEST(FoldTimingSerialised, WideWeightStationary) {
  expect_scale_sim(kWide, Dataflow::ws, {1285631, 349055, 32183, 11501});
}
TEST(FoldTimingSerialised, WideInputStationary) {
  expect_scale_sim(kWide, Dataflow::is, {1250303, 331007, 27599, 9203});
}
TEST(FoldTimingSerialised, ShallowOutputStationary) {
  expect_scale_sim({512, 512, 64}, Dataflow::os, {96255, 32255, 5087, 2295});
}
TEST(FoldTimingSerialised, VectorWeightStationary) {
  expect_scale_sim({1, 4096, 4096}, Dataflow::ws, {3080191, 1556479, 392191, 196351});
}

TEST(FoldTiming, WeightsPreloadBehindTheCurrentTile) {
  EXPECT_EQ(overlapped(kWide, k128, Dataflow::ws), 128u + 36 * 512 + 254);  // 18814: 98% busy
}

TEST(FoldTiming, OutputStationaryDrains) {
  EXPECT_EQ(overlapped(kCube, k128, Dataflow::os), 2u * 128 + 128 + 128 - 2);
}

TEST(FoldTiming, OneWeightFoldIsPreloadAndInstructionLatency) {
  const BlockTiming t = block_timing({40, 8, 16}, {16, 8}, Dataflow::ws);
  EXPECT_EQ(t.first_preload, 16u);
  EXPECT_EQ(t.finish, 16u + 8 - 2 + 40);
  EXPECT_EQ(t.stream, 40u);
  EXPECT_EQ(t.last_start, 0u);
  EXPECT_EQ(t.exposed_preload, 0u);
}

TEST(FoldTiming, ShortStreamsWaitForThePreload) {
  const BlockTiming t = block_timing({1, 4096, 4096}, k128, Dataflow::ws);
  EXPECT_EQ(t.folds, 1024u);
  EXPECT_EQ(t.last_start, 1023u * 128);
  EXPECT_EQ(t.exposed_preload, 1023u * 127);
  EXPECT_EQ(t.finish, 1023u * 128 + 1 + 254);
}

TEST(FoldTiming, EdgeFoldsAreCheaper) {
  for (const Dataflow d : {Dataflow::ws, Dataflow::os, Dataflow::is}) {
    EXPECT_LT(overlapped({9, 9, 9}, {8, 8}, d), overlapped({16, 16, 16}, {8, 8}, d));
  }
  // One row of weights left over: loaded in one cycle, while the first fold streams its four rows.
  EXPECT_EQ(overlapped({4, 8, 9}, {8, 8}, Dataflow::ws), 8u + 4 + 4 + 14);
}

TEST(FoldTiming, NarrowLastBlockMayLeaveFirst) {
  // Fold 0 (16 wide) ends at 1 + 1 + 1 + 16 - 2, fold 1 (1 wide) at 2 + 1 + 1 + 1 - 2.
  EXPECT_EQ(overlapped({1, 17, 1}, {1, 16}, Dataflow::ws), 17u);
  // No preload, but a cycle from the PE to its output register.
  EXPECT_EQ(overlapped({1, 17, 1}, {1, 16}, Dataflow::os), 17u);
}

TEST(FoldTiming, ShallowOutputStationaryIsBoundByTheDrain) {
  const BlockTiming t = block_timing({64, 64, 4}, {16, 16}, Dataflow::os);
  EXPECT_EQ(t.stream, 16u * 31);
  EXPECT_EQ(t.finish, 15u * 31 + 4 + 2 * 16 + 16 - 2);
  EXPECT_EQ(t.first_preload, 0u);
}

TEST(FoldTiming, NextBlockStartsWhenItsWeightsAreIn) {
  const BlockTiming tall = block_timing({100, 8, 8}, {8, 8}, Dataflow::ws);
  const BlockTiming flat = block_timing({3, 8, 8}, {8, 8}, Dataflow::ws);
  EXPECT_EQ(next_start(tall, flat), 100u);
  EXPECT_EQ(next_start(flat, tall), 8u);  // 3 + 5 of exposed preload
}

TEST(FoldTiming, NextBlockWaitsForTheOutputRegisters) {
  const BlockTiming deep = block_timing({8, 8, 100}, {8, 8}, Dataflow::os);
  const BlockTiming shallow = block_timing({8, 8, 3}, {8, 8}, Dataflow::os);
  EXPECT_EQ(next_start(deep, deep), 100u);
  EXPECT_EQ(next_start(deep, shallow), 100u + 15 - 3);  // register 0 is free again at 115
  EXPECT_EQ(next_start(shallow, shallow), 15u);
  EXPECT_EQ(next_start(shallow, deep), 3u);
}

TEST(FoldTiming, InputStationaryIsTheTranspose) {
  EXPECT_EQ(overlapped({70, 30, 50}, {16, 8}, Dataflow::is), overlapped({30, 70, 50}, {16, 8}, Dataflow::ws));
}

TEST(FoldTiming, CountsOperandMovement) {
  const BlockTiming t = block_timing({5, 20, 30}, {16, 8}, Dataflow::ws);  // 2 k-blocks, 3 n-blocks
  EXPECT_EQ(t.folds, 6u);
  EXPECT_EQ(t.macs, 5u * 20 * 30);
  EXPECT_EQ(t.stationary_reads, 20u * 30);
  EXPECT_EQ(t.streaming_reads, 5u * 30 * 3);
  EXPECT_EQ(t.output_writes, 5u * 20 * 2);
  EXPECT_EQ(t.output_reads, 5u * 20);
}

TEST(FoldTiming, CountsOperandMovementOutputStationary) {
  const BlockTiming t = block_timing({20, 30, 5}, {16, 8}, Dataflow::os);  // 2 m-blocks, 4 n-blocks
  EXPECT_EQ(t.folds, 8u);
  EXPECT_EQ(t.streaming_reads, 20u * 5 * 4 + 30 * 5 * 2);
  EXPECT_EQ(t.output_writes, 20u * 30);
  EXPECT_EQ(t.stationary_reads + t.output_reads, 0u);
}

TEST(FoldTiming, RefusesWhatItCannotCount) {
  constexpr std::uint64_t kHuge = std::uint64_t{1} << 32;
  EXPECT_THROW(block_timing({kHuge, kHuge, kHuge}, k128, Dataflow::ws), std::overflow_error);
  EXPECT_THROW(cycles({kHuge, kHuge, kHuge}, {1, 1}, Dataflow::os, Timing::serialised), std::overflow_error);
  EXPECT_THROW(block_timing({kHuge + 1, 1, 1}, k128, Dataflow::os), std::overflow_error);
  EXPECT_THROW(block_timing({0, 1, 1}, k128, Dataflow::ws), std::invalid_argument);
  EXPECT_THROW(cycles({1, 1, 1}, {0, 1}, Dataflow::ws, Timing::serialised), std::invalid_argument);
  const std::uint64_t half = kHuge / 2 - 1;  // both operands re-read: just under 2^64
  EXPECT_EQ(block_timing({kHuge, 1, half}, {1, 1}, Dataflow::os).streaming_reads, 2 * kHuge * half);
}

}  // namespace
}  // namespace presil::systolic
