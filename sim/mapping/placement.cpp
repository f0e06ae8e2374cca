// placement.cpp -- implementation of placement.h.
#include "sim/mapping/placement.h"

#include <algorithm>
#include <cmath>

namespace presil::mapping {

using workload::TensorId;
using workload::TensorRole;

namespace {

constexpr std::uint64_t kAlignment = 4096;  ///< [assumed] allocation granularity
/// [assumed] of caches of keys and values, which lie behind all else: as they grow from token to token,
/// nothing moves.
constexpr std::uint64_t kCachePage = std::uint64_t{2} << 20;

struct Life {
  std::size_t first{}, last{};
  bool used{false};
};

/// First and last kernel at which each tensor must exist.
std::vector<Life> lives(const workload::Graph& graph, const workload::Segment& segment, const std::vector<Kernel>& kernels) {
  std::vector<Life> life(graph.tensors.size());
  for (std::size_t k = 0; k < kernels.size(); ++k) {
    const auto touch = [&](TensorId id) {
      if (!life[id].used) life[id] = {k, k, true};
      life[id].last = k;
    };
    for (const TensorId id : kernels[k].main_inputs) touch(id);
    for (const TensorId id : kernels[k].epilogue_inputs) touch(id);
    for (const TensorId id : kernels[k].outputs) touch(id);
  }
  // What arrives is there from the beginning; all but the hidden state stays, and so does what is handed on.
  for (std::size_t i = 0; i < segment.entries.size(); ++i) {
    Life& entry = life[segment.entries[i]];
    entry.first = 0;
    if (i > 0) entry.last = kernels.size() - 1;
  }
  for (const TensorId id : segment.exits) life[id].last = kernels.size() - 1;
  return life;
}

/// Not all are alive at once: from the beginning again where the memory ends. What does not fit was refused
/// before.
void lay(const workload::Graph& graph, double capacity, std::vector<std::uint64_t>& address) {
  std::uint64_t next = 0;
  for (const bool caches : {false, true})
    for (std::size_t id = 0; id < graph.tensors.size(); ++id) {
      if ((graph.tensors[id].role == TensorRole::kv_cache) != caches) continue;
      const std::uint64_t page = caches ? kCachePage : kAlignment;
      const double bytes = std::ceil(graph.tensors[id].bytes());
      next = (next + page - 1) / page * page;
      if (static_cast<double>(next) + bytes > capacity) next = 0;
      address[id] = next;
      next += static_cast<std::uint64_t>(bytes);
    }
}

}  // namespace

Placement place(const workload::Graph& graph, const workload::Segment& segment, const std::vector<Kernel>& kernels,
                const npu::ChipConfig& chip) {
  Placement placement;
  placement.home.assign(graph.tensors.size(), Home::nowhere);
  placement.address.assign(graph.tensors.size(), 0);

  lay(graph, memory::capacity(chip.memory).value, placement.address);

  const bool shared = chip.shared.present();
  const double budget = shared ? chip.shared.capacity.value
                               : chip.cores == 1 ? chip.core.scratchpad.capacity.value * kResidentShare : 0;
  std::vector<double> taken(kernels.size(), 0);
  const std::vector<Life> life = lives(graph, segment, kernels);
  for (std::size_t id = 0; id < life.size(); ++id) {
    if (!life[id].used) continue;
    const TensorRole role = graph.tensors[id].role;
    Home& home = placement.home[id];
    if (role == TensorRole::input || role == TensorRole::output) {
      home = Home::host;
    } else if (role != TensorRole::activation) {
      home = Home::memory;
    } else {
      const double bytes = std::ceil(graph.tensors[id].bytes());
      const auto begin = taken.begin() + static_cast<std::ptrdiff_t>(life[id].first);
      const auto end = taken.begin() + static_cast<std::ptrdiff_t>(life[id].last) + 1;
      if (*std::max_element(begin, end) + bytes <= budget) {
        home = shared ? Home::shared : Home::local;
        std::for_each(begin, end, [bytes](double& t) { t += bytes; });
      } else {
        home = Home::memory;
      }
    }
  }
  for (const auto& op : segment.ops)
    for (const TensorId id : op.weights) placement.home[id] = Home::memory;
  const double peak = taken.empty() ? 0 : *std::max_element(taken.begin(), taken.end());
  (shared ? placement.shared_bytes : placement.local_bytes) = static_cast<std::uint64_t>(peak);
  return placement;
}

}  // namespace presil::mapping
