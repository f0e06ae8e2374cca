// network_config.h -- the network between nodes, as a device's network interface sees it.
//
//   rate of a NIC = bandwidth x payload / (payload + header) x effective_share          one way
// Every device of a node has `nics` of them; switches between the nodes carry what all NICs send (no oversubscription).
#pragma once

#include <string>
#include <vector>

#include "models/fabric/system_config.h"
#include "sim/base/units.h"
#include "sim/config/visitor.h"

namespace presil::parallel {

struct NetworkConfig {
  std::string name;
  std::vector<std::string> aliases;
  BytesPerSecond bandwidth{};    ///< of one NIC, one way
  double nics{1};                ///< of one device; below 1: devices share one
  Bytes payload{4096};           ///< largest payload of a packet
  Bytes header{66};              ///< that comes with it
  double effective_share{};
  Seconds latency{};             ///< memory to memory, first byte
  void describe(config::Visitor& v);

  BytesPerSecond rate() const { return bandwidth * (payload / (payload + header)) * (effective_share * nics); }
};

/// The network of a system as one of its devices sees it: latency by way of one switch.
NetworkConfig network_of(const fabric::SystemConfig& system);

}  // namespace presil::parallel
