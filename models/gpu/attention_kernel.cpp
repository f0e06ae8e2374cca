// attention_kernel.cpp -- implementation of attention_kernel.h.
#include "models/gpu/attention_kernel.h"

#include <algorithm>
#include <cmath>
#include <queue>

#include <fmt/format.h>

#include "models/gpu/kernel_time.h"
#include "models/gpu/matmul_kernel.h"
#include "models/gpu/overlap.h"

namespace presil::gpu {

namespace {

constexpr double kForwardOps = 6, kBackwardOps = 10;  ///< lane operations of one (query, key) pair
constexpr std::size_t kPhases = 32;
constexpr double kMmaRows = 16;                       ///< of one instruction, mma.m16n8k16 [NVIDIA, PTX ISA]
/// Keys and values are paged: a 4-byte entry of the block table for every 16 tokens [vLLM, Kwon et al., SOSP 2023].
constexpr double kPageTokens = 16, kPageEntry = 4;

double to_double(std::uint64_t n) { return static_cast<double>(n); }

/// Keys that queries [first, first + rows) of one sequence walk over; masked ones count as the recipe says.
double keys_of(const AttentionShape& s, const AttentionRecipe& recipe, std::uint64_t first, std::uint64_t rows) {
  const double last = to_double(std::min(s.q_len, first + rows));
  double keys = to_double(s.kv_len);
  if (s.causal) keys -= (to_double(s.q_len) - last) * (1 - recipe.masked_cost);
  if (s.window > 0) keys = std::min(keys, to_double(s.window + rows));
  return std::max(keys, 1.0);
}

/// Clocks of one step of a block of `rows` queries.
double step_cycles(const GpuConfig& gpu, const AttentionShape& s, double rows, double columns) {
  const FitConfig& fit = gpu.architecture.fit;
  const double pairs = rows * columns;
  const double products = s.backward ? 3 * to_double(s.qk_dim) + 2 * to_double(s.v_dim) : to_double(s.qk_dim + s.v_dim);
  const double tensor = pairs * products / tensor_rate(gpu, s.format) * stretched(gpu, s.format, fit.attention_efficiency);
  const double softmax = pairs * (1.0 / gpu.architecture.special_lanes + (s.backward ? kBackwardOps : kForwardOps) / gpu.lanes);
  return overlapped(tensor, softmax, 2);
}

/// Clocks of the busiest SM when the blocks of head after head are dealt to SMs as they fall free.
double makespan(const std::vector<double>& of_head, double heads, double sms) {
  double total = 0, longest = 0;
  for (const double cycles : of_head) total += cycles * heads, longest = std::max(longest, cycles);
  if (static_cast<double>(of_head.size()) * heads > 100 * sms) return total / sms + longest / 2;
  std::priority_queue<double, std::vector<double>, std::greater<>> free;
  for (int i = 0; i < sms; ++i) free.push(0);
  double end = 0;
  for (double head = 0; head < heads; ++head)
    for (auto cycles = of_head.rbegin(); cycles != of_head.rend(); ++cycles) {
      const double done = free.top() + *cycles;
      free.pop();
      free.push(done);
      end = std::max(end, done);
    }
  return end;
}

double kv_values(const AttentionShape& s) { return s.shared_kv ? to_double(s.qk_dim) : to_double(s.qk_dim + s.v_dim); }

void spread(Kernel& kernel, const Phase& sum) {
  const double n = kPhases;
  kernel.phases.assign(kPhases, {sum.sm_cycles / n, sum.l2_bytes / n, sum.read_bytes / n, sum.write_bytes / n});
}

/// Bytes that come and go beside the walk over keys: operands once, results, gradients.
void add_operands(const AttentionShape& s, Phase& sum) {
  const double queries = to_double(s.batch * s.q_len * s.heads);
  const double kv = to_double(s.batch * s.kv_heads * s.kv_len) * kv_values(s) * s.kv_bytes;
  sum.read_bytes = queries * to_double(s.qk_dim) * s.q_bytes + kv;
  sum.write_bytes = queries * to_double(s.v_dim) * s.q_bytes;
  sum.l2_bytes += sum.write_bytes + queries * to_double(s.qk_dim) * s.q_bytes;
  if (!s.backward) return;
  // O, dO and dQ's sums come in; dQ's sums are cleared, added to and converted; dK and dV leave.
  const double sums = queries * to_double(s.qk_dim) * 4;
  sum.read_bytes += 2 * queries * to_double(s.v_dim) * s.q_bytes + sums;
  sum.write_bytes = 2 * sums + queries * to_double(s.qk_dim) * s.q_bytes + kv;
}

Kernel tiled(const GpuConfig& gpu, const AttentionShape& s, const AttentionRecipe& recipe, double splits) {
  const LibraryConfig& library = gpu.architecture.library;
  const double rows = std::min<double>(library.attention_rows, std::max(kMmaRows, std::exp2(std::ceil(std::log2(to_double(s.q_len))))));
  const double columns = library.attention_columns, heads = to_double(s.batch * s.heads);
  const double products = s.backward ? 3 * to_double(s.qk_dim) + 2 * to_double(s.v_dim) : to_double(s.qk_dim + s.v_dim);
  const double step = step_cycles(gpu, s, rows, columns);
  // First operands of a block arrive, last results leave: two trips to memory that its own arithmetic does not hide.
  const double ramp = 2 * gpu.architecture.memory_latency.value * gpu.clock.value;
  std::vector<double> of_head;
  Phase sum;
  Kernel kernel;
  for (std::uint64_t first = 0; first < s.q_len; first += static_cast<std::uint64_t>(rows)) {
    const double keys = keys_of(s, recipe, first, static_cast<std::uint64_t>(rows));
    const double steps = std::ceil(keys / splits / columns);
    for (double part = 0; part < splits; ++part) of_head.push_back(steps * step + ramp);
    sum.l2_bytes += heads * keys * kv_values(s) * s.kv_bytes;
    if (s.backward) sum.l2_bytes += heads * steps * rows * to_double(s.qk_dim) * 2 * 4;
    kernel.macs += heads * splits * steps * rows * columns * products;
    kernel.special_ops += heads * splits * steps * rows * columns;
    kernel.blocks += heads * splits;
  }
  sum.sm_cycles = makespan(of_head, heads, gpu.sms);
  add_operands(s, sum);
  spread(kernel, sum);
  // Partial results are merged by a pass of its own.
  const double values = to_double(s.batch * s.q_len * s.heads) * to_double(s.qk_dim + s.v_dim) / 2;
  const double passes = values * 4 * (recipe.query_passes + (splits > 1 ? splits + 1 : 0));
  if (passes > 0) kernel.phases.push_back({0, passes, passes / 2, passes / 2});
  kernel.simple_ops = kernel.special_ops * (s.backward ? kBackwardOps : kForwardOps);
  kernel.stages = 4;
  kernel.latency_s = gpu.architecture.fit.kernel_latency.value * (s.backward ? 2 : recipe.kernels) + (splits > 1 ? gpu.architecture.fit.simple_latency.value : 0);
  kernel.plan = fmt::format("fused attention{}, tile {:.0f} x {:.0f}, {}{:.0f} blocks", s.backward ? " backward" : "", rows, columns,
                            splits > 1 ? fmt::format("split-KV {:.0f}, ", splits) : "", kernel.blocks);
  return kernel;
}

Kernel decode(const GpuConfig& gpu, const AttentionShape& s, const AttentionRecipe& recipe, double splits) {
  const double group = to_double(s.heads) / to_double(s.kv_heads) * to_double(s.q_len), most = gpu.architecture.library.attention_rows;
  const double parts = std::ceil(group / most);  // row blocks of a group that one tile does not hold
  const double rows = std::min(most, std::max(kMmaRows, std::exp2(std::ceil(std::log2(group)))));
  const double columns = gpu.architecture.library.attention_columns;
  const double keys = s.window > 0 ? std::min(to_double(s.kv_len), to_double(s.window)) : to_double(s.kv_len);
  const double places = to_double(s.batch * s.kv_heads);
  Kernel kernel;
  kernel.blocks = places * parts * splits;
  const double steps = std::ceil(keys / splits / columns);
  const double ramp = 2 * gpu.architecture.memory_latency.value * gpu.clock.value;
  Phase sum;
  sum.sm_cycles = std::ceil(kernel.blocks / gpu.sms) * steps * step_cycles(gpu, s, rows, columns) + ramp;
  sum.read_bytes = places * keys * kv_values(s) * s.kv_bytes + to_double(s.batch) * std::ceil(keys / kPageTokens) * kPageEntry;
  const double out = to_double(s.batch * s.heads * s.q_len) * to_double(s.v_dim);
  sum.write_bytes = out * s.q_bytes;
  sum.l2_bytes = sum.read_bytes * parts + 2 * out * 4 * (splits > 1 ? splits : 0);
  spread(kernel, sum);
  kernel.macs = kernel.blocks * steps * rows * columns * to_double(s.qk_dim + s.v_dim);
  kernel.special_ops = kernel.blocks * steps * rows * columns;
  kernel.simple_ops = kernel.special_ops * kForwardOps;
  kernel.stages = 4;
  kernel.latency_s = gpu.architecture.fit.kernel_latency.value * (recipe.kernels + (recipe.query_passes > 0 ? 1 : 0)) + (splits > 1 ? gpu.architecture.fit.simple_latency.value : 0);
  kernel.plan = fmt::format("split-KV {:.0f}, {:.0f} blocks", splits, kernel.blocks);
  return kernel;
}

}  // namespace

AttentionRecipe attention_recipe(const std::string& implementation) {
  // Serving kernels of 2023: cached and new keys in calls of their own, whose results are merged in memory; masked
  // tiles computed and then masked. [fit] on attention of that kind on A100
  if (implementation.find("early") != std::string::npos || implementation.find("2023") != std::string::npos) return {1.6, 5, 2};
  return {};
}

Kernel attention_kernel(const GpuConfig& gpu, const AttentionShape& s, const AttentionRecipe& recipe) {
  const double group = to_double(s.heads) / to_double(s.kv_heads) * to_double(s.q_len);
  // Heads share a tile where the queries of one alone would leave an instruction's rows empty.
  const bool whole_tiles = s.backward || (group > gpu.architecture.library.attention_rows && to_double(s.q_len) >= kMmaRows);
  Kernel best;
  double time = -1;
  for (double splits = 1; splits <= 256 && splits <= to_double(s.kv_len); splits *= 2) {
    Kernel candidate = whole_tiles ? tiled(gpu, s, recipe, splits) : decode(gpu, s, recipe, splits);
    const double t = kernel_time(gpu, candidate, gpu.clock).value;
    if (time < 0 || t < time) {
      time = t;
      best = std::move(candidate);
    }
    if (whole_tiles && (s.backward || best.blocks > 2.0 * gpu.sms)) break;
  }
  best.name = "attention";
  best.granules = std::min(1.0, to_double(std::min(s.qk_dim, s.v_dim)) * s.kv_bytes / kEccGranule);
  best.format = multiplied_format(gpu, s.format);
  if (!tensor_format(gpu, s.format)) best.instructions = best.macs * lane_instructions(gpu, s.format);
  return best;
}

}  // namespace presil::gpu
