// pipelined.cpp -- implementation of pipelined.h.
#include "sim/run/pipelined.h"

#include <algorithm>

namespace presil::run {

double pipelined_share(const std::vector<PipelineSegment>& segments, double vectors) {
  double serial = 0, fill = 0, stage = 0, busy = 0;
  for (const PipelineSegment& s : segments) {
    serial += s.count * s.all_s;
    fill += s.count * s.one_s;
    stage = std::max(stage, s.longest_span_s);
    busy += s.count * s.busy_s;
  }
  if (serial <= 0 || vectors <= 1) return 1;
  return std::min(1.0, (fill + (vectors - 1) * std::max(stage, busy) / vectors) / serial);
}

}  // namespace presil::run
