// kernel_time.h -- closed forms of a kernel alone on the chip: how long, and how much energy. Pure arithmetic; what the
// choice of kernels and of the clock is made with, and the bound that the simulation is held against.
//
//   read(i)  = bytes read / (efficiency x peak)        efficiency between memory_efficiency and stream_efficiency: Kernel::streams
//   store(i) = bytes written x kTileStoreCost / (memory_efficiency x peak), or in whole pages / (stream_efficiency x peak)
//   l2(i)    = L2 bytes / (L2 bytes per clock x clock), work(i) = sm_cycles / clock; of a package of n dies that share their
//              memory, not less than bytes read and written x (n - 1)/n / (n x D/2): addresses are interleaved over all
//              dies' memory, every die caches what it reads, D is a die's rate to the others, both ways together
//   phase    = overlapped(max(read + store, l2), work, stages)                                    (overlap.h)
// A block that stores its tile has no arithmetic left; where it does not take another tile meanwhile, only the other
// blocks of its SM cover that (store_stages of them, CUTLASS 2.x; persistent kernels hand the tile over):
//   phase    = max(read + store, overlapped(overlapped(max(read, l2), work, stages), store, store_stages))
//   time     = latency + sum over phases
#pragma once

#include <functional>

#include "models/gpu/gpu_config.h"
#include "models/gpu/kernel.h"

namespace presil::gpu {

/// L2 is half the die's edge of wire away from an SM. [assumed] 12 mm: half of the 25-28 mm of the large GPU dies.
inline constexpr double kL2WireMillimetres = 12;

/// Energy of a transcendental function over that of an addition or multiplication. [assumed] a table look-up and the three
/// multiply-adds of a quadratic interpolation (Oberman and Siu, ARITH 2005), operands included: 8.
inline constexpr double kSpecialEnergy = 8;

/// Energy of fetching, decoding and handing operands to an instruction of one lane over that of a vector operation. [paper]
/// Dally, Domain-Specific Accelerators, keynote of MICRO 2019: 30 pJ on a GPU, [assumed] Volta's 12 nm, whose file has 1.32 pJ.
inline constexpr double kInstructionEnergy = 30 / 1.32;

/// DRAM time of a byte that a tile stores over that of one it loads: results leave in pieces of a tile's row between the
/// loads of other blocks, and the bus turns around. [assumed] 1.25.
inline constexpr double kTileStoreCost = 1.25;

/// Seconds between the dies for each byte read or written; 0: one die, or a rate that the file does not give.
double die_crossing(const GpuConfig& gpu);
/// Least rate between a die and the others, both ways together, at which streams from memory do not notice that there are several.
BytesPerSecond die_to_die_needed(const GpuConfig& gpu);

/// One phase at a clock.
double phase_time(const GpuConfig& gpu, const Kernel& kernel, const Phase& phase, Hertz clock);
Seconds kernel_time(const GpuConfig& gpu, const Kernel& kernel, Hertz clock);

/// Picojoules of a multiply-add on the tensor cores: the technology's bare one, and what is spent beside it, operands and
/// control, which goes by the bytes of the operands. The generation's `energy_scale` is the sum over the bare one for bf16.
double mac_picojoules(const GpuConfig& gpu, Format format);

/// Joules beside the board's idle power. On-chip events go with the square of the voltage; DRAM does not. `bare`: of the first, the
/// multiply-adds alone, without operands, instructions and control.
struct KernelEnergy { double tensor{}, lanes{}, l2{}, memory{}, bare{}; };
KernelEnergy kernel_energy(const GpuConfig& gpu, const Kernel& kernel);

/// Voltage at a clock, relative to that at the boost clock.
double relative_voltage(const GpuConfig& gpu, Hertz clock);
/// Average power while the kernel runs at a clock.
Watts kernel_power(const GpuConfig& gpu, const Kernel& kernel, Hertz clock);
/// The highest voltage-frequency state in which `power` stays under the cap; the last above 0 Hz if none does. `power` must
/// not fall with the clock.
Hertz highest_state(const GpuConfig& gpu, const std::function<Watts(Hertz)>& power);
/// That of one kernel, repeated back to back.
Hertz sustained_clock(const GpuConfig& gpu, const Kernel& kernel);

}  // namespace presil::gpu
