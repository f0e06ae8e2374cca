// collective_rows.cpp -- implementation of collective_rows.h.
//
// All-reduce and all-gather by NCCL within one node over the links that the row names, else those of the device
// (link_of()). Not predicted: send and receive, pairs joined by bridges, several nodes.
#include "sim/validate/collective_rows.h"

#include <optional>

#include <fmt/format.h>

#include "models/fabric/collective_time.h"
#include "sim/validate/gpu_device.h"

namespace presil::validate {

namespace {

std::optional<workload::CollectiveKind> kind_of_op(const std::string& op) {
  if (op == "all_reduce") return workload::CollectiveKind::all_reduce;
  if (op == "all_gather") return workload::CollectiveKind::all_gather;
  return std::nullopt;
}

bool has(const std::string& text, const char* word) { return text.find(word) != std::string::npos; }

Prediction predict_collective(GpuDevice& device, const CollectiveRow& row) {
  const auto kind = kind_of_op(row.op);
  if (!kind) return {0, fmt::format("presil does not predict {} yet", row.op)};
  if (has(row.link, "inter-node") || has(row.link, "nodes")) return {0, "presil does not predict collectives across nodes yet"};
  if (has(row.link, "pairwise")) return {0, "presil has no links for pairs of devices that bridges join"};
  const workload::Collective work{*kind, static_cast<std::uint32_t>(row.devices), static_cast<double>(row.bytes)};
  return {fabric::collective_time(link_of(device.config(), row.link), work).value * 1e6};
}

Prediction predict_nccl(GpuDevice& device, const NcclRow& row) {
  fabric::CollectiveOptions options;
  if (row.algo == "NVLS") options.only = fabric::Algorithm::in_switch;
  else if (row.algo == "Ring") options.only = fabric::Algorithm::ring;
  else if (row.algo == "Tree") options.only = fabric::Algorithm::tree;
  else if (row.algo != "default") return {0, fmt::format("presil has no algorithm called {}", row.algo)};
  const workload::Collective work{workload::CollectiveKind::all_reduce, static_cast<std::uint32_t>(row.gpus), static_cast<double>(row.bytes)};
  return {fabric::collective_time(link_of(device.config()), work, options).value * 1e6};
}

}  // namespace

void add_collectives(Registry& registry) {
  registry.add("gpu", predict_collective);
  registry.add("gpu", predict_nccl);
}

}  // namespace presil::validate
