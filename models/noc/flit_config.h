// flit_config.h -- parameters of the flit-level network.
#pragma once

#include <cstdint>
#include <string>

#include "models/noc/flit_layout.h"

namespace presil::noc {

/// One router and the links between. Delays in cycles; what they delay is in flit_router.h. The defaults are those of
/// BookSim2's input-queued router [Jiang et al., A detailed and flexible cycle-accurate network-on-chip simulator,
/// ISPASS 2013].
struct FlitConfig {
  FlitTopology topology{FlitTopology::mesh};
  std::uint32_t columns{8}, rows{8};
  std::uint32_t virtual_channels{16};    ///< of each input port
  std::uint32_t buffer{8};               ///< flits of each virtual channel
  std::uint32_t routing_delay{1};        ///< 0: the route was computed one router ahead
  std::uint32_t vc_allocation_delay{1};
  std::uint32_t switch_allocation_delay{1};
  std::uint32_t traversal_delay{1};      ///< of the crossbar
  std::uint32_t link_delay{1};           ///< of flits and of credits
  std::uint32_t credit_delay{0};         ///< from a credit's arrival to its use
};

/// Throws UsageError: counts of 1 to 256 channels and 1 to 4096 flits, delays of 1 (routing, credit: 0) to 16 cycles,
/// 2 channels or more where the topology wraps, 2^25 places in all buffers together.
void check(const FlitConfig& config);

/// Cycles of a head flit across one router and the link behind it, without contention.
inline std::uint32_t hop_cycles(const FlitConfig& c) {
  return c.routing_delay + c.vc_allocation_delay + c.switch_allocation_delay + c.traversal_delay + c.link_delay;
}
/// Latency of a packet of `flits` over `hops` routers, from its creation to its tail's arrival, alone in the network:
/// the link into the first router takes link_delay + 1 (a flit put on a link in one cycle is there to be worked on
/// after link_delay whole ones), and the flits behind the head follow one for each switch allocation if the buffers cover
/// the credits' round trip.
inline std::uint32_t zero_load_latency(const FlitConfig& c, std::uint32_t hops, std::uint32_t flits) {
  return hops * hop_cycles(c) + c.link_delay + 1 + (flits - 1) * c.switch_allocation_delay;
}
/// Cycles from sending a body flit until its credit can be used again; a buffer shorter than that throttles a stream
/// of one packet to buffer / round trip.
inline std::uint32_t credit_round_trip(const FlitConfig& c) {
  return c.traversal_delay + 2 * (c.link_delay + 1) + 2 * (c.switch_allocation_delay - 1) + c.credit_delay;
}

}  // namespace presil::noc
