// flit_traffic.h -- who sends to whom: the synthetic patterns of [Dally and Towles, Principles and Practices of
// Interconnection Networks, 2004, section 3.2], and Bernoulli sources.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <string_view>

#include "models/noc/flit_layout.h"

namespace presil::noc {

enum class Pattern : std::uint8_t { uniform, transpose, bit_complement, tornado, neighbour, hotspot };
inline constexpr std::array<std::string_view, 6> kPatternNames{"uniform", "transpose", "bit-complement",
                                                               "tornado", "neighbour", "hotspot"};

struct TrafficConfig {
  Pattern pattern{Pattern::uniform};
  double injection{0.1};           ///< flits offered per node and cycle
  std::uint32_t packet{1};         ///< flits
  std::uint32_t hotspot_node{0};   ///< hotspot: this node gets hotspot_share of all packets beside its share of
  double hotspot_share{0.1};       ///< the rest, which is uniform
  std::uint64_t seed{1};
};

/// Throws UsageError: loads above 0 up to 1, packets of 1 to 1024 flits, shares of 0 to 1, a hotspot that exists;
/// transpose needs as many columns as rows, bit-complement a power of two of nodes.
void check(const TrafficConfig& traffic, const FlitLayout& layout);

/// Draws packets. Uniform includes the node itself.
class TrafficSource {
 public:
  TrafficSource(const TrafficConfig& config, const FlitLayout& layout);
  /// Whether a node creates a packet in a cycle: with probability injection / packet.
  bool creates() { return real() < probability_; }
  std::uint32_t destination(std::uint32_t source);

 private:
  double real() { return static_cast<double>(random_() >> 11) * 0x1.0p-53; }
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(real() * n); }

  const TrafficConfig config_;
  const FlitLayout& layout_;
  const double probability_;
  std::mt19937_64 random_;
};

}  // namespace presil::noc
