// small_gpu.h -- a GPU with round numbers for the tests of this folder, its like and its kernels.
#pragma once

#include <cstdint>
#include <vector>

#include "models/gpu/gpu_config.h"
#include "models/gpu/matmul_kernel.h"
#include "models/gpu/matmul_traffic.h"

namespace presil::gpu {

/// 100 SMs of 1024 bf16 multiply-adds at 1 GHz (204.8 TFLOPS), 1.6 TB/s of DRAM at 90%, 32 MiB of L2.
inline GpuConfig small_gpu() {
  GpuConfig g;
  g.name = "small";
  g.clock = {1e9};
  g.sms = 100;
  g.tensor[static_cast<std::size_t>(Format::bf16)] = 1024;
  g.tensor[static_cast<std::size_t>(Format::fp16)] = 1024;
  g.tensor[static_cast<std::size_t>(Format::int8)] = 2048;
  g.lanes = 64;
  g.l2 = {{32.0 * 1024 * 1024}, 1, {8192}};
  g.memory.name = "round";
  g.memory.standard = "HBM";
  g.memory.stacks = 5;
  g.memory.channels_per_stack = 16;
  g.memory.channel_bandwidth = {20e9};
  g.memory.capacity_per_stack = {8.0 * 1024 * 1024 * 1024};
  g.memory.burst = {64};
  g.memory.interleave = {256};
  g.memory.read_latency = {60e-9};
  g.memory.write_latency = {30e-9};
  g.memory.refresh_interval = {3900e-9};
  g.memory.refresh_time = {195e-9};
  g.memory.queue_depth = 64;
  g.memory.energy = {4e-12};
  g.architecture.name = "test";
  g.architecture.shared_memory = {164.0 * 1024};
  g.architecture.library.tiles = {{128, 256, 32, 3, 256}, {256, 128, 32, 3, 256}, {128, 128, 32, 4, 256}, {128, 64, 32, 4, 128},
                                  {64, 128, 32, 4, 128}, {64, 64, 32, 6, 128}};
  g.architecture.library.workspace = {1024.0 * 1024 * 1024};
  g.technology.mac_pj.fill(0.2);
  g.technology.vector_op_pj = 1;
  g.technology.sram = {0.02e-12};
  g.technology.wire_per_mm = {0.05e-12};
  g.technology.density = {90, {0.027e-6}, 0.68, {40e-6}, 1};
  g.technology.voltage = {{0.75}, {0.45}, {0.95}, {0.3}, 1.3, 0.15};
  g.technology.leakage = {0.01, 10, 25};
  g.host = {{32e9}, {1e-6}, {5e-6}};
  g.power = {{50}, {0}};  // no cap
  g.clocks.low_clock = {0.4e9};
  g.clocks.step = {20e6};
  return g;
}

/// The same with one tile, and neither split-K nor stream-K.
inline GpuConfig one_tile(TileConfig tile = {128, 128, 32, 4, 256}) {
  GpuConfig g = small_gpu();
  g.architecture.library.tiles = {tile};
  g.architecture.library.most_splits = 1;
  return g;
}

inline MatmulShape gemm(std::uint64_t m, std::uint64_t n, std::uint64_t k, std::uint64_t batch = 1) {
  MatmulShape s;
  s.batch = batch;
  s.m = m;
  s.n = n;
  s.k = k;
  return s;
}

inline MatmulPlan plan_of(const GpuConfig& g, const MatmulShape& s, const TileConfig& tile, std::uint32_t splits = 1) {
  MatmulPlan p;
  p.tile = tile;
  p.splits = splits;
  p.resident = matmul_residency(g, s, tile);
  return p;
}

/// A plan in detail: every wave, in at most so many phases.
inline std::vector<Phase> phases_of(const GpuConfig& g, const MatmulShape& s, const MatmulPlan& p, std::uint32_t most) { return matmul_traffic(g, s, p, most, ~std::uint64_t{0}); }
inline Kernel kernel_of(const GpuConfig& g, const MatmulShape& s, const MatmulPlan& p, std::uint32_t most) { return matmul_kernel(g, s, p, {most, ~std::uint64_t{0}}); }

/// DRAM bytes a second at which matrix and attention kernels load, and at which element-wise ones do.
inline double load_rate(const GpuConfig& g) { return g.load_bytes_per_s(g.architecture.fit.memory_efficiency, 0); }
inline double stream_rate(const GpuConfig& g) { return g.load_bytes_per_s(g.architecture.fit.stream_efficiency, 1); }

}  // namespace presil::gpu
