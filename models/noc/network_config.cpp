// network_config.cpp -- the fields of NetworkConfig, and framing (see network_config.h).
#include "models/noc/network_config.h"

#include <algorithm>
#include <cmath>

namespace presil::noc {

namespace {
bool whole(Bytes size) { return size.value == std::floor(size.value); }
}  // namespace

void NetworkConfig::describe(config::Visitor& v) {
  using config::non_negative;
  using config::optional;
  using config::positive;
  using config::required;
  v.choice("topology", topology, required, kTopologyNames, "How routers are connected; dimension-order (XY) in a mesh.");
  v.integer("columns", columns, optional, 0, 1024, "Columns of a mesh; node i sits at column i mod columns.");
  v.integer("rows", rows, optional, 0, 1024, "Rows of a mesh.");
  v.quantity("link_bandwidth", link_bandwidth, required, positive,
             "Rate of every link, each direction, headers included; also of a node's own port.");
  v.quantity("hop_latency", hop_latency, optional, non_negative, "One router and the wire behind it, for the head. 0: two clocks and the wire of the floorplan.");
  v.quantity("flit", flit, optional, positive, "Payload is carried in whole flits of this size.");
  v.quantity("packet", packet, optional, positive, "Most payload that one header covers.");
  v.quantity("header", header, optional, non_negative, "Link bytes added to every packet.");
  v.quantity("hop_length", hop_length, optional, non_negative, "Wire of one hop; its energy is the technology's per bit and millimetre. 0: from the floorplan.");

  v.check(topology != Topology::mesh || (columns > 0 && rows > 0), "topology", "a mesh needs columns and rows");
  v.check(whole(flit) && whole(header), "flit", "flit and header must be whole numbers of bytes");
  v.check(whole(packet) && flit.value > 0 && std::fmod(packet.value, flit.value) == 0, "packet",
          "packet must be a whole multiple of flit");
}

std::uint64_t wire_bytes(const NetworkConfig& config, std::uint64_t payload) {
  const auto units = [payload](Bytes unit) {
    const auto size = static_cast<std::uint64_t>(unit.value);
    return payload / size + (payload % size != 0 ? 1 : 0);
  };
  const std::uint64_t packets = std::max<std::uint64_t>(units(config.packet), 1);
  return units(config.flit) * static_cast<std::uint64_t>(config.flit.value) +
         packets * static_cast<std::uint64_t>(config.header.value);
}

}  // namespace presil::noc
