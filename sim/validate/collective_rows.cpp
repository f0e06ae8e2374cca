// collective_rows.cpp -- implementation of collective_rows.h.
//
// On the simulated fabric of the system that the row names (configs/systems), else of one node of such devices over the
// links that the row names, else over those of the device (link_of()). Not predicted: pairs joined by bridges, networks
// between nodes that no system describes.
#include "sim/validate/collective_rows.h"

#include <optional>

#include <fmt/format.h>

#include "sim/base/error.h"
#include "sim/run/system.h"
#include "sim/validate/gpu_device.h"

namespace presil::validate {

namespace {

std::optional<fabric::Operation> operation_of(const std::string& op) {
  if (op == "all_reduce") return fabric::Operation::all_reduce;
  if (op == "all_gather") return fabric::Operation::all_gather;
  if (op == "reduce_scatter") return fabric::Operation::reduce_scatter;
  if (op == "all_to_all" || op == "alltoall") return fabric::Operation::all_to_all;
  if (op == "broadcast") return fabric::Operation::broadcast;
  if (op == "send_recv" || op == "sendrecv") return fabric::Operation::send_receive;
  return std::nullopt;
}

/// The system of that name or alias, if presil has it.
std::optional<fabric::SystemConfig> system_named(const std::string& name) {
  try {
    return run::load_system(name);
  } catch (const InputError&) {
    return std::nullopt;
  }
}

/// Devices of that kind behind one level of what a table's words or the devices themselves stand for.
fabric::SystemConfig node_of(const gpu::GpuConfig& gpu, const std::string& words) {
  fabric::SystemConfig system;
  system.name = gpu.name;
  system.scale_up.link = link_of(gpu, words);
  system.scale_up.devices = system.scale_up.link.devices;
  system.scale_up.topology = system.scale_up.link.topology == fabric::Topology::mesh ? fabric::UpTopology::mesh : fabric::UpTopology::switched;
  return system;
}

Prediction predict_collective(GpuDevice& device, const CollectiveRow& row) {
  const auto operation = operation_of(row.op);
  if (!operation) return {0, fmt::format("presil knows no collective {}", row.op)};
  if (contains(row.link, "inter-node") || contains(row.link, "nodes")) return {0, "presil has no description of the network between these nodes"};
  if (contains(row.link, "pairwise") && contains(row.link, "PCIe path")) return {0, "presil does not model copies through the host's memory"};
  if (contains(row.link, "pairwise")) return {0, "presil has no links for pairs of devices that bridges join"};
  const auto named = system_named(row.link);
  const fabric::CollectiveJob job{*operation, static_cast<double>(row.bytes), static_cast<std::uint32_t>(row.devices), {}, {}, false, {}};
  return {device.seconds(named ? *named : node_of(device.config(), row.link), job).value * 1e6};
}

Prediction predict_nccl(GpuDevice& device, const NcclRow& row) {
  fabric::CollectiveJob job{fabric::Operation::all_reduce, static_cast<double>(row.bytes), static_cast<std::uint32_t>(row.gpus), {}, {}, false, {}};
  if (row.algo == "NVLS") job.pattern = fabric::Pattern::in_switch;
  else if (row.algo == "Ring") job.pattern = fabric::Pattern::ring;
  else if (row.algo == "Tree") job.pattern = fabric::Pattern::tree;
  else if (row.algo != "default") return {0, fmt::format("presil has no algorithm called {}", row.algo)};
  const auto named = system_named(row.device);
  return {device.seconds(named ? *named : node_of(device.config(), ""), job).value * 1e6};
}

}  // namespace

void add_collectives(Registry& registry) {
  registry.add("gpu", predict_collective);
  registry.add("gpu", predict_nccl);
}

}  // namespace presil::validate
