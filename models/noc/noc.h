// noc.h -- an on-chip network at transaction level: messages, links and contention, no flits.
//
// Virtual cut-through. With S = wire_bytes(message) / link_bandwidth, the head reaches link j of the route at h_j and
//     start_j = max(h_j, free_j),   free_j = start_j + S,   h_{j+1} = start_j + hop_latency (0 behind the injection port),
// and the message is delivered at start_last + hop_latency + S. Alone: hops x hop_latency + S (hops: routes.h).
// Links serve heads in the order in which they arrive, so messages of one pair never overtake each other.
// One agenda entry for each link crossed: granting a whole route at sending time would take one, but would hold a
// link for a message still queued far upstream while others could use it.
//
// Contract: models/api/network.h. A message to its own node crosses no link and is delivered in the next delta cycle.
// Not modelled: finite buffers (a blocked message does not hold the link behind it), virtual channels, and
// arbitration other than first come, first served.
#pragma once

#include <memory>
#include <vector>

#include "models/api/network.h"
#include "models/noc/network_config.h"
#include "models/noc/routes.h"

namespace presil::noc {

class TransactionNetwork : public sc_core::sc_module, public api::Network {
 public:
  /// Throws InputError when a mesh has no room for `nodes`.
  TransactionNetwork(sc_core::sc_module_name name, const NetworkConfig& config, std::uint32_t nodes);

  void send(const api::Message& message, kernel::Callback delivered) override;
  std::uint32_t nodes() const override { return layout_.nodes; }
  api::NetworkCounters counters() const override;
  /// Also restarts the counters, so that a program's totals do not depend on what ran before it.
  void reset() override;
  void attach(kernel::Trace* trace, const std::vector<std::string>& names) override;

 private:
  struct Link {
    sc_core::sc_time free_at;
    sc_core::sc_time busy;
  };
  struct InFlight {
    const std::vector<LinkId>* route;
    std::size_t next;               ///< index into route of the link the head is at
    sc_core::sc_time serialisation;
    std::uint64_t bytes;
    kernel::Callback delivered;
    std::uint64_t number;           ///< of the message
  };

  const std::vector<LinkId>& route_of(const api::Message& message);
  std::uint64_t allocate(const InFlight& flight);
  void head_at_link(std::uint64_t flight);
  void deliver(std::uint64_t flight);
  void tell(const InFlight& flight, LinkId link, sc_core::sc_time start, sc_core::sc_time end) const;

  const NetworkConfig config_;
  const Layout layout_;
  const sc_core::sc_time hop_latency_;
  kernel::Agenda agenda_{"agenda"};

  std::vector<Link> links_;
  std::vector<std::vector<LinkId>> routes_;  ///< by source * nodes + destination; computed on first use
  std::vector<InFlight> flights_;
  std::vector<std::uint64_t> idle_flights_;  ///< indices of flights_ to use again
  api::NetworkCounters counters_;
  std::vector<kernel::Probe> probes_;  ///< by link; empty while nobody listens
};

/// The network a configuration asks for. Call during elaboration.
std::unique_ptr<api::Network> make_network(sc_core::sc_module_name name, const NetworkConfig& config,
                                           std::uint32_t nodes);

}  // namespace presil::noc
