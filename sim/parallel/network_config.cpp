// network_config.cpp -- the fields of NetworkConfig, and network_config.h.
#include "sim/parallel/network_config.h"

#include <algorithm>

namespace presil::parallel {

using config::non_negative;
using config::optional;
using config::positive;
using config::required;

void NetworkConfig::describe(config::Visitor& v) {
  v.text("name", name, required, "Name by which systems refer to this network.");
  v.texts("aliases", aliases, optional, "Other names of the same network.");
  v.quantity("bandwidth", bandwidth, required, positive, "Rate of one network interface, one way, line coding deducted.");
  v.real("nics", nics, optional, {0, 64, true}, "Network interfaces of one device; below 1 when devices share one.");
  v.quantity("payload", payload, optional, positive, "Largest payload of a packet.");
  v.quantity("header", header, optional, non_negative, "Headers, checks and gaps of such a packet.");
  v.real("effective_share", effective_share, required, {0, 1, true}, "Share of the rate, framing deducted, that collectives reach on large messages.");
  v.quantity("latency", latency, required, non_negative, "First byte from device memory to device memory, switches included.");
}

NetworkConfig network_of(const fabric::SystemConfig& system) {
  const fabric::ScaleOutConfig& out = system.scale_out;
  NetworkConfig n;
  n.name = out.link.name;
  n.bandwidth = out.link.bandwidth * out.link.links;
  if (out.nic_bandwidth.value > 0) n.bandwidth = std::min(n.bandwidth, out.nic_bandwidth);
  n.nics = static_cast<double>(out.nics) / system.scale_up.devices;
  n.payload = out.link.payload;
  n.header = out.link.header;
  n.effective_share = out.link.effective_share;
  n.latency = out.link.latency * 2 + out.nic_latency * 2 + out.switch_latency;
  return n;
}

}  // namespace presil::parallel
