// kernel_time.h -- closed forms of how long a kernel takes alone on the chip. Pure arithmetic; what the choice of kernels
// and of the clock is made with, and the bound that the simulation is held against.
//
//   read(i)  = bytes read / (efficiency x peak)        efficiency between memory_efficiency and stream_efficiency: Kernel::streams
//   store(i) = bytes written x kTileStoreCost / (memory_efficiency x peak), or in whole pages / (stream_efficiency x peak)
//   l2(i)    = L2 bytes / (L2 bytes per clock x clock), work(i) = sm_cycles / clock; of a package of n dies that share their
//              memory, not less than bytes read and written x (n - 1)/n / (n x D/2): addresses are interleaved over all
//              dies' memory, every die caches what it reads, D is a die's rate to the others, both ways together
//   phase    = max(l2, overlapped(read + store, work, stages)): L2 answers at an even pace         (overlap.h)
// A block that stores its tile has no arithmetic left; where it does not take another tile meanwhile, only the other
// blocks of its SM cover that (store_stages of them, CUTLASS 2.x; persistent kernels hand the tile over):
//   phase    = max(read + store, overlapped(max(l2, overlapped(read, work, stages)), store, store_stages))
//   time     = latency + sum over phases
#pragma once

#include "models/gpu/gpu_config.h"
#include "models/gpu/kernel.h"

namespace presil::gpu {

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

}  // namespace presil::gpu
