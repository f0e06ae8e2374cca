// network.h -- the seam of every network: on-chip, die to die, scale-up, scale-out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/kernel/agenda.h"
#include "sim/kernel/trace.h"

namespace presil::api {

using NodeId = std::uint32_t;

struct Message {
  NodeId source{};
  NodeId destination{};
  std::uint64_t bytes{};  ///< payload; the network adds its own framing
};

/// Monotonic totals of one network.
struct NetworkCounters {
  std::uint64_t messages{};
  double payload_bytes{};       ///< delivered
  double byte_hops{};           ///< payload bytes times links crossed: what wire energy is charged on
  double busiest_link_busy_s{}; ///< occupancy of the busiest link
};

/// Contract: delivers every message exactly once, calls `delivered` when its last byte has arrived; messages of one
/// source and destination arrive in order; two messages that share a link slow each other down. Callable from
/// methods: it never waits.
class Network {
 public:
  virtual ~Network() = default;
  virtual void send(const Message& message, kernel::Callback delivered) = 0;
  virtual std::uint32_t nodes() const = 0;
  virtual NetworkCounters counters() const = 0;
  /// Puts the network in its canonical state (idle, counters at 0). Only between programs.
  virtual void reset() = 0;
  /// As api::Memory::attach; `names` of the nodes.
  virtual void attach(kernel::Trace*, const std::vector<std::string>& /*names*/) {}
};

}  // namespace presil::api
