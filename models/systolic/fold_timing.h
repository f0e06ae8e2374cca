// fold_timing.h -- closed-form timing of a GEMM on a systolic array.
#pragma once

#include <cstdint>

namespace presil::systolic {

/// Which operand rests in the array: weights (B), outputs (C) or inputs (A).
enum class Dataflow { ws, os, is };

/// overlapped: the machine below, the default. serialised: the closed forms of SCALE-Sim 3.0, in
/// which folds never overlap, edge folds cost full ones and os never drains.
enum class Timing { overlapped, serialised };

/// R x C processing elements.
struct ArrayShape {
  std::uint32_t rows, columns;
};

/// A (M x K) times B (K x N).
struct GemmShape {
  std::uint64_t m, n, k;
};

/// A block (one GEMM) of folds on a busy array, in cycles after S, the cycle in which the first
/// element of its first fold enters the array. "Exclusive": the cycle after the last one used.
struct BlockTiming {
  std::uint64_t first_preload;    ///< loading the first fold's stationary operand; os: 0
  std::uint64_t stream;           ///< first S to the earliest S of an equal block already preloaded
  std::uint64_t last_start;       ///< first S to the last fold's S: the next preload may begin then
  std::uint64_t finish;           ///< first S to the last output leaving, exclusive
  std::uint64_t exposed_preload;  ///< cycles of `stream` waiting only for a stationary operand
  std::uint64_t folds;
  std::uint64_t macs;              ///< real multiply-accumulates, M N K
  std::uint64_t stationary_reads;  ///< elements loaded into the PEs, each once a fold; os: 0
  std::uint64_t streaming_reads;   ///< elements entering at the edges; os: both operands
  std::uint64_t output_writes;     ///< results and partial sums leaving the array
  std::uint64_t output_reads;      ///< partial sums read back to be added to; os: 0
  std::uint64_t steps;             ///< cycles an edge lane streams for one fold: M, K or N for ws, os, is
  std::uint64_t outputs_free;      ///< os: first S to the last fold having left column 0; else 0
};

/// Timing of `gemm` fold by fold on the following machine, in O(1) whatever the number of folds.
/// Fold i, of k' x n' elements (k' <= R, n' <= C, edge folds being smaller), begins at S_i.
///
/// ws: n-blocks, within each k-blocks. Activations enter row r at S + t + r; partial sums run down
/// all R rows to accumulators below, element (t, c) leaving at S + t + R + c (exclusive). Weights
/// are shifted in behind the current ones through a shadow plane, a row a cycle, skewed by column;
/// the first may follow the wave with which the previous fold takes over its own:
///     S_0 = k'_0    S_{i+1} = S_i + max(M, k'_{i+1})    end_i = S_i + M + R + n'_i - 2
/// is: the transpose, C^T = B^T A^T: ws with M and N exchanged.
/// os: n-blocks, within each m-blocks, m' x n' outputs a fold. Both operands enter skewed; PE (r, c)
/// is done at S + K + r + c and hands its sum to an output register. A column with all its m'
/// results shifts them out upward, m' cycles, so register 0 is free again 2m' - 1 after its result:
///     S_0 = 0    S_{i+1} = S_i + max(K, 2m'_i - 1)    end_i = S_i + K + 2m'_i + n'_i - 2
/// The block ends with max_i end_i, which is not always its last fold's: a narrow last n-block
/// leaves the array sooner than the wide one before it.
///
/// Throws std::invalid_argument if an extent is 0, std::overflow_error if an extent of the GEMM is
/// over 2^32 or a result over 64 bits.
/// Not modelled: stalls for operands (the caller's business), bank conflicts of accumulators.
BlockTiming block_timing(GemmShape gemm, ArrayShape array, Dataflow dataflow);

/// Earliest S of a block after the S of the one before it, on the same array in the same dataflow:
///     ws, is: last_start + max(steps, first_preload of next), preloading from last_start on
///     os: max(last_start + steps, outputs_free - steps of next): its first result needs its register
std::uint64_t next_start(const BlockTiming& block, const BlockTiming& next);

/// Cycles of one GEMM on an idle array. overlapped: first_preload + finish of block_timing.
/// serialised: folds x cycles per fold - 1 (SCALE-Sim counts to the index of the last cycle), where
///     os: ceil(M/R) ceil(N/C) x (R + C + K - 2)
///     ws: ceil(K/R) ceil(N/C) x (2R + C + M - 2)
///     is: ceil(K/R) ceil(M/C) x (2R + C + N - 2)
/// Throws as block_timing does.
std::uint64_t cycles(GemmShape gemm, ArrayShape array, Dataflow dataflow, Timing timing);

}  // namespace presil::systolic
