// matmul_traffic.h -- what the tiles of a matrix product load: bytes per phase through L2 and from DRAM.
#pragma once

#include <vector>

#include "models/gpu/matmul_kernel.h"

namespace presil::gpu {

/// Walks the waves in rasterisation order. `sm_cycles` of the phases are only relative: the share of the busiest SM's
/// work. Every wave is cut along K so that the pieces of its panels are the cache's unit, and phases are put together
/// to at most `most_phases`. Beyond `most_waves` waves the rest is scaled from those walked.
std::vector<Phase> matmul_traffic(const GpuConfig& gpu, const MatmulShape& shape, const MatmulPlan& plan, std::uint32_t most_phases,
                                  std::uint64_t most_waves);

/// The tile visited as number `index` of a grid of rows x columns, `group` rows at a time.
struct TilePlace { std::uint64_t row, column; };
TilePlace tile_place(std::uint64_t index, std::uint64_t rows, std::uint64_t columns, std::uint64_t group);

}  // namespace presil::gpu
