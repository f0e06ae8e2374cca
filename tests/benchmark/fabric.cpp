// fabric.cpp -- chunk-hops a second of the fabric, and host time of collectives on 1,024 ranks.
#include <benchmark/benchmark.h>

#include "models/fabric/collective.h"
#include "models/fabric/topology.h"
#include "sim/run/system.h"

namespace {

using namespace presil;
using namespace presil::fabric;

CollectiveSimulator& simulator() {
  static CollectiveSimulator only;
  return only;
}

void collective(benchmark::State& state, const char* name, CollectiveJob job) {
  const SystemConfig system = run::load_system(name);
  std::uint64_t hops = 0;
  for (auto _ : state) hops += simulator().run(system, job).chunk_hops;
  state.counters["chunk_hops/s"] = benchmark::Counter(static_cast<double>(hops), benchmark::Counter::kIsRate);
}

const double kMiB = 1 << 20;
BENCHMARK_CAPTURE(collective, hierarchical_1024_unfolded, "dgx_h100_superpod", CollectiveJob{Operation::all_reduce, 64 * kMiB, 1024, Pattern::hierarchical, {}, true, {}})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(collective, hierarchical_1024_folded, "dgx_h100_superpod", CollectiveJob{Operation::all_reduce, 64 * kMiB, 1024, Pattern::hierarchical, {}, false, {}})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(collective, all_to_all_256, "dgx_h100_superpod", CollectiveJob{Operation::all_to_all, 64 * kMiB, 256, {}, {}, false, {}})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(collective, torus_256, "tpu_v5e_pod", CollectiveJob{Operation::all_reduce, 64 * kMiB, 256, {}, {}, false, {}})->Unit(benchmark::kMillisecond);

}  // namespace
