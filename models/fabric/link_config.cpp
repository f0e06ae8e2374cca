// link_config.cpp -- the fields of LinkConfig, and link_config.h.
#include "models/fabric/link_config.h"

#include <algorithm>

namespace presil::fabric {

using config::fraction;
using config::non_negative;
using config::optional;
using config::positive;
using config::required;

namespace {

constexpr config::Range kShare{0, 1, true};

void describe_wires(config::Visitor& v, LinkConfig& c) {
  v.quantity("bandwidth", c.bandwidth, required, positive,
             "Signalling rate of one link, one way, line coding deducted.");
  v.integer("links", c.links, required, 1, 1024, "Links of one device.");
  v.integer("devices", c.devices, required, 2, 1 << 20, "Devices that the links join.");
  v.choice("topology", c.topology, optional, kTopologyNames,
           "Whether the links of a device end at switches, or at the other devices.");
  v.quantity("payload", c.payload, optional, positive, "Largest payload of a packet.");
  v.quantity("header", c.header, optional, non_negative, "Header, checks and framing of such a packet.");
  v.quantity("flit", c.flit, optional, positive, "Payload is carried in whole flits of this size.");
  v.quantity("credits", c.credits, optional, non_negative,
             "Buffer that credits stand for, behind one link and virtual channel; 0: eight times what the round trip takes.");
  v.real("congested_share", c.congested_share, optional, kShare,
         "Share of the rate that is left while several senders compete for a link (ECN marks, PFC pauses).");
  v.real("effective_share", c.effective_share, required, kShare,
         "Share of the rate, framing deducted, that collectives reach on large messages.");
  v.quantity("latency", c.latency, required, non_negative,
             "First byte from device to device, switch included; a bound, since library steps cost more.");
}

void describe_library(config::Visitor& v, LinkConfig& c) {
  v.choice("step_times", c.step_times, optional, kStepTimesNames,
           "Which of NCCL's tables of step times holds; protocol LL128 needs nvlink within a node.");
  v.quantity("ll_limit", c.ll_limit, optional, non_negative,
             "Most that protocol LL moves for one device, one way; 0 when nothing but its flags limits it.");
  v.flag("in_switch_reduction", c.in_switch_reduction, optional,
         "Whether the switches add up and multicast (NVLink SHARP).");
  v.real("reduction_share", c.reduction_share, optional, fraction,
         "Share of the effective rate that in-switch reduction reaches.");
  v.quantity("pipeline_time", c.pipeline_time, optional, non_negative,
             "Cost of cutting a message into chunks: a transfer of T takes T + sqrt(pipeline_time x T).");
  v.quantity("reduction_pipeline_time", c.reduction_pipeline_time, optional, non_negative,
             "The same of in-switch reduction.");
  v.quantity("software_overhead", c.software_overhead, optional, non_negative,
             "Time of a collective that the library's own latency table leaves out.");
  v.quantity("direct_rate", c.direct_rate, optional, non_negative,
             "What the all-reduce kernels of inference servers read from their peers; 0 when they do not run here.");
  v.quantity("direct_latency", c.direct_latency, optional, non_negative,
             "Time of one shot of such a kernel, without data.");
}

}  // namespace

void LinkConfig::describe(config::Visitor& v) {
  v.text("name", name, required, "Name by which systems refer to these links.");
  v.texts("aliases", aliases, optional, "Other names of the same links.");
  describe_wires(v, *this);
  describe_library(v, *this);
  v.check(!in_switch_reduction || topology == Topology::switched, "in_switch_reduction",
          "in_switch_reduction needs topology switched");
  v.check(direct_rate <= raw_rate(*this, devices), "direct_rate", "direct_rate is more than the links carry");
  v.check(!in_switch_reduction || reduction_share > 0, "in_switch_reduction",
          "in_switch_reduction needs a reduction_share above 0");
}

double usable_links(const LinkConfig& link, std::uint32_t ranks) {
  if (link.topology == Topology::switched) return link.links;
  return link.links * static_cast<double>(ranks - 1) / static_cast<double>(link.devices - 1);
}

BytesPerSecond raw_rate(const LinkConfig& link, std::uint32_t ranks) {
  return link.bandwidth * (link.payload / (link.payload + link.header)) * usable_links(link, ranks);
}

BytesPerSecond effective_rate(const LinkConfig& link, std::uint32_t ranks) {
  return raw_rate(link, ranks) * link.effective_share;
}

}  // namespace presil::fabric
