// trace_options.h -- what is to be told of a run over time.
#pragma once

#include <cstddef>

#include "sim/run/trace_sink.h"

namespace presil::run {

/// Seconds.
struct Window {
  double begin{0}, end{1e30};
  bool meets(double from, double to) const { return from < end && to > begin; }
};

struct TraceOptions {
  TraceSink* sink{nullptr};  ///< null: no events
  Window window{};           ///< of the events, from the beginning of the run
  std::size_t most{500000};  ///< events of one segment
  bool curves{false};        ///< `timeline` of the result document, for the report
  bool wanted() const { return sink != nullptr || curves; }
};

}  // namespace presil::run
