// nccl_constants.h -- latencies and protocol limits that NCCL predicts its own collectives by.
//
// From baseLatencies, hwLatencies and the refinements of ncclTopoTuneModel in NCCL 2.28.7, src/graph/tuning.cc
// (github.com/NVIDIA/nccl).
#pragma once

#include <array>

#include "models/fabric/link_config.h"

namespace presil::fabric {

enum class Algorithm {
  ring,       ///< every rank sends to its neighbour, n - 1 steps a half
  tree,       ///< up to the root and down again; within a node a chain
  in_switch,  ///< NVLS: switches add up and multicast
  one_shot,   ///< every rank reads the payload of every other and adds it up; not of NCCL
  two_shot,   ///< every rank adds up its share so, then reads the other sums; not of NCCL
};
inline constexpr std::array<std::string_view, 5> kAlgorithmNames{"ring", "tree", "in-switch", "one-shot", "two-shot"};

enum class Protocol {
  ll,      ///< 4 bytes of data and 4 of flag in one store: half of the bandwidth, no fence
  ll128,   ///< 120 bytes of data in a line of 128
  simple,  ///< whole chunks, with a fence and a flag
};
inline constexpr std::array<std::string_view, 3> kProtocolNames{"LL", "LL128", "Simple"};

/// In microseconds; LL, LL128, Simple.
using ByProtocol = std::array<double, 3>;
struct Latencies {
  ByProtocol ring, tree;
};

inline constexpr Latencies kBaseLatency{{6.6, 14.0, 8.4}, {6.8, 14.0, 8.4}};
inline constexpr Latencies kNvlinkStep{{0.6, 1.9, 3.4}, {0.6, 1.25, 4.0}};
inline constexpr Latencies kPcieStep{{1.0, 2.5, 5.7}, {1.0, 1.9, 4.0}};
inline constexpr Latencies kNetworkStep{{2.7, 4.0, 14.0}, {5.0, 8.5, 14.0}};
inline constexpr double kInSwitchLatency = 25.0;  ///< the whole collective

/// Share of a link's rate that is left by each protocol.
inline constexpr ByProtocol kRingShare{0.5, 0.92, 1.0};
/// The same of a tree, which reaches 0.92 of a ring's rate, within one node.
inline constexpr ByProtocol kTreeShare{0.92 / 3.8, 0.92 * 7 / 9, 0.92};

}  // namespace presil::fabric
