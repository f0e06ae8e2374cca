// chip_rows.cpp -- implementation of chip_rows.h.
//
//   gemm      the product from memory to memory on the simulated chip, from its first command to its last;
//             when the row includes the launch, from the host's call, with the launch of its board
//   tpu_gemm  as gemm, launch included; operations over time
//   tpu_v1    the experiment of that application (configs/experiments/tpu_v1_APP.yaml); operations over latency
#include "sim/validate/chip_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "sim/base/error.h"
#include "sim/config/reader.h"
#include "sim/run/chip_kinds.h"
#include "sim/run/experiment.h"
#include "sim/run/passes.h"
#include "sim/run/product.h"

namespace presil::validate {

namespace {

run::Chip chip_of(const config::Node& document) {
  run::Chip chip;
  config::read(document, chip);
  return chip;
}

Roofs roofs_of(const config::Node& document) {
  const run::Peaks peaks = chip_of(document)->peaks();
  return {peaks.ops_per_s, peaks.vector_ops_per_s, peaks.memory_bytes_per_s};
}

double gemm_seconds(SimulatedChip& simulated, const run::ProductShape& shape, bool launch) {
  const run::Chip& chip = simulated.machine().chip();
  const std::string& device = chip->board().name;
  if (!chip->supports(shape.format))
    throw InputError(
        fmt::format("the {}s of {} do not compute in {}", chip->units().name, device, name(shape.format)));
  for (const std::uint64_t extent : {shape.batch, shape.m, shape.n, shape.k})
    if (extent > run::kMostExtent)
      throw InputError(fmt::format("an extent of {} is above {}", extent, run::kMostExtent));
  const auto size = [](std::uint64_t value) { return static_cast<double>(value); };
  const double values = size(shape.batch) * (size(shape.m) * size(shape.k) + size(shape.k) * size(shape.n) +
                                             size(shape.m) * size(shape.n));
  if (values * bytes_per_value(shape.format) > memory::capacity(chip->memory()).value)
    throw CapacityError(fmt::format("the matrices do not fit in the memory of {}", device));
  const workload::Graph graph = run::product_graph(shape);
  const run::Totals& totals = simulated.machine().run(graph, graph.segments.front(), {}, true);
  return launch ? totals.time_s() + chip->board().host.launch.value : totals.ops.front().span_s;
}

Prediction predict_gemm(SimulatedChip& chip, const GemmRow& row) {
  return {gemm_seconds(chip, {row.m, row.n, row.k, row.batch, row.dtype}, row.includes_launch) * 1e6};
}

Prediction predict_tpu_gemm(SimulatedChip& chip, const TpuGemmRow& row) {
  return {row.flops() / gemm_seconds(chip, {row.m, row.n, row.k, 1, row.dtype}, true) / 1e12};
}

Prediction predict_tpu_v1(SimulatedChip& chip, const TpuV1Row& row) {
  std::string app = row.app;
  std::transform(app.begin(), app.end(), app.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto plain = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  const std::filesystem::path file = run::home() / "configs" / "experiments" / ("tpu_v1_" + app + ".yaml");
  if (!std::all_of(app.begin(), app.end(), plain) || !std::filesystem::exists(file))
    return {0, fmt::format("presil has no model of the application {}", row.app)};
  run::LoadedExperiment loaded = run::load_experiment(file, {});
  loaded.experiment.workload.batch = row.batch;
  const run::GenerationTotals request = run::run_generation(
      chip.machine(), loaded.architecture, loaded.experiment.workload, loaded.experiment.simulation);
  return {request.totals.flops() / request.latency_s / 1e12};
}

}  // namespace

SimulatedChip::SimulatedChip(const config::Node& document) : machine_(chip_of(document)) {}

void add_chips(Registry& registry) {
  for (const run::ChipKind& kind : run::chip_kinds()) {
    const std::string name(kind.name);
    registry.add_chip<SimulatedChip>(name, roofs_of);
    registry.add(name, predict_gemm);
    registry.add(name, predict_tpu_gemm);
  }
  registry.add("npu", predict_tpu_v1);
}

}  // namespace presil::validate
