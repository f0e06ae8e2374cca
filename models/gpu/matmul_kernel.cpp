// matmul_kernel.cpp -- implementation of matmul_kernel.h.
#include "models/gpu/matmul_kernel.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "models/gpu/matmul_traffic.h"
#include "models/gpu/occupancy.h"
#include "sim/base/integers.h"

namespace presil::gpu {

namespace {

/// A page of DRAM: of a pseudo-channel of HBM2 and HBM3 [JESD235, JESD238].
constexpr double kPageBytes = 1024;

/// Libraries keep the bytes of a stage: `k_step` is for 16-bit values.
std::uint64_t step_of(const MatmulShape& s, const TileConfig& t) {
  return std::max<std::uint64_t>(8, static_cast<std::uint64_t>(t.k_step * 2 / std::max({s.a_bytes, s.b_bytes, 1.0})));
}

BlockNeeds needs_of(const MatmulShape& s, const TileConfig& t) {
  // Accumulators in fp32 and 40 further registers a thread [assumed: addresses, operands, loop]; `stages` pieces of both
  // operands in shared memory.
  const double area = static_cast<double>(t.m) * t.n;
  return {t.threads, area * 4 + t.threads * 40.0 * 4,
          t.stages * static_cast<double>(step_of(s, t)) * (t.m * std::max(s.a_bytes, 1.0) + t.n * std::max(s.b_bytes, 1.0))};
}

}  // namespace

std::optional<Format> tensor_format(const GpuConfig& gpu, Format format) {
  if (gpu.supports(format)) return format;
  for (const Format wider : {Format::fp8, Format::bf16, Format::fp16, Format::tf32, Format::fp32}) {
    if (wider == Format::tf32 && bits(format) >= 32) continue;  // 32 bits in memory, but 19 of them multiplied
    if (bits(wider) == bits(format)) continue;                  // fp16 lacks the range of bf16, bf16 the fraction of fp16
    if (gpu.supports(wider) && bits(wider) > bits(format)) return wider;
  }
  return std::nullopt;
}

Format multiplied_format(const GpuConfig& gpu, Format format) { return tensor_format(gpu, format).value_or(Format::fp32); }

void set_places(const MatmulShape& s, Kernel& kernel) {
  if (!s.rows_of_b) return;
  const double row = static_cast<double>(s.n) * s.b_bytes;
  kernel.streams = std::min(1.0, row / kPageBytes);
  kernel.granules = std::max(kernel.granules, std::min(1.0, row / kEccGranule));
}

double lane_instructions(const GpuConfig& gpu, Format format) { return bits(format) < 32 ? gpu.architecture.widened_instructions : 1; }

double tensor_rate(const GpuConfig& gpu, Format format) {
  const std::optional<Format> computed = tensor_format(gpu, format);
  return computed ? gpu.tensor[static_cast<std::size_t>(*computed)] : gpu.lanes / lane_instructions(gpu, format);
}

double stretched(const GpuConfig& gpu, Format format, double efficiency) {
  const double full = 2 * gpu.architecture.full_rate, pace = tensor_rate(gpu, format) * bytes_per_value(multiplied_format(gpu, format));
  return 1 + (1 / efficiency - 1) * (full > 0 ? std::min(1.0, pace / full) : 1);
}

bool can_run(const GpuConfig& gpu, const MatmulShape& s, const TileConfig& t) { return fits(gpu.architecture, needs_of(s, t)); }

std::uint32_t matmul_residency(const GpuConfig& gpu, const MatmulShape& s, const TileConfig& t) {
  return resident_blocks(gpu.architecture, needs_of(s, t));
}

namespace {

/// Blocks that the fullest SM holds at a time: those of a small grid are spread, however many would fit.
double blocks_at_a_time(const GpuConfig& gpu, const MatmulPlan& p, double blocks) {
  return std::clamp(std::ceil(blocks / gpu.sms), 1.0, static_cast<double>(p.resident));
}

/// Clocks of one block: its multiply-adds, or its operands through the SM's port to L2.
double tile_cycles(const GpuConfig& gpu, const MatmulShape& s, const MatmulPlan& p, double k) {
  const FitConfig& fit = gpu.architecture.fit;
  const double area = static_cast<double>(p.tile.m) * p.tile.n;
  const double efficiency = fit.tensor_efficiency * area / (area + fit.tile_overhead * (p.tile.m + p.tile.n));
  const double multiply = area * k / (tensor_rate(gpu, s.format) * s.speedup) * stretched(gpu, s.format, efficiency);
  const double rows = static_cast<double>(std::min<std::uint64_t>(p.tile.m, s.m)), columns = static_cast<double>(std::min<std::uint64_t>(p.tile.n, s.n));
  return std::max(multiply, k * (rows * s.a_bytes + columns * s.b_bytes) / gpu.architecture.port_bandwidth.value);
}

}  // namespace

double matmul_cycles(const GpuConfig& gpu, const MatmulShape& s, const MatmulPlan& p) {
  const double steps = static_cast<double>(ceil_div(ceil_div(s.k, p.splits), step_of(s, p.tile)));
  const double tile = tile_cycles(gpu, s, p, steps * static_cast<double>(step_of(s, p.tile)));
  const double blocks = static_cast<double>(ceil_div(s.m, p.tile.m) * ceil_div(s.n, p.tile.n) * s.batch) * p.splits;
  const double busiest = p.stream_k ? std::max(1.0, blocks / gpu.sms) : std::ceil(blocks / gpu.sms);
  // A block has `stages - 1` steps under way, so a step cannot take less than that share of the memory's latency.
  const double waits = steps * gpu.architecture.memory_latency.value * gpu.clock.value / std::max(1u, p.tile.stages - 1);
  // First operands in, results out: other resident blocks hide it, and persistent kernels start the next tile behind it.
  const double ramp = gpu.architecture.library.persistent ? 0 : 2 * gpu.architecture.memory_latency.value * gpu.clock.value;
  return std::max(busiest * tile, std::ceil(busiest / p.resident) * std::max(tile + ramp, waits));
}

Kernel matmul_kernel(const GpuConfig& gpu, const MatmulShape& s, const MatmulPlan& p, Detail detail) {
  Kernel kernel;
  kernel.name = "matmul";
  kernel.format = multiplied_format(gpu, s.format);
  const std::uint64_t rows = ceil_div(s.m, p.tile.m), columns = ceil_div(s.n, p.tile.n);
  kernel.blocks = static_cast<double>(rows * columns * s.batch) * p.splits;
  const double waves = kernel.blocks / (static_cast<double>(gpu.sms) * p.resident);
  const double k = static_cast<double>(ceil_div(ceil_div(s.k, p.splits), step_of(s, p.tile)) * step_of(s, p.tile)) * p.splits;
  kernel.macs = static_cast<double>(rows * columns * s.batch) * p.tile.m * p.tile.n * k / s.speedup;
  if (!tensor_format(gpu, s.format)) kernel.instructions = kernel.macs * lane_instructions(gpu, s.format);
  kernel.plan = fmt::format("tile {} x {} x {}, {}{:.0f} blocks on {} SMs, {} resident, {:.2f} waves", p.tile.m, p.tile.n, step_of(s, p.tile),
                            p.stream_k ? "stream-K, " : p.splits > 1 ? fmt::format("split-K {}, ", p.splits) : "", kernel.blocks, gpu.sms, p.resident, waves);

  const double at_a_time = blocks_at_a_time(gpu, p, kernel.blocks);
  kernel.stages = p.tile.stages * at_a_time;
  set_places(s, kernel);
  kernel.store_stages = gpu.architecture.library.persistent ? 0 : at_a_time;
  kernel.phases = matmul_traffic(gpu, s, p, detail.phases, detail.waves);
  // SM time: each phase gets the share of the busiest SM's clocks that its wave and its part of K stand for.
  const double cycles = matmul_cycles(gpu, s, p);
  double weight = 0;
  for (const Phase& phase : kernel.phases) weight += phase.sm_cycles;
  for (Phase& phase : kernel.phases) phase.sm_cycles *= cycles / weight;

  // Fix-up of shared tiles: partial sums in fp32 through L2, and a pass that adds them.
  const double out = static_cast<double>(s.m) * static_cast<double>(s.n) * static_cast<double>(s.batch);
  double partial = 0;
  if (p.stream_k) partial = 2 * 4.0 * std::min<double>(kernel.blocks, gpu.sms) * p.tile.m * p.tile.n;
  else if (p.splits > 1) partial = 2 * 4.0 * out * p.splits;
  const double adders = static_cast<double>(gpu.sms) * gpu.lanes;
  if (partial > 0) kernel.phases.push_back({partial / 8 / adders, partial, 0, 0});
  const double hop = gpu.architecture.l2_latency_cycles / gpu.clock.value;
  // stream-K adds in the same kernel behind a flag in memory; split-K in a second one of the stream.
  const double merge = p.stream_k ? 4 * hop : partial > 0 ? gpu.launch.gap.value + gpu.architecture.fit.simple_latency.value : 0;
  kernel.latency_s = gpu.architecture.fit.kernel_latency.value + merge;
  return kernel;
}

}  // namespace presil::gpu
