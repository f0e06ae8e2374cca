// array_cycles.cpp -- simulation speed: array cycles simulated per CPU second, the figure that SCALE-Sim (1-14
// thousand) and ONNXim (5-10 thousand, whole chips) are measured by. One process is one elaboration, so the chip is
// chosen by the environment: PRESIL_CHIP=single (one 128 x 128 array with TPU v4's memory) or a chip's name; tpu_v4.
#include <cstdlib>
#include <string>

#include <benchmark/benchmark.h>

#include "sim/config/loader.h"
#include "sim/config/reader.h"
#include "sim/run/experiment.h"
#include "sim/run/machine.h"

namespace {

using namespace presil;

run::Chip chosen_chip() {
  const char* given = std::getenv("PRESIL_CHIP");
  const std::string name = given == nullptr ? "tpu_v4" : given;
  const config::SearchPath search{run::home() / "configs"};
  run::Chip chip;
  const bool single = name == "single";
  std::vector<std::string> overrides;
  if (single) overrides = {"name=TPU v4 memory on one 128 x 128 array", "cores=1", "core.arrays=1"};
  const auto file = config::find_config(search, "chips", single ? "tpu_v4" : name);
  config::read(config::load(file, overrides, run::reference_keys(), search), chip);
  return chip;
}

run::Machine& machine() {
  static run::Machine only(chosen_chip());
  return only;
}

workload::Graph product(std::uint64_t m, std::uint64_t n, std::uint64_t k) {
  workload::Graph graph;
  graph.phase = "gemm";
  workload::Op op;
  op.name = "gemm";
  op.kind = workload::OpKind::matmul;
  op.matmul.m = m;
  op.matmul.n = n;
  op.matmul.k = k;
  op.inputs = {graph.add({"a", workload::TensorRole::kv_cache, Format::bf16, m * k})};
  op.weights = {graph.add({"b", workload::TensorRole::weight, Format::bf16, k * n})};
  op.outputs = {graph.add({"c", workload::TensorRole::kv_cache, Format::bf16, m * n})};
  workload::Segment segment;
  segment.name = "gemm";
  segment.ops.push_back(op);
  graph.segments.push_back(segment);
  return graph;
}

/// Mapping and simulation of one product; nothing is remembered between iterations.
void gemm(benchmark::State& state) {
  const workload::Graph graph = product(state.range(0), state.range(1), state.range(2));
  machine();
  double simulated = 0;
  const double commands = machine().commands_simulated();
  for (auto _ : state) simulated += machine().run(graph, graph.segments.front(), {}, false).time_s();
  const double cycles = simulated * machine().chip()->clock().value;
  state.SetLabel(machine().chip()->board().name);
  state.counters["chip_cycles/s"] = benchmark::Counter(cycles, benchmark::Counter::kIsRate);
  state.counters["array_cycles/s"] = benchmark::Counter(cycles * static_cast<double>(machine().chip()->units().count), benchmark::Counter::kIsRate);
  state.counters["commands/s"] = benchmark::Counter(machine().commands_simulated() - commands, benchmark::Counter::kIsRate);
  state.counters["chip_cycles"] = cycles / static_cast<double>(state.iterations());
}
BENCHMARK(gemm)->Args({2048, 12288, 12288})->Args({128, 128, 128})->Args({512, 768, 768})->Args({1, 4096, 4096})->Unit(benchmark::kMillisecond);

/// The tile search alone.
void map_gemm(benchmark::State& state) {
  const workload::Graph graph = product(state.range(0), state.range(1), state.range(2));
  const run::Chip chip = chosen_chip();
  for (auto _ : state) {
    const auto lines = chip->explain(graph, graph.segments.front(), {});
    benchmark::DoNotOptimize(lines.data());
  }
}
BENCHMARK(map_gemm)->Args({2048, 12288, 12288})->Unit(benchmark::kMillisecond);

}  // namespace
