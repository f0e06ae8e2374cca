// register_energy_test.cpp -- bytes of register files by hand, from the shapes of published instructions.
#include "models/gpu/register_energy.h"

#include <gtest/gtest.h>

#include "tests/unit/models/gpu/small_gpu.h"

namespace presil::gpu {
namespace {

TEST(TensorRegisters, OfTheInstructionOfAmpere) {
  // mma.m16n8k16: 16 x 16 and 16 x 8 operands of 2 B, 16 x 8 sums of 4 B read and written; 2048 multiply-adds.
  const double bytes = 16 * 16 * 2 + 16 * 8 * 2 + 2 * 16 * 8 * 4;
  EXPECT_DOUBLE_EQ(tensor_register_bytes({16, 8, {32}, true}, Format::bf16), bytes / 2048);
  // m16n8k32 of bytes: the same registers, twice the multiply-adds.
  EXPECT_DOUBLE_EQ(tensor_register_bytes({16, 8, {32}, true}, Format::int8), bytes / 4096);
}

TEST(TensorRegisters, OperandsInSharedMemoryLeaveTheSums) {
  EXPECT_DOUBLE_EQ(tensor_register_bytes({64, 256, {32}, false}, Format::fp16),
                   2.0 * 64 * 256 * 4 / (64 * 256 * 16));
}

TEST(RegisterEnergy, IsThatOfTensorCoresAndLanes) {
  GpuConfig g = small_gpu();
  g.architecture.tensor_instruction = {16, 8, {32}, true};
  g.technology.register_file = {1e-12};
  Kernel k;
  k.format = Format::bf16;
  k.macs = 1e6;
  EXPECT_DOUBLE_EQ(register_energy(g, k).value, 1e6 * 0.875 * 8 * 1e-12);
  k.macs = 0;
  k.simple_ops = 2e6;
  k.special_ops = 1e6;
  EXPECT_DOUBLE_EQ(register_energy(g, k).value, 3e6 * 8 * 8 * 1e-12);
}

// A multiply-add that lanes do reads what lanes read, not what an instruction of the tensor cores would.
TEST(RegisterEnergy, OfLanesThatMultiplyGoesByTheirInstructions) {
  GpuConfig g = small_gpu();
  g.architecture.tensor_instruction = {16, 8, {32}, true};
  g.technology.register_file = {1e-12};
  Kernel k;
  k.format = Format::fp32;
  k.macs = 1e6;
  k.instructions = 1.25e6;
  EXPECT_DOUBLE_EQ(register_energy(g, k).value, 1.25e6 * 8 * 8 * 1e-12);
}

TEST(LeastEnergyScale, LeavesRoomForArithmeticAndRegisters) {
  GpuConfig g = small_gpu();  // 0.2 pJ a multiply-add
  g.architecture.tensor_instruction = {16, 8, {32}, true};
  g.technology.register_file = {0.1e-12};
  EXPECT_NEAR(least_energy_scale(g), 1 + 0.7 / 0.2, 1e-12);
}

}  // namespace
}  // namespace presil::gpu
