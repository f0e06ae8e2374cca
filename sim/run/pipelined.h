// pipelined.h -- a pass whose layers all work at once, each on the vectors that the one before it has done.
//
// Every operator is a stage on macros of its own. With v vectors (tokens of a prompt, sequences of a batch), T the time of a
// segment alone with all vectors and T1 with one of them, n how often it occurs, s an operator's span in it, b the busy
// time of what all stages share (memory, shared SRAM, host link, vector units, arrays, macros):
//
//   pass = sum n T1 + (v - 1) max( max s, sum n b ) / v            beside sum n T, stage after stage
//
// Both times are simulated; only their overlap is this sum. Not modelled: stages that queue for what they share although it
// is not saturated; causal attention of a late token that waits for an early one (tokens enter in order, so it is there).
#pragma once

#include <vector>

#include "models/api/device.h"

namespace presil::run {

struct PipelineSegment {
  double count{};
  double all_s{}, one_s{};     ///< T, T1
  double longest_span_s{};     ///< s
  double busy_s{};             ///< b, of the busiest of what is shared
};

/// Time of the pass over what its segments take one after another, at most 1.
double pipelined_share(const std::vector<PipelineSegment>& segments, double vectors);

}  // namespace presil::run
