// register_energy.h -- what register files of a GPU's SMs take of a kernel's energy.
//
//   tensor cores  an instruction of R x C sums over `depth` bytes of each operand reads its sums and writes them, 4 bytes each,
//                 and reads both operands where they are in registers; with values of b bytes, for each multiply-add
//                 8 b / depth + b (1 / R + 1 / C) bytes
//   lanes         ppa::kVectorRegisterBytes for each operation, and for each instruction where they do the multiply-adds
// times technology.register_file. A part of what the generation's energy_scale charges, not more: that is fitted on whole boards.
#pragma once

#include "models/gpu/gpu_config.h"
#include "models/gpu/kernel.h"

namespace presil::gpu {

/// Of a multiply-add on the tensor cores.
double tensor_register_bytes(const TensorInstructionConfig& instruction, Format format);

/// At the voltage of the boost clock.
Joules register_energy(const GpuConfig& gpu, const Kernel& kernel);

/// The least energy_scale in which a multiply-add in bf16 and its registers fit.
double least_energy_scale(const GpuConfig& gpu);

}  // namespace presil::gpu
