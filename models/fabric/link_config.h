// link_config.h -- the links by which devices of one node reach each other, and the rates that follow.
//
//   raw       = bandwidth x payload / (payload + header)        what framing leaves of one link, one way
//   effective = raw x effective_share                           what a library's kernels reach on it
//   device rate = effective x usable links                      one way, out of one device
//   usable links = links                                        behind a switch
//                = links x (ranks - 1) / (devices - 1)          in a full mesh: only those that lead to a taking part
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/units.h"
#include "sim/config/visitor.h"

namespace presil::fabric {

enum class Topology {
  switched,  ///< every link of a device ends at a switch: any pair can use them all
  mesh,      ///< every pair of devices has links of its own
};
inline constexpr std::array<std::string_view, 2> kTopologyNames{"switched", "mesh"};

/// Which of NCCL's tables of step times holds (nccl_constants.h).
enum class StepTimes { nvlink, pcie, network };
inline constexpr std::array<std::string_view, 3> kStepTimesNames{"nvlink", "pcie", "network"};

struct LinkConfig {
  std::string name;
  std::vector<std::string> aliases;
  BytesPerSecond bandwidth{};  ///< of one link, one way
  std::uint32_t links{1};      ///< of one device
  std::uint32_t devices{};     ///< that the links join
  Topology topology{Topology::switched};
  Bytes payload{256};          ///< largest payload of a packet
  Bytes header{16};            ///< that comes with it
  Bytes flit{1};               ///< payload is carried in whole ones
  Bytes credits{0};            ///< buffer behind one link and virtual channel; 0: enough
  double congested_share{1};   ///< of the rate, while several senders compete for the link
  double effective_share{};
  Seconds latency{};
  StepTimes step_times{StepTimes::nvlink};
  BytesPerSecond ll_limit{};       ///< 0 is none
  bool in_switch_reduction{false};
  double reduction_share{0};
  Seconds reduction_pipeline_time{};
  Seconds pipeline_time{};
  Seconds software_overhead{};
  BytesPerSecond direct_rate{};    ///< 0: no such kernels
  Seconds direct_latency{};

  void describe(config::Visitor& v);
};

/// Links of one device that lead to the other `ranks - 1`.
double usable_links(const LinkConfig& link, std::uint32_t ranks);
/// One way out of one device, when `ranks` devices take part: what framing leaves, and what is reached of that.
BytesPerSecond raw_rate(const LinkConfig& link, std::uint32_t ranks);
BytesPerSecond effective_rate(const LinkConfig& link, std::uint32_t ranks);

}  // namespace presil::fabric
