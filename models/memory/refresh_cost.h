// refresh_cost.h -- what refreshes add to a stream that meets them; pure arithmetic.
//
// Served burst by burst by the scheduler of dram_channel.h: a stream with refreshes less the same stream without, over
// the refreshes met. Of all banks at once it is tRFC, and what the rows take to close before and to open again. Of one
// bank after another it is the row that is closed and opened again, and the wait for the bank where nothing else is
// there to be served.
#pragma once

#include <vector>

#include "models/memory/burst_channel.h"

namespace presil::memory {

/// Of one refresh of a pseudo-channel.
struct RefreshCost {
  double ticks{};      ///< of all banks: a whole number of edges of the command clock
  double activates{};  ///< rows opened again, of one channel
};

/// `pieces`: a stream, each with what is to be XORed with its rows; 0 if `spec` has no refresh.
RefreshCost refresh_cost(const DramSpec& spec, std::uint32_t offers_per_tick,
                         const std::vector<std::pair<std::shared_ptr<const Chunk>, std::uint32_t>>& pieces);

}  // namespace presil::memory
