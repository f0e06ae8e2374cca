// network_config.cpp -- the fields of NetworkConfig.
#include "sim/parallel/network_config.h"

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

}  // namespace presil::parallel
