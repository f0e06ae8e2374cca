// kernel_power.h -- closed forms of a kernel's energy, the power it draws at a clock, the clock under a cap.
//
//   awake(f) = idle + memory + clock V(f)^2 f / boost + leakage V(f)^3      silicon.h
//   power(f) = awake(f) + ((tensor + lanes + L2) V(f)^2 + DRAM) / time(f)      V: relative to that at the boost clock
#pragma once

#include <functional>

#include "models/gpu/gpu_config.h"
#include "models/gpu/kernel.h"
#include "models/gpu/silicon.h"

namespace presil::gpu {

/// Energy of a transcendental function over that of an addition or multiplication. [assumed] a table look-up
/// and the three multiply-adds of a quadratic interpolation (Oberman and Siu, ARITH 2005), operands
/// included: 8.
inline constexpr double kSpecialEnergy = 8;

/// Energy of fetching, decoding and handing operands to an instruction of one lane over that of a vector
/// operation. [paper] Dally, Domain-Specific Accelerators, keynote of MICRO 2019: 30 pJ on a GPU, [assumed]
/// Volta's 12 nm, whose file has 1.32 pJ.
inline constexpr double kInstructionEnergy = 30 / 1.32;

/// Picojoules of a bare multiply-add on the tensor cores: the technology's, whose sums are in fp32. Where the
/// generation keeps fewer bits of fp8's, its adder costs as much less; an fp32 addition is 0.9 of the 2.3 pJ of
/// a vector operation (Horowitz, ISSCC 2014) in every technology, and goes by the bits of its significand [assumed].
double bare_mac_picojoules(const GpuConfig& gpu, Format format);

/// Picojoules of a multiply-add on the tensor cores: the bare one, and what is spent beside it,
/// operands and control, which goes by the bytes of the operands. The generation's `energy_scale` is the sum
/// over the bare one for bf16.
double mac_picojoules(const GpuConfig& gpu, Format format);

/// Joules beside what an awake board draws. On-chip events go with the square of the voltage; DRAM does not.
/// `bare`: of the first, the multiply-adds alone, without operands, instructions and control.
struct KernelEnergy {
  double tensor{}, lanes{}, l2{}, memory{}, bare{};
};
KernelEnergy kernel_energy(const GpuConfig& gpu, const Silicon& silicon, const Kernel& kernel);

/// Voltage at a clock, relative to that at the boost clock.
double relative_voltage(const GpuConfig& gpu, Hertz clock);

/// What an awake board draws beside its idle power, whatever its SMs do.
struct AwakePower {
  Watts clock, leakage, memory;
  Watts total() const { return clock + leakage + memory; }
};
AwakePower awake_power(const GpuConfig& gpu, const Silicon& silicon, Hertz clock);

/// Throws InputError with the numbers when the limit is no more than an awake board draws at its lowest clock.
void check_limit(const GpuConfig& gpu, const Silicon& silicon);

/// Average power while the kernel runs at a clock.
Watts kernel_power(const GpuConfig& gpu, const Silicon& silicon, const Kernel& kernel, Hertz clock);
/// The highest voltage-frequency state in which `power` stays under the cap; the last above 0 Hz if none
/// does. `power` must not fall with the clock.
Hertz highest_state(const GpuConfig& gpu, const std::function<Watts(Hertz)>& power);
/// That of one kernel, repeated back to back.
Hertz sustained_clock(const GpuConfig& gpu, const Silicon& silicon, const Kernel& kernel);

}  // namespace presil::gpu
