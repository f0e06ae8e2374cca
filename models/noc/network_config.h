// network_config.h -- an on-chip network at transaction level.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "sim/base/units.h"
#include "sim/config/visitor.h"

namespace presil::noc {

enum class Topology { crossbar, ring, mesh };
inline constexpr std::array<std::string_view, 3> kTopologyNames{"crossbar", "ring", "mesh"};

/// Parameters of one network. The owner decides how many nodes there are (cores, `memory_ports`, shared SRAM, host
/// link); a mesh must have room for them.
struct NetworkConfig {
  Topology topology{Topology::crossbar};
  std::uint32_t columns{0};         ///< of a mesh
  std::uint32_t rows{0};            ///< of a mesh
  BytesPerSecond link_bandwidth{};
  Seconds hop_latency{};
  Bytes flit{32};                   ///< [assumed]
  Bytes packet{256};                ///< [assumed]
  Bytes header{32};                 ///< one flit [assumed]
  Millimetres hop_length{};

  void describe(config::Visitor& v);
};

/// Bytes on a link for a message: flits of payload rounded up, and one header for each packet.
/// A message without payload is one packet of nothing but header.
std::uint64_t wire_bytes(const NetworkConfig& config, std::uint64_t payload);

}  // namespace presil::noc
