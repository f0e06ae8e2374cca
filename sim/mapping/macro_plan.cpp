// macro_plan.cpp -- implementation of macro_plan.h.
#include "sim/mapping/macro_plan.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "sim/base/error.h"
#include "sim/base/integers.h"
#include "sim/mapping/rates.h"
#include "sim/mapping/work.h"

namespace presil::mapping {

namespace {

std::uint64_t whole(double x) { return static_cast<std::uint64_t>(x); }

/// Blocks of a core's macros that a part may take, so that two parts fit.
std::uint64_t part_blocks(const imc::MacroGroup& group) {
  return std::max<std::uint64_t>(1, group.reloadable() / 2);
}

/// Least cut that fits a core.
std::uint64_t least_parts(const MatmulTask& task, bool reloads, const npu::ChipConfig& chip) {
  const imc::MacroGroup& group = chip.core.macros;
  const std::uint64_t room = reloads ? part_blocks(group) : whole(group.blocks());
  return ceil_div(ceil_div(task.k, group.depth()), std::max<std::uint64_t>(1, room));
}

/// Compute, writing and loading side by side, the slowest of them; and one vector's way through.
double predicted(const MacroPlan& plan, const MatmulTask& task, const npu::ChipConfig& chip) {
  const imc::MacroCost cost(chip.core.macros);
  const double arrays = chip.core.macros.arrays(), deep = static_cast<double>(plan.deep);
  const double vectors = std::ceil(static_cast<double>(task.m) / static_cast<double>(plan.copies));
  const std::uint64_t strips = plan.strips_of(0), written = strips - plan.resident;
  const double compute = cost.multiply(vectors, std::ceil(deep * static_cast<double>(strips) / arrays)).value;
  const double share = static_cast<double>(written) / static_cast<double>(strips);
  const double bytes = share * task.b_bytes * static_cast<double>(task.batch) * static_cast<double>(task.n) *
                       static_cast<double>(task.k);
  const Rates rates(chip);
  const double load = bytes / std::min(rates.memory, rates.link * static_cast<double>(plan.cores));
  const double write = written > 0 ? cost.write(deep * static_cast<double>(written)).value : 0;
  const double inputs =
      rates.seconds(task.a_home, task.a_bytes * static_cast<double>(task.m) * static_cast<double>(task.k) *
                                     static_cast<double>(plan.cores) / rates.cores);
  const double sums =
      plan.depth_parts > 1
          ? 2 * static_cast<double>(task.batch * task.m * task.n * (plan.depth_parts - 1)) * kPartialSumBytes
          : 0;
  const double exchange =
      sums > 0 ? rates.seconds(chip.shared.present() ? Home::shared : Home::memory, sums / rates.cores) +
                     2 * rates.latency
               : 0;
  return std::max({compute, load, write, inputs}) + exchange + rates.latency;
}

}  // namespace

bool on_macros(const workload::Op& op, const npu::ChipConfig& chip) {
  return chip.core.macros.present() && op.kind == workload::OpKind::matmul && !op.weights.empty() &&
         chip.core.macro_formats[static_cast<std::size_t>(op.compute)] > 0;
}

bool attention_on_macros(const workload::Op& op, const npu::ChipConfig& chip) {
  return chip.core.macros.present() && chip.core.attention == npu::AttentionUnit::macros &&
         op.kind == workload::OpKind::attention &&
         chip.core.macro_formats[static_cast<std::size_t>(op.compute)] > 0;
}

CacheBlocks cache_blocks(const imc::MacroGroup& g, const workload::Attention& a, std::uint64_t kv_len) {
  return {ceil_div(a.qk_dim, g.depth()) * ceil_div(kv_len, g.width()),
          ceil_div(kv_len, g.depth()) * ceil_div(a.v_dim, g.width())};
}

WeightPlacement place_weights(const workload::Graph& graph, const npu::ChipConfig& chip) {
  const imc::MacroGroup& group = chip.core.macros;
  WeightPlacement placed;
  placed.present = group.blocks() * chip.cores * chip.chain.chips;
  for (const workload::Segment& segment : graph.segments)
    for (const workload::Op& op : segment.ops) {
      if (attention_on_macros(op, chip)) {
        const CacheBlocks head = cache_blocks(group, op.attention, op.attention.kv_len);
        placed.cache += static_cast<double>(segment.count * op.attention.batch * op.attention.kv_heads *
                                            (head.keys + head.values));
      }
      if (!on_macros(op, chip)) continue;
      // All experts, not the active ones alone.
      const double products = static_cast<double>(op.matmul.batch) / op.weight_fraction;
      const double blocks =
          static_cast<double>(ceil_div(op.matmul.k, group.depth()) * ceil_div(op.matmul.n, group.width()));
      placed.needed += static_cast<double>(segment.count) * products * blocks;
      for (const auto id : op.weights)
        placed.weight_bytes += static_cast<double>(segment.count) * graph.tensors[id].bytes();
    }
  placed.cache_stays = placed.needed + placed.cache <= placed.present;
  if (placed.needed <= placed.present)
    placed.copies = placed.needed > 0
                        ? whole((placed.present - (placed.cache_stays ? placed.cache : 0)) / placed.needed)
                        : 1;
  else
    placed.resident = (group.blocks() - static_cast<double>(group.reloadable())) * chip.cores * chip.chain.chips / placed.needed;
  placed.chips = std::clamp(std::ceil(placed.needed / (group.blocks() * chip.cores)), 1.0, static_cast<double>(chip.chain.chips));
  return placed;
}

std::uint64_t MacroPlan::strips_of(std::uint64_t index) const {
  return core_range(strips, index, cores).size;
}

std::string MacroPlan::text() const {
  const std::string stays =
      resident == strips_of(0)
          ? "all of them resident"
          : fmt::format("{} of {} of a core resident, {} written at a time", resident, strips_of(0), part);
  return fmt::format("macros: {} strips of {} blocks on {} cores{}{}; {}; {} vectors a tile", strips, deep,
                     cores, copies > 1 ? fmt::format(", {} copies", copies) : "",
                     depth_parts > 1 ? fmt::format(", cut {} deep", depth_parts) : "", stays, rows);
}

namespace {

/// The plan with strips cut in `parts`; without cores when a vector does not fit.
MacroPlan with_parts(const MatmulTask& task, const WeightPlacement& weights, const npu::ChipConfig& chip,
                     double tile_bytes, std::uint64_t parts) {
  const imc::MacroGroup& group = chip.core.macros;
  const bool reloads = weights.resident < 1;
  MacroPlan plan;
  plan.depth_parts = parts;
  plan.deep = ceil_div(ceil_div(task.k, group.depth()), parts);
  plan.strips = task.batch * ceil_div(task.n, group.width()) * parts;
  const double blocks = static_cast<double>(plan.strips * plan.deep);
  plan.cores = std::clamp<std::uint64_t>(whole(std::ceil(blocks / group.arrays())), 1,
                                         std::min<std::uint64_t>(chip.cores, plan.strips));
  plan.copies = std::max<std::uint64_t>(1, std::min({weights.copies, task.m, chip.cores / plan.cores}));
  const std::uint64_t strips = plan.strips_of(0);
  plan.resident = whole(static_cast<double>(strips) * weights.resident);
  plan.part = reloads ? std::clamp<std::uint64_t>(part_blocks(group) / plan.deep, 1,
                                                  std::max<std::uint64_t>(1, strips - plan.resident))
                      : strips;
  const double depth = std::min(static_cast<double>(plan.deep) * group.depth(), static_cast<double>(task.k));
  const double width = std::min(static_cast<double>(std::max(plan.part, plan.resident)) * group.width(),
                                static_cast<double>(task.n * task.batch));
  const double row =
      depth * task.a_bytes + width * static_cast<double>(kPartialSumBytes) * (parts > 1 ? 2 : 1);
  plan.rows = std::min<std::uint64_t>(ceil_div(task.m, plan.copies), whole(tile_bytes / 2 / row));
  if (plan.rows == 0) return {};
  plan.seconds = predicted(plan, task, chip);
  return plan;
}

}  // namespace

MacroPlan plan_macros(const MatmulTask& task, const WeightPlacement& weights, const npu::ChipConfig& chip,
                      double tile_bytes) {
  const std::uint64_t deep = ceil_div(task.k, chip.core.macros.depth());
  MacroPlan best;
  for (std::uint64_t parts = least_parts(task, weights.resident < 1, chip); parts <= deep; parts *= 2) {
    const MacroPlan plan = with_parts(task, weights, chip, tile_bytes, parts);
    if (plan.used() && (!best.used() || plan.seconds < best.seconds)) best = plan;
  }
  if (!best.used())
    throw CapacityError(
        fmt::format("a vector of {} inputs and its sums do not fit the {:.0f} B that chip.tile.scratchpad "
                    "has for it twice",
                    task.k, tile_bytes));
  return best;
}

}  // namespace presil::mapping
