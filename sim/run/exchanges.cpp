// exchanges.cpp -- implementation of exchanges.h.
#include "sim/run/exchanges.h"

#include <algorithm>

#include <fmt/format.h>

#include "models/fabric/exchange_times.h"
#include "sim/base/error.h"
#include "sim/kernel/time.h"
#include "sim/run/segment_parts.h"

namespace presil::run {

namespace {

/// `more` begins when `sum` ends; its operators are those from `first` on.
void append(api::DeviceCounters& sum, const api::DeviceCounters& more, std::size_t first) {
  for (std::size_t i = 0; i < more.ops.size(); ++i) {
    api::OpCounters& op = sum.ops.at(first + i);
    op = more.ops[i];
    if (op.started_s >= 0) op.started_s += sum.elapsed_s;
    op.finished_s += sum.elapsed_s;
  }
  sum.elapsed_s += more.elapsed_s;
  sum.cycles += more.cycles;
  sum.on_chip.add(more.on_chip);
  sum.array_time.add(more.array_time);
  sum.vector_busy_s += more.vector_busy_s;
  sum.scratchpad_bytes += more.scratchpad_bytes;
  sum.scratchpad_peak_bytes = std::max(sum.scratchpad_peak_bytes, more.scratchpad_peak_bytes);
  sum.dispatch_stall_s += more.dispatch_stall_s;
  sum.commands += more.commands;
  sum.memory.add(more.memory);
  sum.network.messages += more.network.messages;
  sum.network.payload_bytes += more.network.payload_bytes;
  sum.network.byte_hops += more.network.byte_hops;
  sum.network.busiest_link_busy_s += more.network.busiest_link_busy_s;
}

void exchange(api::DeviceCounters& sum, std::size_t at, const fabric::PricedExchange& best, double units) {
  api::OpCounters& counters = sum.ops.at(at);
  counters.started_s = sum.elapsed_s;
  counters.finished_s = sum.elapsed_s + best.time.value;
  counters.fabric_bytes = best.sent.value;
  sum.elapsed_s += best.time.value;
  sum.array_time.wait_other += best.time.value * units;
  sc_core::sc_start(kernel::to_sc_time(best.time));
}

fabric::PricedExchange price(const workload::Op& op, const mapping::MappingOptions& options) {
  if (options.link == nullptr)
    throw InputError(fmt::format("operator '{}' exchanges data between {} devices, and no link joins them", op.name, op.collective.ranks));
  return fabric::priced_exchange(*options.link, op.collective, fabric::Library::nccl, options.exchanges);
}

}  // namespace

bool has_exchanges(const workload::Segment& segment) {
  return std::any_of(segment.ops.begin(), segment.ops.end(), [](const workload::Op& op) { return op.kind == workload::OpKind::collective; });
}

api::DeviceCounters run_with_exchanges(const workload::Graph& graph, const workload::Segment& segment, const mapping::MappingOptions& options, double units,
                                       const std::function<api::DeviceCounters(const workload::Segment&)>& run) {
  api::DeviceCounters sum;
  sum.ops.resize(segment.ops.size());
  const std::vector<SegmentPart> parts = parts_of(graph, segment);
  // Before the chip runs: simulating the fabric takes time of the same kernel.
  std::vector<fabric::PricedExchange> exchanges;
  for (const SegmentPart& part : parts)
    if (part.exchange != nullptr) exchanges.push_back(price(*part.exchange, options));
  std::size_t next = 0;
  for (const SegmentPart& part : parts) {
    if (part.exchange == nullptr) {
      append(sum, run(part.compute), part.first);
      continue;
    }
    exchange(sum, part.first, exchanges[next++], units);
  }
  return sum;
}

}  // namespace presil::run
