// matmul_plan.h -- how a matrix product is cut over cores, arrays and time.
#pragma once

#include <cstdint>
#include <string>

#include "models/npu/chip_config.h"
#include "sim/mapping/rates.h"

namespace presil::mapping {

constexpr std::uint64_t kPartialSumBytes = 4;  ///< 32 bits

/// One matrix product as the mapper sees it, with everything that is done to a tile of its result.
struct MatmulTask {
  std::uint64_t batch{1}, m{}, n{}, k{};
  Format format{};
  double a_bytes{};            ///< per value of A, as stored
  double b_bytes{};            ///< per value of B, as stored
  double b_scratch_bytes{};    ///< per value of B in the scratchpad
  Home a_home{}, b_home{};
  double convert_ops{};        ///< vector operations per value of B to bring it into the arithmetic's format
  double simple_ops{}, special_ops{};    ///< of the epilogue, whole product
  double extra_memory_bytes{}, extra_shared_bytes{};  ///< moved by the epilogue, whole product
};

enum class Split : std::uint8_t { m, n, batch };
enum class Kept : std::uint8_t {
  a,  ///< a panel of A stays while all of B passes by
  b,  ///< a panel of B stays while all of A passes by
  none,  ///< only the tile of the result stays; both operands are read again for every tile
};

/// Loops: cores take parts of `split`; then panels of the kept operand, tiles of the other, tiles of k.
struct MatmulPlan {
  Split split{Split::m};
  Kept kept{Kept::a};
  std::uint64_t tm{}, tn{}, tk{};
  std::uint64_t tb{1};          ///< products of a batch in one tile; above 1 the arrays take whole products
  bool arrays_split_m{false};   ///< arrays share a tile's rows rather than its columns
  bool double_buffered{true};
  double seconds{};             ///< predicted, one core's share being the slowest
  std::string text() const;     ///< for --explain
};

/// The fastest plan by closed form: the slowest of array, vector unit, port, memory and shared SRAM, plus filling
/// and draining the pipeline. `tile_bytes` is the scratchpad left for tiles, `weight_bytes` a separate weight
/// buffer's size (0: weights share the scratchpad). Of plans within 1% of the fastest, the one with the least memory
/// traffic.
/// Throws CapacityError when not even the smallest tile fits.
MatmulPlan plan_matmul(const MatmulTask& task, const npu::ChipConfig& chip, double tile_bytes, double weight_bytes);

}  // namespace presil::mapping
