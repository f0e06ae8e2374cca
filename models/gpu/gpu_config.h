// gpu_config.h -- a GPU as a user describes it: a generation (what all its chips share) and a chip's data sheet.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "models/api/board.h"
#include "models/memory/memory_config.h"
#include "sim/base/formats.h"
#include "sim/base/units.h"
#include "sim/config/visitor.h"

namespace presil::gpu {

/// One output tile of the matrix kernels: m x n values per thread block, k_step of the inner extent per pipeline stage.
struct TileConfig {
  std::uint32_t m{128}, n{128}, k_step{32};
  std::uint32_t stages{3};
  std::uint32_t threads{256};
  std::uint32_t most_splits{0};       ///< split-K that this tile has kernels for; 0: the library's
  void describe(config::Visitor& v);
};

/// What compilers and libraries build for a generation: the choice among these is policy.h's.
struct LibraryConfig {
  std::vector<TileConfig> tiles;
  std::uint32_t most_splits{16};      ///< split-K
  Bytes workspace{32.0 * 1024 * 1024};  ///< that its caller lends: partial sums of split-K must fit
  bool persistent{false};             ///< resident blocks take tile after tile; the epilogue hides behind the next tile
  bool stream_k{false};               ///< the last, partial wave is cut along K over all SMs
  std::uint32_t attention_rows{128}, attention_columns{128};  ///< queries and keys of one block of fused attention
  std::uint64_t swizzle_rows{8};      ///< tiles of M visited before the next column of tiles (rasterisation)
  std::uint32_t cluster{1};           ///< blocks along M that fetch their common panel of B once
  void describe(config::Visitor& v);
};

/// What one instruction of the tensor cores multiplies: rows x columns sums over `depth` bytes of each operand.
struct TensorInstructionConfig {
  std::uint32_t rows{}, columns{};
  Bytes depth{};
  bool operands_in_registers{true};  ///< else they come from shared memory, and sums alone are in registers
  std::uint32_t fp8_sum_bits{24};    ///< significand of sums of fp8 products
  void describe(config::Visitor& v);
};

/// Constants of a generation that no data sheet gives, each fitted on cited measurements. None depends on a shape.
struct FitConfig {
  double tensor_efficiency{0.9};     ///< issue slots of the tensor cores a good main loop fills
  double tile_overhead{8};           ///< a tile of m x n runs at m n / (m n + tile_overhead (m + n)) of that
  double memory_efficiency{0.85};    ///< share of the pins' rate at which matrix and attention kernels load
  double stream_efficiency{0.9};     ///< the same of element-wise and row-wise kernels
  double attention_efficiency{0.85}; ///< as tensor_efficiency, for fused attention and its gradient
  Seconds kernel_latency{4e-6};      ///< first instruction to first data and drain, of a kernel with a software pipeline
  Seconds simple_latency{2e-6};      ///< the same of an element-wise or row-wise kernel
  Seconds operator_overhead{0};      ///< host time of one framework operator that is not hidden
  double access_instructions{18};    ///< of a thread for each value that scalar kernels load or store
  double energy_scale{3};            ///< tensor-core energy per multiply-add over the bare arithmetic of the technology
  double operand_activity{1};        ///< that energy on a model's operands over that in benchmarks of single operators
  void describe(config::Visitor& v);
};

struct ArchitectureConfig {
  std::string name;                    ///< "hopper"
  std::uint32_t max_threads{2048};     ///< per SM
  std::uint32_t max_blocks{32};        ///< per SM
  Bytes registers{256 * 1024};         ///< per SM
  Bytes shared_memory{100 * 1024};     ///< per SM, that thread blocks can take
  Bytes shared_bandwidth{128};         ///< bytes per clock and SM
  std::uint32_t special_lanes{16};     ///< exp, rsqrt, reciprocal per clock and SM
  double l2_latency_cycles{213};
  Seconds memory_latency{400e-9};      ///< from a load to its data out of DRAM
  Bytes port_bandwidth{64};            ///< bytes per clock that one SM takes in from L2
  double widened_instructions{1.25};   ///< of a lane for a multiply-add of 16-bit values in fp32
  double sparse_speedup{1};            ///< of 2:4 structured sparsity
  double full_rate{0};                 ///< 16-bit multiply-adds per clock and SM at which efficiencies were fitted; 0: of each chip
  TensorInstructionConfig tensor_instruction;
  LibraryConfig library;
  FitConfig fit;
  void describe(config::Visitor& v);
};

struct L2Config {
  Bytes capacity{};
  std::uint32_t partitions{1};         ///< data read through a far partition is held in both
  Bytes bytes_per_clock{};             ///< all slices together, measured or from the data sheet
  void describe(config::Visitor& v);
};

/// Ways to start a kernel.
struct LaunchConfig {
  bool graph{true};                    ///< passes are captured as graphs; false: the host launches every kernel
  Seconds host{5e-6};                  ///< host time of one launch; hidden while the GPU is busier than the host
  Seconds gap{1e-6};                   ///< between two kernels of one stream
  Seconds graph_gap{0.5e-6};           ///< between two kernels of a captured graph
  void describe(config::Visitor& v);
};

/// Voltage-frequency states: voltage follows the clock linearly from `low_voltage` at `low_clock` to 1 at the boost clock.
struct ClockConfig {
  Hertz low_clock{};                   ///< below it the voltage falls no further; 0: half of the boost clock
  Hertz step{15e6};                    ///< between two states
  double low_voltage{0.75};            ///< relative to that at the boost clock
  void describe(config::Visitor& v);
};

/// Data for which a sector of 32 B of check bits is fetched once. It serves 512 B (GPUs keep 1/16 of their memory for check bits
/// [NVIDIA, Tesla V100 white paper, on K40]), and who does not take all of those at once comes back for it. [assumed] 256: of 32
/// threads, 8 B each.
inline constexpr double kEccGranule = 256;

struct GpuConfig : api::BoardConfig {
  ArchitectureConfig architecture;
  Hertz clock{};                       ///< boost: the highest under load
  Hertz tensor_clock{};                ///< at which the data sheet counts the peaks of tensor cores; 0: boost
  std::uint32_t sms{1};
  std::array<double, kFormatNames.size()> tensor{};  ///< dense multiply-adds per clock and SM, by format
  std::uint32_t lanes{64};             ///< fp32 fused multiply-adds per clock and SM
  L2Config l2;
  memory::MemoryConfig memory;
  double ecc_overhead{0};              ///< traffic of inline error correction (GDDR) over that of data loaded kEccGranule at a time
  LaunchConfig launch;
  ClockConfig clocks;
  Watts awake{};                       ///< measured: a process holds the board, clocks up, cool, no work; 0: computed (silicon.h)

  void describe(config::Visitor& v);
  bool supports(Format f) const { return tensor[static_cast<std::size_t>(f)] > 0; }
  /// Dense, at the clock of the data sheet, a multiply-add counted as 2.
  double peak_ops_per_s(Format f) const { return 2 * tensor[static_cast<std::size_t>(f)] * sms * peak_clock().value; }
  /// That of tensor peaks: tensor_clock, within what the boost clock allows and kernels at it reach.
  Hertz peak_clock() const;
  double peak_vector_ops_per_s() const { return 2.0 * lanes * sms * clock.value; }
  /// DRAM bytes a second at which kernels load, at an efficiency of theirs. A sector of check bits serves a granule of data; who
  /// loads half a granule at a time (`granules`: the share of loads that do not) brings it twice.
  double load_bytes_per_s(double efficiency, double granules) const {
    return memory::peak(memory).value * efficiency / (1 + ecc_overhead * (2 - granules));
  }
  double l2_bytes_per_s() const { return l2.bytes_per_clock.value * clock.value; }
};

}  // namespace presil::gpu
