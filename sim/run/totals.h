// totals.h -- what passes add up to: additive counters by operator class and for the device.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "models/api/device.h"
#include "models/fabric/link_config.h"
#include "sim/base/formats.h"
#include "sim/ppa/energy.h"
#include "workloads/graph/graph.h"

namespace presil::memory { struct MemoryConfig; }

namespace presil::run {

/// Lower bounds of an operator's time, each as if nothing else limited it. In seconds.
struct Bounds {
  double compute{}, memory{}, vector{}, host{}, link{};
  double least() const;          ///< the largest of them
  const char* which() const;     ///< its name
  /// Is `time_s` below the least? The kernel rounds each time to 1 fs, so 1 ps and 1e-9 of it are rounding.
  bool beaten_by(double time_s) const { return time_s + 1e-12 < least() * (1 - 1e-9); }
  Bounds& add(const Bounds& other, double times);
};

/// An operator that a memory's units could do: its time by either, and how often they did it.
struct OffloadTimes { double host_s{}, units_s{}, offloaded{}; };

/// One operator class in one phase. Everything is a sum over its executions and can be scaled.
struct OpTotals {
  std::string name, phase;
  double count{};
  double time_s{};  ///< what it adds to the latest completion so far: sums to the whole
  double span_s{};  ///< from its first command to its last, work hidden behind other operators included
  double flops{};
  Format format{};
  double macs{};  ///< as executed, padding and masked pairs included
  double vector_ops{};
  double array_busy_s{}, array_preload_s{}, vector_busy_s{};
  std::array<double, api::kLevels> bytes{};  ///< read and written, by level
  double scratchpad_bytes{};
  double register_bytes{};  ///< taken by pipeline registers of processing elements
  double fabric_bytes{};  ///< sent to other devices, one way
  double fabric_s{};      ///< time of the exchanges themselves
  api::MacroCounters macro;
  ppa::SpikeEvents spikes;
  OffloadTimes offload;   ///< of machines whose memory computes
  Bounds bounds;
};

/// One phase of the experiment.
struct PhaseTotals {
  std::string name;
  double passes{};
  double time_s{};
  Bounds bounds;
};

/// One segment, or what the host does before a pass: what power over time is made of.
struct SegmentTotals {
  std::string name, phase;
  std::uint64_t kv_len{};    ///< of a pass that stands for all near its length; 0: of any
  double count{};
  ppa::Activity activity;    ///< of all executions
  double multiplying_s{};    ///< times units
  double cycles{};           ///< of the units that multiply: over time, the clock
};

struct Totals {
  std::vector<OpTotals> ops;  ///< in order of first execution
  std::vector<PhaseTotals> phases;
  std::vector<SegmentTotals> segments;  ///< in order of first execution
  api::ArrayTime array_time;
  api::MemoryCounters memory;
  std::array<double, api::kLevels> read{}, written{};
  double network_byte_hops{};
  double scratchpad_bytes{};
  double commands{};
  double cycles{};  ///< of devices whose clock moves
  api::OnChipEnergy on_chip;
  double pim_j{};   ///< of units in memory
  double pim_register_j{};  ///< of it, their registers

  double fabric_bytes() const;  ///< sent by a device, one way
  /// Adds `times` times the other totals, operator classes matched by name and phase.
  void add(const Totals& other, double times);
  double time_s() const;
  double flops() const;
};

/// Bounds of one operator from its shape alone: arithmetic peak of its format, memory bandwidth after refresh on
/// what must come from memory (weights and cached keys and values once), vector peak, host link; of a collective, the
/// bytes that must leave a device over the link to the others.
struct Peaks {
  std::array<double, kFormatNames.size()> ops_per_s{};
  bool weights_stay{false};  ///< weights of products may be on chip before a pass begins: they bound nothing
  double memory_bytes_per_s{}, vector_ops_per_s{}, special_cycles_per_op{}, host_bytes_per_s{};
  double pins_bytes_per_s{};  ///< of the memory, refresh not deducted; 0: as memory_bytes_per_s
  double refresh_s{};         ///< tRFC, where refresh is an instant and not a share of the rate

  /// With B bytes to come: a span that starts behind a refresh and ends before one meets none for tREFI - tRFC more than
  /// its share, so that B / (peak (1 - tRFC / tREFI)) - tRFC and B / peak bound it.
  double memory_time(double bytes) const {
    return std::max(bytes / memory_bytes_per_s - refresh_s, pins_bytes_per_s > 0 ? bytes / pins_bytes_per_s : 0.0);
  }
  void set(const memory::MemoryConfig& memory);
};
Bounds bounds_of(const workload::Graph& graph, const workload::Op& op, const Peaks& peaks,
                 const fabric::LinkConfig* link = nullptr);

/// Totals of one execution of a segment from the device's counters. Throws RunError when an operator took less
/// time, from its first command to its last, than its bounds allow.
Totals totals_of(const workload::Graph& graph, const workload::Segment& segment, const api::DeviceCounters& counters,
                 const Peaks& peaks, const fabric::LinkConfig* link = nullptr);

/// What one execution costs energy for.
ppa::Activity activity_of(const Totals& segment);

}  // namespace presil::run
