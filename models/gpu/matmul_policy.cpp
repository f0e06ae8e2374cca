// matmul_policy.cpp -- implementation of matmul_policy.h.
#include "models/gpu/matmul_policy.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "models/gpu/gemv_kernel.h"
#include "models/gpu/kernel_time.h"
#include "models/gpu/occupancy.h"
#include "sim/base/error.h"

namespace presil::gpu {

namespace {

constexpr Detail kEstimate{16, 16}, kSimulated{128, 512};
constexpr std::array<std::uint32_t, 9> kSplits{1, 2, 3, 4, 5, 6, 8, 12, 16};

struct Candidate {
  MatmulPlan plan;
  double least_s;  ///< clocks alone: a lower bound
};

/// Whether the library has this tile with so many parts along K, and the memory for their partial sums.
bool can_split(const LibraryConfig& library, const MatmulShape& s, const TileConfig& tile, std::uint32_t splits) {
  if (splits == 1) return true;
  const double partial = s.c_bytes * splits * static_cast<double>(s.m) * static_cast<double>(s.n) * static_cast<double>(s.batch);
  return splits <= (tile.most_splits > 0 ? tile.most_splits : library.most_splits) && std::uint64_t{splits} * tile.k_step <= s.k &&
         partial <= library.workspace.value;
}

std::vector<Candidate> candidates(const GpuConfig& gpu, const MatmulShape& shape) {
  std::vector<Candidate> all;
  const LibraryConfig& library = gpu.architecture.library;
  if (can_run_gemv(shape)) {
    MatmulPlan plan;
    plan.gemv = true;
    all.push_back({plan, gemv_cycles(gpu, shape) / gpu.clock.value});
  }
  for (const TileConfig& tile : library.tiles) {
    if (!can_run(gpu, shape, tile)) continue;
    MatmulPlan plan;
    plan.tile = tile;
    plan.resident = matmul_residency(gpu, shape, tile);
    for (const std::uint32_t splits : kSplits) {
      if (!can_split(library, shape, tile, splits)) continue;
      plan.splits = splits;
      all.push_back({plan, matmul_cycles(gpu, shape, plan) / gpu.clock.value});
    }
    if (!library.stream_k) continue;
    plan.splits = 1;
    plan.stream_k = true;
    all.push_back({plan, matmul_cycles(gpu, shape, plan) / gpu.clock.value});
  }
  std::stable_sort(all.begin(), all.end(), [](const Candidate& x, const Candidate& y) { return x.least_s < y.least_s; });
  return all;
}

Kernel kernel_of_plan(const GpuConfig& gpu, const MatmulShape& shape, const MatmulPlan& plan, Detail detail) {
  return plan.gemv ? gemv_kernel(gpu, shape) : matmul_kernel(gpu, shape, plan, detail);
}

}  // namespace

MatmulPlan choose_matmul(const GpuConfig& gpu, const MatmulShape& shape) {
  MatmulPlan best;
  best.predicted_s = -1;
  for (Candidate& c : candidates(gpu, shape)) {
    if (best.predicted_s >= 0 && c.least_s >= best.predicted_s) break;  // sorted: no later one can win
    c.plan.predicted_s = kernel_time(gpu, kernel_of_plan(gpu, shape, c.plan, kEstimate), gpu.clock).value;
    if (best.predicted_s < 0 || c.plan.predicted_s < best.predicted_s) best = c.plan;
  }
  if (best.predicted_s < 0) throw InputError(fmt::format("no tile of architecture '{}' fits its SM", gpu.architecture.name));
  return best;
}

Kernel plan_matmul(const GpuConfig& gpu, const MatmulShape& shape) {
  return kernel_of_plan(gpu, shape, choose_matmul(gpu, shape), kSimulated);
}

}  // namespace presil::gpu
