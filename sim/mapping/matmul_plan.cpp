// matmul_plan.cpp -- the search behind matmul_plan.h.
#include "sim/mapping/matmul_plan.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "models/systolic/fold_timing.h"
#include "sim/base/error.h"
#include "sim/base/integers.h"

namespace presil::mapping {

namespace {

/// [assumed] time that saved memory traffic is worth: what is within it of the fastest plan competes on bytes.
constexpr double kWorthwhile = 0.01;
/// [assumed] what a further step costs in issue and synchronisation; keeps tiles from being cut finer than it pays.
constexpr double kStepSeconds = 10e-9;

/// Tile extents worth trying: `unit` times powers of two below the extent, and the extent itself.
std::vector<std::uint64_t> extents(std::uint64_t extent, std::uint64_t unit) {
  std::vector<std::uint64_t> list;
  for (std::uint64_t t = unit; t < extent; t *= 2) list.push_back(t);
  list.push_back(extent);
  return list;
}

class Search {
 public:
  Search(const MatmulTask& task, const npu::ChipConfig& chip, double tile_bytes, double weight_bytes)
      : task_(task), chip_(chip), rates_(chip), tile_bytes_(tile_bytes), weight_bytes_(weight_bytes) {}

  MatmulPlan best() {
    for (const Split split : {Split::m, Split::n, Split::batch}) {
      const std::uint64_t extent = split == Split::m ? task_.m : split == Split::n ? task_.n : task_.batch;
      if (extent < 2 && split != Split::m) continue;
      try_split(split);
    }
    if (candidates_.empty()) {
      const std::string weights = weight_bytes_ > 0 ? fmt::format(" and the {:.0f} B of chip.core.weight_buffer", weight_bytes_) : "";
      throw CapacityError(fmt::format(
          "no tile of a {} x {} x {} product in {} fits the {:.0f} B that chip.core.scratchpad has for it{}", task_.m,
          task_.n, task_.k, name(task_.format), std::max(tile_bytes_, 0.0), weights));
    }
    return pick();
  }

 private:
  void try_split(Split split) {
    const auto share = [&](Split s, std::uint64_t extent) { return s == split ? ceil_div(extent, chip_.cores) : extent; };
    const std::uint64_t m = share(Split::m, task_.m), n = share(Split::n, task_.n), b = share(Split::batch, task_.batch);
    const auto& shape = chip_.core.array.shape;
    for (const std::uint64_t tm : extents(m, shape.rows))
      for (const std::uint64_t tn : extents(n, shape.columns))
        for (const std::uint64_t tk : extents(task_.k, shape.rows))
          for (const Kept kept : {Kept::a, Kept::b, Kept::none}) {
            consider({split, kept, tm, tn, tk, 1, false, true, 0}, m, n, b);
            if (chip_.core.arrays > 1) consider({split, kept, tm, tn, tk, 1, true, true, 0}, m, n, b);
          }
    if (b > 1)
      for (const std::uint64_t tb : extents(b, chip_.core.arrays))
        if (tb > 1) consider({split, Kept::a, m, n, task_.k, tb, false, true, 0}, m, n, b);
  }

  bool fits(MatmulPlan& plan, std::uint64_t m, std::uint64_t n) const {
    const auto bytes = [](double per, std::uint64_t x, std::uint64_t y, std::uint64_t z) {
      return per * static_cast<double>(x) * static_cast<double>(y) * static_cast<double>(z);
    };
    // A panel is kept for the sake of a second pass over it; with one pass its tiles stream through.
    const bool a_kept = plan.tb == 1 && plan.kept == Kept::a && plan.tn < n;
    const bool b_kept = plan.tb == 1 && plan.kept == Kept::b && plan.tm < m;
    const double a_tile = task_.a_home == Home::local ? 0 : bytes(task_.a_bytes, plan.tb, plan.tm, a_kept ? task_.k : plan.tk);
    const double b_tile = task_.b_home == Home::local ? 0 : bytes(task_.b_scratch_bytes, plan.tb, b_kept ? task_.k : plan.tk, plan.tn);
    const double out = bytes(static_cast<double>(kPartialSumBytes), plan.tb, plan.tm, plan.tn);
    const double a_times = a_kept && plan.tm >= m ? 1 : 2;
    const double b_times = b_kept && plan.tn >= n ? 1 : 2;
    const auto fit = [&](double twice) {
      const double a = a_tile * (twice > 1 ? a_times : 1), b = b_tile * (twice > 1 ? b_times : 1), o = out * twice;
      const bool separate = weight_bytes_ > 0 && task_.b_home == Home::memory;
      // Rounding to whole bytes per array adds at most one byte each.
      const double slack = 64.0 * chip_.core.arrays;
      return separate ? a + o + slack <= tile_bytes_ && b + slack <= weight_bytes_ : a + b + o + slack <= tile_bytes_;
    };
    plan.double_buffered = fit(2);
    return plan.double_buffered || fit(1);
  }

  /// Array cycles of a tile of the given extents, from one array's share.
  double tile_cycles(const MatmulPlan& plan, std::uint64_t tm, std::uint64_t tn, std::uint64_t tk) const {
    const auto& array = chip_.core.array;
    const std::uint64_t arrays = chip_.core.arrays;
    const double rate = array.rate[static_cast<std::size_t>(task_.format)];
    std::uint64_t repeat = 1;
    if (plan.tb > 1) {
      repeat = ceil_div(plan.tb, arrays);
    } else if (plan.arrays_split_m) {
      tm = ceil_div(tm, arrays);
    } else {
      tn = std::min(tn, ceil_div(ceil_div(tn, array.shape.columns), arrays) * array.shape.columns);
    }
    const auto scaled = [rate](std::uint64_t x) { return static_cast<std::uint64_t>(std::max(1.0, static_cast<double>(x) / rate)); };
    systolic::GemmShape shape{tm, tn, tk};
    switch (array.dataflow) {
      case systolic::Dataflow::ws: shape.m = scaled(tm); break;
      case systolic::Dataflow::os: shape.k = scaled(tk); break;
      case systolic::Dataflow::is: shape.n = scaled(tn); break;
    }
    if (array.timing == systolic::Timing::serialised)
      return static_cast<double>(repeat * (systolic::cycles(shape, array.shape, array.dataflow, array.timing) + 1));
    const systolic::BlockTiming t = systolic::block_timing(shape, array.shape, array.dataflow);
    return static_cast<double>(repeat * std::max(t.stream, systolic::next_start(t, t)));
  }

  /// Sum of tile_cycles over a core's whole share, edge tiles at their own extents.
  double array_cycles(const MatmulPlan& plan, std::uint64_t m, std::uint64_t n, std::uint64_t b) const {
    double sum = 0;
    const auto parts = [](std::uint64_t extent, std::uint64_t tile) {
      return std::array<std::pair<std::uint64_t, std::uint64_t>, 2>{{{extent / tile, tile}, {extent % tile ? 1 : 0, extent % tile}}};
    };
    for (const auto& [mc, tm] : parts(m, plan.tm))
      for (const auto& [nc, tn] : parts(n, plan.tn))
        for (const auto& [kc, tk] : parts(task_.k, plan.tk))
          if (mc && nc && kc) sum += static_cast<double>(mc * nc * kc) * tile_cycles(plan, tm, tn, tk);
    return sum * static_cast<double>(ceil_div(b, plan.tb));
  }

  void consider(MatmulPlan plan, std::uint64_t m, std::uint64_t n, std::uint64_t b) {
    if (!fits(plan, m, n)) return;
    const double products = static_cast<double>(b);
    const double a_times = plan.tb == 1 && plan.kept != Kept::a ? static_cast<double>(ceil_div(n, plan.tn)) : 1;
    const double b_times = plan.tb == 1 && plan.kept != Kept::b ? static_cast<double>(ceil_div(m, plan.tm)) : 1;
    const double values_b = products * static_cast<double>(n) * static_cast<double>(task_.k) * b_times;
    const double a_bytes = products * static_cast<double>(m) * static_cast<double>(task_.k) * task_.a_bytes * a_times;
    const double b_bytes = values_b * task_.b_bytes;
    const double share = products * static_cast<double>(m) * static_cast<double>(n) /
                         (static_cast<double>(task_.batch) * static_cast<double>(task_.m) * static_cast<double>(task_.n));
    std::array<double, 5> traffic{};
    traffic[static_cast<std::size_t>(task_.a_home)] += a_bytes;
    traffic[static_cast<std::size_t>(task_.b_home)] += b_bytes;
    traffic[static_cast<std::size_t>(Home::memory)] += task_.extra_memory_bytes * share;
    traffic[static_cast<std::size_t>(Home::shared)] += task_.extra_shared_bytes * share;

    const double array = array_cycles(plan, m, n, b) / rates_.clock;
    const double vector = (chip_.core.vector.cycles(task_.simple_ops * share + values_b * task_.convert_ops, task_.special_ops * share)) / rates_.clock;
    const double memory = rates_.seconds(Home::memory, traffic[static_cast<std::size_t>(Home::memory)]);
    const double shared = rates_.seconds(Home::shared, traffic[static_cast<std::size_t>(Home::shared)]);
    const double steps = static_cast<double>(ceil_div(m, plan.tm) * ceil_div(n, plan.tn) * ceil_div(task_.k, plan.tk) * ceil_div(b, plan.tb));
    const double sum = array + vector + memory + shared;
    const double slowest = std::max({array, vector, memory, shared});
    plan.seconds = plan.double_buffered ? slowest + (sum - slowest) / steps + rates_.latency
                                        : sum + steps * rates_.latency;
    plan.seconds += steps * kStepSeconds;
    candidates_.push_back({plan, traffic[static_cast<std::size_t>(Home::memory)] * rates_.cores, a_bytes + b_bytes});
  }

  /// Among the plans within kWorthwhile of the fastest, the one with the least memory traffic, then on-chip traffic.
  MatmulPlan pick() const {
    double fastest = std::numeric_limits<double>::infinity();
    for (const Candidate& c : candidates_) fastest = std::min(fastest, c.plan.seconds);
    const Candidate* best = nullptr;
    for (const Candidate& c : candidates_) {
      if (c.plan.seconds > fastest * (1 + kWorthwhile)) continue;
      const auto rank = [](const Candidate& x) { return std::tuple(x.memory_bytes, x.operand_bytes, x.plan.seconds); };
      if (best == nullptr || rank(c) < rank(*best)) best = &c;
    }
    return best->plan;
  }

  const MatmulTask& task_;
  const npu::ChipConfig& chip_;
  const Rates rates_;
  const double tile_bytes_, weight_bytes_;
  struct Candidate {
    MatmulPlan plan;
    double memory_bytes, operand_bytes;
  };
  std::vector<Candidate> candidates_;
};

}  // namespace

std::string MatmulPlan::text() const {
  const char* over = split == Split::m ? "rows" : split == Split::n ? "columns" : "batch";
  if (tb > 1)
    return fmt::format("cores split {}; {} products of {} x {} x {} a tile, whole products per array{}", over, tb, tm, tn, tk,
                       double_buffered ? ", double-buffered" : "");
  return fmt::format("cores split {}, arrays split {}; tile {} x {} x {}, {} kept on chip{}", over,
                     arrays_split_m ? "rows" : "columns", tm, tn, tk,
                     kept == Kept::a ? "activations" : kept == Kept::b ? "weights" : "results",
                     double_buffered ? ", double-buffered" : "");
}

MatmulPlan plan_matmul(const MatmulTask& task, const npu::ChipConfig& chip, double tile_bytes, double weight_bytes) {
  return Search(task, chip, tile_bytes, weight_bytes).best();
}

}  // namespace presil::mapping
