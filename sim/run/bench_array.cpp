// bench_array.cpp -- a bare systolic array (see run.h).
#include <random>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "models/systolic/pe_grid.h"
#include "models/systolic/systolic_config.h"
#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/run/bench_operator.h"
#include "sim/run/run.h"

namespace presil::run {

using nlohmann::ordered_json;

namespace {

template <class Enum>
Enum named(const std::string& what, const std::string& text, std::span<const std::string_view> all) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i] == text) return static_cast<Enum>(i);
    names.emplace_back(all[i]);
  }
  throw UsageError(fmt::format("unknown {} '{}'; expected one of {}{}", what, text, join(names), did_you_mean(text, names)));
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
