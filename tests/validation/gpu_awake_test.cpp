// gpu_awake_test.cpp -- what boards draw that a process holds, clocks up and no work, against published
// readings. The one constant for all of them (gpu::kAwakeClock) is a median over boards: 30%.
#include <gtest/gtest.h>

#include "sim/run/chip_power.h"
#include "tests/property/shipped_gpus.h"

namespace presil::run {
namespace {

struct Reading {
  const char* chip;
  double watts;
  const char* source;
};

constexpr Reading kReadings[] = {
    {"a100_sxm_80gb", 80.0, "arXiv:2605.23918"},
    {"h100_sxm", 121.7, "arXiv:2605.23918"},
    {"l40s", 102.1, "arXiv:2605.23918"},
    {"l4", 27, "github.com/ajeetraina/docker-workshop"},
    {"t4", 30.5, "github.com/aws/sagemaker-huggingface-inference-toolkit, pull request 103"},
};

TEST(GpuAwake, DrawsWhatBoardsReadWithAProcess) {
  for (const Reading& reading : kReadings) {
    const Chip chip = shipped_chip(reading.chip);
    const auto awake = chip->awake();
    ASSERT_TRUE(awake) << reading.chip;
    const double cool = (chip->board().power.idle + awake->clock + awake->memory).value;
    EXPECT_NEAR(cool / reading.watts, 1, 0.3) << reading.chip << ": " << cool << " W; " << reading.source;
  }
}

/// A device that waits inside a run stays awake, as warm as under load.
TEST(GpuAwake, WaitsAwake) {
  for (const Reading& reading : kReadings) {
    const Chip chip = shipped_chip(reading.chip);
    const auto awake = chip->awake();
    const double watts = (chip->board().power.idle + awake->clock + awake->memory + awake->leakage).value;
    EXPECT_NEAR(waiting_power(chip).value, watts, 1e-6 * watts) << reading.chip;
  }
}

}  // namespace
}  // namespace presil::run
