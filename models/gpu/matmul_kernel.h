// matmul_kernel.h -- a matrix product as thread blocks: tiles, waves, what L2 holds, what each phase asks for.
//
//   blocks     = ceil(m / tile m) ceil(n / tile n) batch splits          edge tiles compute in full, load what is there
//   a tile     = tile m x tile n x k / splits multiply-adds at the SM's rate for the format, times
//                tensor_efficiency tile_mn / (tile_mn + tile_overhead (tile_m + tile_n))
//   and no less than its operands take through the SM's port to L2 (port_bandwidth), which bounds small tiles and grids
//   a block alone takes two trips to memory more, which other resident blocks and persistent kernels hide
//   and no less than memory latency / (stages - 1) for every step along K: what a pipeline of that depth hides
//   busiest SM = ceil(blocks / SMs) tiles; with stream-K blocks / SMs and one fix-up
//   loads run on in whole pages of DRAM where neighbouring blocks read on in the same rows of B: min(1, n / page) of them
//   when B lies along n; blocks walk along the rows of a B that lies along k, each with rows of its own
// Blocks are visited `swizzle_rows` tile rows at a time, column by column [CUTLASS, threadblock swizzle]; the tiles of a
// wave read their panels in step, so L2 sees each panel's piece once per wave (matmul_traffic.h).
// Not modelled: bank conflicts of shared memory, instruction cache, imbalance between SMs of a wave.
#pragma once

#include <cstdint>
#include <optional>

#include "models/gpu/gpu_config.h"
#include "models/gpu/kernel.h"

namespace presil::gpu {

/// C[batch](m x n) = A[batch](m x k) B[batch](k x n). Bytes per value as stored; `format` as the tensor cores see it.
struct MatmulShape {
  std::uint64_t batch{1}, m{}, n{}, k{};
  Format format{Format::bf16};
  double a_bytes{2}, b_bytes{2}, c_bytes{2};
  bool rows_of_b{false}; ///< B lies along n, so that neighbouring blocks read on in the same rows; else along k, as weights do
  double speedup{1};     ///< of the tensor cores: zeros of a structured-sparse B are skipped; b_bytes are those stored
  double flops() const { return 2.0 * static_cast<double>(batch) * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k); }
};

/// One way to run it.
struct MatmulPlan {
  TileConfig tile;
  std::uint32_t splits{1};
  bool stream_k{false};
  bool gemv{false};                ///< no tile: gemv_kernel.h
  std::uint32_t resident{1};       ///< blocks per SM
  double predicted_s{};            ///< at the boost clock
};

/// Clocks of tensor cores over those that their rate alone would take, at an efficiency fitted on chips of full rate. What is
/// lost there, operands out of shared memory and issue slots, takes its time by the byte: where tensor cores are slower (H20,
/// L40, GeForce) it hides behind them in part. cuBLAS reaches 88 to 96% of the peak of L20, of half the rate of RTX A6000
/// [github.com/DefTruth/CUDA-Learn-Notes, hgemm], where it reaches 72%.
double stretched(const GpuConfig& gpu, Format format, double efficiency);
/// Share of loads that run on in rows of B, whole pages of DRAM and whole granules of error correction.
void set_places(const MatmulShape& shape, Kernel& kernel);
std::uint32_t matmul_residency(const GpuConfig& gpu, const MatmulShape& shape, const TileConfig& tile);
bool can_run(const GpuConfig& gpu, const MatmulShape& shape, const TileConfig& tile);
/// A lower bound of the busiest SM's clocks.
double matmul_cycles(const GpuConfig& gpu, const MatmulShape& shape, const MatmulPlan& plan);
/// How finely a kernel is described: phases at most (waves are put together beyond that), and waves that are walked.
struct Detail { std::uint32_t phases; std::uint64_t waves; };
Kernel matmul_kernel(const GpuConfig& gpu, const MatmulShape& shape, const MatmulPlan& plan, Detail detail);

/// What a format is multiplied in on the tensor cores: itself, or the next one they have that holds all its values; none: on
/// the lanes. bf16 before Ampere is multiplied in fp32 [github.com/pytorch/pytorch, pull request 148322], not in fp16.
std::optional<Format> tensor_format(const GpuConfig& gpu, Format format);
/// The same, fp32 for the lanes.
Format multiplied_format(const GpuConfig& gpu, Format format);
/// Instructions of a lane for a multiply-add outside the tensor cores, in fp32: narrower values are widened first.
double lane_instructions(const GpuConfig& gpu, Format format);
/// Multiply-adds per clock and SM of multiplied_format().
double tensor_rate(const GpuConfig& gpu, Format format);

}  // namespace presil::gpu
