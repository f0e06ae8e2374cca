// refresh_cost.h -- what one refresh of all banks adds to a stream that meets it; pure arithmetic.
//
// Served burst by burst by the scheduler of dram_channel.h: a stream with many refreshes less the same stream
// without, over the refreshes met. It is tRFC, and what the rows take to close before and to open again.
#pragma once

#include <vector>

#include "models/memory/burst_channel.h"

namespace presil::memory {

struct RefreshCost {
  Tick ticks{};               ///< a whole number of edges of the command clock
  std::uint64_t activates{};  ///< rows opened again, of one channel
};

/// `pieces`: a stream, each with what is to be XORed with its rows; 0 if `spec` has no refresh of all banks.
RefreshCost refresh_cost(const DramSpec& spec, std::uint32_t offers_per_tick,
                         const std::vector<std::pair<std::shared_ptr<const Chunk>, std::uint32_t>>& pieces);

}  // namespace presil::memory
