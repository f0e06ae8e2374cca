// gpu_energy_test.cpp -- the fitted energy of every shipped GPU by its parts: arithmetic, registers, control.
#include <map>

#include <gtest/gtest.h>

#include "models/gpu/kernel_power.h"
#include "models/gpu/kernel_time.h"
#include "models/gpu/matmul_policy.h"
#include "models/gpu/register_energy.h"
#include "tests/property/shipped_gpus.h"

namespace presil::run {
namespace {

std::map<std::string, double> parts_of_chip(const Chip& chip, const ppa::Activity& activity) {
  std::map<std::string, double> map;
  for (const ppa::EnergyPart& part : chip->energy(activity)) map[part.name] = part.energy.value;
  return map;
}

/// What a kernel asks of a chip at the boost clock.
ppa::Activity activity_of_kernel(const gpu::GpuConfig& config, const gpu::Kernel& kernel) {
  const gpu::KernelEnergy energy = gpu::kernel_energy(config, gpu::silicon(config), kernel);
  ppa::Activity activity;
  activity.macs[static_cast<std::size_t>(kernel.format)] = kernel.macs;
  activity.vector_ops = kernel.simple_ops + kernel.special_ops;
  activity.arithmetic_j = energy.tensor;
  activity.bare_j = energy.bare;
  activity.vector_j = energy.lanes;
  activity.shared_j = energy.l2;
  activity.register_j = gpu::register_energy(config, kernel).value;
  return activity;
}

TEST(GpuEnergy, OfALargeProductSplitsIntoArithmeticRegistersAndControl) {
  for (const std::string& name : shipped_gpus()) {
    const Chip chip = shipped_chip(name);
    const gpu::GpuConfig& config = *gpu_config(chip);
    const Format format = config.supports(Format::bf16) ? Format::bf16 : Format::fp16;
    gpu::MatmulShape shape;
    shape.m = shape.n = shape.k = 4096;
    shape.format = format;
    shape.a_bytes = shape.b_bytes = shape.c_bytes = 2;
    const ppa::Activity activity = activity_of_kernel(config, gpu::plan_matmul(config, shape));
    auto parts = parts_of_chip(chip, activity);
    const double fitted = activity.arithmetic_j + activity.vector_j;
    EXPECT_NEAR(parts["arithmetic"] + parts["vector"] + parts["registers"] + parts["control"], fitted,
                1e-9 * fitted)
        << name;
    // Gebhart et al., MICRO 2011: a register file takes 15 to 20% of an SM's dynamic energy; tensor cores read fewer operands.
    EXPECT_GT(parts["registers"], 0.02 * fitted) << name;
    EXPECT_LT(parts["registers"], 0.35 * fitted) << name;
    EXPECT_NEAR(parts["registers"], activity.register_j, 1e-9 * fitted) << name << ": nothing was cut";
    EXPECT_GT(parts["control"], 0) << name;
  }
}

TEST(GpuEnergy, RegistersAreNeverMoreThanWhatIsFitted) {
  const Chip chip = shipped_chip("t4");
  ppa::Activity activity;
  activity.vector_ops = 1e12;
  activity.vector_j = 2 * 1e12 * chip->board().technology.vector_op_pj * 1e-12;
  activity.register_j = 100;
  auto parts = parts_of_chip(chip, activity);
  EXPECT_NEAR(parts["vector"] + parts["registers"] + parts["control"], activity.vector_j, 1e-9);
  EXPECT_GE(parts["control"], 0);
}

}  // namespace
}  // namespace presil::run
