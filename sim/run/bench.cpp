// bench.cpp -- single kernels (see run.h).
#include <random>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "models/systolic/pe_grid.h"
#include "models/systolic/systolic_config.h"
#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/config/loader.h"
#include "sim/run/experiment.h"
#include "sim/run/machine.h"
#include "sim/run/product.h"
#include "sim/run/result.h"
#include "sim/run/run.h"

namespace presil::run {

using nlohmann::ordered_json;

namespace {

Format format_named(const std::string& text) {
  if (const auto format = format_from(text)) return *format;
  const std::vector<std::string> names(kFormatNames.begin(), kFormatNames.end());
  throw UsageError(fmt::format("unknown format '{}'; expected one of {}{}", text, join(names), did_you_mean(text, names)));
}

template <class Enum>
Enum named(const std::string& what, const std::string& text, std::span<const std::string_view> all) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i] == text) return static_cast<Enum>(i);
    names.emplace_back(all[i]);
  }
  throw UsageError(fmt::format("unknown {} '{}'; expected one of {}{}", what, text, join(names), did_you_mean(text, names)));
}

void check_extent(const char* flag, std::uint64_t extent) {
  if (extent < 1 || extent > kMostExtent)
    throw UsageError(fmt::format("--{} {} is out of range; expected 1 to {}", flag, extent, kMostExtent));
}

/// Cycles of the PE grid, register by register, with seeded operands; the product is checked.
std::uint64_t grid_cycles(const ArrayQuery& q, systolic::Dataflow dataflow) {
  constexpr std::uint64_t kMostSteps = 1u << 22;  // about ten seconds
  if (q.m * q.n * q.k > kMostSteps || q.rows > 64 || q.columns > 64)
    throw UsageError(fmt::format("--fidelity cycle steps every PE; expected an array up to 64x64 and m x n x k up to {}", kMostSteps));
  std::mt19937 random(1);
  const auto matrix = [&](std::uint64_t rows, std::uint64_t columns) {
    systolic::Matrix filled{rows, columns, {}};
    for (std::uint64_t i = 0; i < rows * columns; ++i) filled.data.push_back(static_cast<std::int32_t>(random() % 255) - 127);
    return filled;
  };
  const systolic::Matrix a = matrix(q.m, q.k), b = matrix(q.k, q.n);
  const systolic::GridResult grid = systolic::run_grid(a, b, {q.rows, q.columns}, dataflow);
  for (std::uint64_t i = 0; i < q.m; ++i)
    for (std::uint64_t j = 0; j < q.n; ++j) {
      std::int64_t sum = 0;
      for (std::uint64_t l = 0; l < q.k; ++l) sum += std::int64_t{a(i, l)} * b(l, j);
      if (grid.product[i * q.n + j] != sum) throw RunError(fmt::format("the PE grid's product is wrong at row {}, column {}", i, j));
    }
  return grid.cycles;
}

}  // namespace

ordered_json bench_gemm(const GemmQuery& q, const std::vector<std::string>& overrides) {
  check_extent("m", q.m);
  check_extent("n", q.n);
  check_extent("k", q.k);
  check_extent("batch", q.batch);
  const Format format = format_named(q.dtype);
  const config::SearchPath search{home() / "configs"};
  const config::Node document = config::load(config::find_config(search, "chips", q.device), overrides, reference_keys(), search);
  Chip chip;
  config::read(document, chip);
  const Units units = chip->units();
  const std::string& device = chip->board().name;
  if (!chip->supports(format))
    throw UsageError(fmt::format("the {}s of {} do not support {}; they support {}", units.name, device, q.dtype, join(chip->supported_formats())));

  const workload::Graph graph = product_graph({q.m, q.n, q.k, q.batch, format});
  Machine machine(chip);
  const Totals totals = machine.run(graph, graph.segments.front(), {}, true);
  const OpTotals& op = totals.ops.front();
  const double time = totals.time_s();
  const double peak = chip->peak_ops_per_s(format);
  const double least = op.bounds.least();
  const std::string unit = is_integer(format) ? "tops" : "tflops";
  return {{"device", device}, {"dtype", q.dtype}, {"m", q.m}, {"n", q.n}, {"k", q.k}, {"batch", q.batch},
          {"latency_us", time * 1e6}, {"achieved_" + unit, op.flops / time / 1e12}, {"peak_" + unit, peak / 1e12},
          {"utilisation", op.flops / time / peak},
          {"memory_gb_per_s", op.bytes[static_cast<std::size_t>(api::Level::memory)] / time / 1e9},
          {"bound_us", least * 1e6}, {"bottleneck", bottleneck_of(op, chip)},
          {std::string(units.name) + "_cycles", static_cast<std::uint64_t>(time * chip->clock().value + 0.5)},
          {"mapping", chip->explain(graph, graph.segments.front(), {}).front().plan}};
}

ordered_json bench_array(const ArrayQuery& q) {
  check_extent("m", q.m);
  check_extent("n", q.n);
  check_extent("k", q.k);
  if (q.rows < 1 || q.columns < 1 || q.rows > 4096 || q.columns > 4096)
    throw UsageError(fmt::format("--array {}x{} is out of range; expected 1x1 to 4096x4096", q.rows, q.columns));
  const auto dataflow = named<systolic::Dataflow>("dataflow", q.dataflow, systolic::kDataflowNames);
  const auto timing = named<systolic::Timing>("timing", q.timing, systolic::kTimingNames);
  const systolic::GemmShape shape{q.m, q.n, q.k};
  const systolic::ArrayShape array{q.rows, q.columns};
  const std::vector<std::string> fidelities{"transaction", "cycle"};
  if (q.fidelity != "transaction" && q.fidelity != "cycle")
    throw UsageError(fmt::format("unknown fidelity '{}'; expected one of {}{}", q.fidelity, join(fidelities), did_you_mean(q.fidelity, fidelities)));
  if (q.fidelity == "cycle" && timing == systolic::Timing::serialised)
    throw UsageError("--fidelity cycle steps the overlapped array; it does not go with --timing serialised");
  const std::uint64_t cycles = q.fidelity == "cycle" ? grid_cycles(q, dataflow) : systolic::cycles(shape, array, dataflow, timing);
  const systolic::BlockTiming block = systolic::block_timing(shape, array, dataflow);
  const double possible = static_cast<double>(cycles) * q.rows * q.columns;
  return {{"rows", q.rows}, {"columns", q.columns}, {"dataflow", q.dataflow}, {"timing", q.timing}, {"fidelity", q.fidelity}, {"m", q.m}, {"n", q.n},
          {"k", q.k}, {"cycles", cycles}, {"utilisation", possible > 0 ? static_cast<double>(block.macs) / possible : 0}, {"folds", block.folds}};
}

}  // namespace presil::run
