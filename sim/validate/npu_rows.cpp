// npu_rows.cpp -- implementation of npu_rows.h.
//
//   gemm      the product from memory to memory on the simulated chip; plus the host's launch when the row
//   includes it tpu_gemm  as gemm, launch included; operations over time tpu_v1    the experiment of that
//   application (configs/experiments/tpu_v1_APP.yaml); operations over latency
#include "sim/validate/npu_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <memory>

#include "sim/base/error.h"
#include "sim/config/reader.h"
#include "sim/run/experiment.h"
#include "sim/run/machine.h"
#include "sim/run/passes.h"
#include "sim/run/product.h"

namespace presil::validate {

namespace {

run::Chip chip_of(const config::Node& document) {
  run::Chip chip;
  config::read(document, chip);
  return chip;
}

/// The chip of this process.
class Npu {
 public:
  explicit Npu(const config::Node& document) : machine_(chip_of(document)) {}
  run::Machine& machine() { return machine_; }
  const run::Chip& chip() const { return machine_.chip(); }

 private:
  run::Machine machine_;
};

Roofs roofs_of(const config::Node& document) {
  const run::Peaks peaks = chip_of(document)->peaks();
  return {peaks.ops_per_s, peaks.vector_ops_per_s, peaks.memory_bytes_per_s};
}

double gemm_seconds(Npu& npu, const run::ProductShape& shape, bool launch) {
  const std::string& device = npu.chip()->board().name;
  if (!npu.chip()->supports(shape.format))
    throw InputError(fmt::format("the arrays of {} do not compute in {}", device, name(shape.format)));
  for (const std::uint64_t extent : {shape.batch, shape.m, shape.n, shape.k})
    if (extent > run::kMostExtent)
      throw InputError(fmt::format("an extent of {} is above {}", extent, run::kMostExtent));
  const auto size = [](std::uint64_t value) { return static_cast<double>(value); };
  const double values = size(shape.batch) * (size(shape.m) * size(shape.k) + size(shape.k) * size(shape.n) +
                                             size(shape.m) * size(shape.n));
  if (values * bytes_per_value(shape.format) > memory::capacity(npu.chip()->memory()).value)
    throw CapacityError(fmt::format("the matrices do not fit in the memory of {}", device));
  const workload::Graph graph = run::product_graph(shape);
  const double time = npu.machine().run(graph, graph.segments.front(), {}, true).time_s();
  return time + (launch ? npu.chip()->board().host.launch.value : 0);
}

Prediction predict_gemm(Npu& npu, const GemmRow& row) {
  return {gemm_seconds(npu, {row.m, row.n, row.k, row.batch, row.dtype}, row.includes_launch) * 1e6};
}

Prediction predict_tpu_gemm(Npu& npu, const TpuGemmRow& row) {
  return {row.flops() / gemm_seconds(npu, {row.m, row.n, row.k, 1, row.dtype}, true) / 1e12};
}

Prediction predict_tpu_v1(Npu& npu, const TpuV1Row& row) {
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
      npu.machine(), loaded.architecture, loaded.experiment.workload, loaded.experiment.simulation);
  return {request.totals.flops() / request.latency_s / 1e12};
}

}  // namespace

void add_npu(Registry& registry) {
  registry.add_chip<Npu>("npu", roofs_of);
  registry.add("npu", predict_gemm);
  registry.add("npu", predict_tpu_gemm);
  registry.add("npu", predict_tpu_v1);
}

}  // namespace presil::validate
