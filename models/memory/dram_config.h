// dram_config.h -- the `dram` part of a memory's file: geometry, timings, address map, controller, currents.
//
// Timings are in ticks of `tick` as the data sheet or simulator they come from gives them. The data rate is the
// memory's channel_bandwidth: where that differs from burst / (burst ticks x tick), the clock follows the bandwidth
// and timings of the array keep their duration (rounded up to ticks), so that a chip file may override the pin rate.
// `rows` may be left out; it then follows from capacity_per_stack.
// Refresh doubles above 85 C and quadruples above 95 C [JEDEC JESD79-4 and JESD235, extended temperature range].
#pragma once

#include <array>
#include <string>

#include "models/memory/address_bits.h"
#include "models/memory/dram_spec.h"
#include "sim/config/visitor.h"

namespace presil::memory {

inline constexpr std::array<std::string_view, 2> kQueueingNames{"shared", "per_bank"};
inline constexpr std::array<std::string_view, 3> kPagePolicyNames{"open", "closed", "timeout"};
inline constexpr std::array<std::string_view, 3> kRefreshPolicyNames{"all_bank", "per_bank", "none"};

struct DramTimingConfig : DramTiming {
  void describe(config::Visitor& v);
};
struct ControllerConfig : ControllerPolicy {
  std::uint32_t offers_per_tick{2};  ///< transactions a channel may take in one tick
  void describe(config::Visitor& v);
};
struct AddressMapConfig {
  std::array<std::string, kAddressFields> fields;
  void describe(config::Visitor& v);
};
/// Supply currents of the devices of one channel; all zero: not published.
struct CurrentsConfig {
  Volts vdd{};
  double idd0{}, idd2n{}, idd3n{}, idd4r{}, idd4w{}, idd5ab{};  ///< mA
  double devices{1};                                            ///< devices that form one channel
  bool published() const { return vdd.value > 0; }
  void describe(config::Visitor& v);
};

struct DramConfig {
  Seconds tick{};
  std::uint32_t channels{1};
  Geometry geometry;
  std::uint64_t rows{};     ///< 0: from the capacity
  std::uint32_t columns{};  ///< bursts in a row
  double temperature_c{85};
  DramTimingConfig timing;
  AddressMapConfig map;
  ControllerConfig controller;
  CurrentsConfig currents;

  bool given() const { return tick.value > 0; }
  void describe(config::Visitor& v);
};

/// Rules between timings: what is impossible, empty if nothing is.
std::string timing_fault(const DramTiming& t);
/// Timings that are odd but have been published so.
std::vector<std::string> timing_warnings(const DramTiming& t);
/// Refresh commands per nominal interval at a temperature.
double refresh_rate(double temperature_c);

}  // namespace presil::memory
