// register_energy.cpp -- implementation of register_energy.h.
#include "models/gpu/register_energy.h"

#include "sim/ppa/energy.h"

namespace presil::gpu {

double tensor_register_bytes(const TensorInstructionConfig& instruction, Format format) {
  constexpr double kSumBytes = 4;
  if (instruction.depth.value <= 0) return 0;
  const double value = bytes_per_value(format),
               operands = value * (1.0 / instruction.rows + 1.0 / instruction.columns);
  return 2 * kSumBytes * value / instruction.depth.value + (instruction.operands_in_registers ? operands : 0);
}

Joules register_energy(const GpuConfig& gpu, const Kernel& kernel) {
  const double on_tensor_cores = kernel.instructions > 0 ? 0 : kernel.macs;
  const double bytes = on_tensor_cores * tensor_register_bytes(gpu.architecture.tensor_instruction, kernel.format) +
                       (kernel.instructions + kernel.simple_ops + kernel.special_ops) * ppa::kVectorRegisterBytes;
  return {8 * bytes * gpu.technology.register_file.value};
}

double least_energy_scale(const GpuConfig& gpu) {
  const double bare = gpu.technology.mac_pj[static_cast<std::size_t>(Format::bf16)] * 1e-12;
  const double registers = 8 * tensor_register_bytes(gpu.architecture.tensor_instruction, Format::bf16) *
                           gpu.technology.register_file.value;
  return bare > 0 ? 1 + registers / bare : 0;
}

}  // namespace presil::gpu
