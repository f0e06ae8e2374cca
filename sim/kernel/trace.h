// trace.h -- what models say of themselves while they run, to whoever listens: a file of events, the curves of a report.
//
// A unit holds a Probe. While nobody listens that is a null pointer, and all it costs is the test for it.
#pragma once

#include <cstdint>
#include <string>

#include "sim/kernel/time.h"

namespace presil::kernel {

/// What a track's time and amounts count for.
enum class Resource : std::uint8_t {
  array,       ///< multiplies; amount in multiply-adds
  vector,      ///< element-wise work; in operations
  scratchpad,  ///< ports of on-chip buffers; in bytes, as all below
  shared,      ///< SRAM or cache that all cores reach
  network,     ///< links of the on-chip network
  memory,      ///< channels of DRAM
  host,        ///< host link
  link,        ///< links to other devices
  transfers,   ///< requests from beginning to end, many at once: they overlap and count for no work
  programs,    ///< kernels, from launch to drain: what they do is on other tracks
};
inline constexpr std::size_t kResources = 10;
const char* resource_name(Resource r);
/// "MAC", "op" or "B".
const char* amount_unit(Resource r);

using TrackId = std::uint32_t;

/// A unit or link. Except for `transfers`, its spans do not overlap and come in order.
struct Track {
  Resource resource{};
  std::string group;  ///< "core 0", "network"
  std::string name;   ///< "array 1"
  double units{1};    ///< equal units that it stands for: the busy time of one span counts for 1 / units of them
};

/// How a span takes part in a flow of data from where it is sent to where it is received.
enum class Flow : std::uint8_t { none, begins, goes_on, ends };

struct Span {
  static constexpr std::uint32_t kNoOp = UINT32_MAX;
  sc_core::sc_time begin, end;
  double amount{};
  std::uint32_t op{kNoOp};     ///< operator of the segment that is simulated
  const char* label{""};       ///< a literal, where no operator is known
  std::uint64_t flow{};
  Flow part{Flow::none};
};

/// Contract: told of things when they become known, which may be before they happen in simulated time.
class Trace {
 public:
  virtual ~Trace() = default;
  /// The same number for the same group and name.
  virtual TrackId track(const Track& track) = 0;
  virtual void span(TrackId track, const Span& span) = 0;
  /// Work that is too fine for a span of its own: counts in curves only.
  virtual void work(TrackId track, sc_core::sc_time begin, sc_core::sc_time end, double amount) = 0;
  /// From now on: entries of a queue.
  virtual void depth(TrackId track, sc_core::sc_time when, double entries) = 0;
};

/// A unit's end of the wire.
class Probe {
 public:
  Probe() = default;
  /// Null: nobody listens.
  Probe(Trace* trace, const Track& track) : trace_(trace), track_(trace ? trace->track(track) : 0) {}
  explicit operator bool() const { return trace_ != nullptr; }
  void span(const Span& span) const {
    if (trace_) trace_->span(track_, span);
  }
  void work(sc_core::sc_time begin, sc_core::sc_time end, double amount) const {
    if (trace_) trace_->work(track_, begin, end, amount);
  }
  void depth(std::size_t entries) const {
    if (trace_) trace_->depth(track_, sc_core::sc_time_stamp(), static_cast<double>(entries));
  }

 private:
  Trace* trace_{nullptr};
  TrackId track_{0};
};

}  // namespace presil::kernel
