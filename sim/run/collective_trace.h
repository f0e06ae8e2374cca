// collective_trace.h -- what every link carries while a collective is played, for a trace.
#pragma once

#include <map>

#include "models/fabric/fabric.h"
#include "sim/run/trace_options.h"

namespace presil::run {

/// Watches a fabric: one track for every channel, in a group for every kind of link, named by its ends ("GPU 3 to switch").
class CollectiveTrace {
 public:
  /// References that outlive it; times are from now on.
  CollectiveTrace(const TraceOptions& options, const fabric::Fabric& fabric);
  void operator()(const fabric::Passage& passage);

 private:
  std::uint32_t track_of(fabric::ChannelId channel);
  const TraceOptions& options_;
  const fabric::Fabric& fabric_;
  const sc_core::sc_time start_;
  std::map<fabric::ChannelId, std::uint32_t> tracks_;
  bool done_{false};
};

}  // namespace presil::run
