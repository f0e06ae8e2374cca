// dram_feed.h -- a device of several channels under a trace; pure arithmetic, no SystemC.
//
// A request of request_bytes is split into bursts in address order, queued back to back in the FIFO of each burst's
// channel. A full channel never blocks another. Behind every tick a FIFO offers up to `per_tick` bursts; it stops at
// the first refusal. Saturated: everything is available from the first tick. Under an offered load request i becomes
// available at i * request_bytes / (load * peak).
// A request completes with the last of its bursts; bandwidth = request_bytes * requests / last completion; the mean
// read latency counts bursts, from acceptance by the controller to the last data beat (waiting_ns adds the FIFO).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "models/memory/address_bits.h"
#include "models/memory/dram_channel.h"

namespace presil::memory {

struct TraceRequest {
  std::uint64_t address{};
  bool write{};
};

/// Gives the next request, or nothing at the end.
using RequestSource = std::function<std::optional<TraceRequest>()>;

struct FeedOptions {
  std::uint32_t request_bytes{64};
  std::uint32_t per_tick{2};
  double load{0};  ///< share of peak; 0: saturated
  std::uint32_t stacks{1};
  std::uint64_t interleave{256};  ///< bytes on one stack before the next
};

struct FeedResult {
  std::uint64_t requests{}, reads{};
  double seconds{};
  double bandwidth{};        ///< B/s
  double read_latency_s{};   ///< mean, from acceptance by the controller
  double waiting_s{};        ///< mean wait of a burst before acceptance; 0 when saturated
  double row_hit_rate{};
  DramCounters total;        ///< summed over channels
};

/// `channels` of one stack.
FeedResult feed(const DramSpec& spec, const AddressBits& map, std::uint32_t channels, const RequestSource& source,
                const FeedOptions& options);

struct ChannelRun {
  Tick last{0};  ///< last completion
  DramCounters counters;
};
/// One channel, saturated, from its first state to its last completion.
ChannelRun run_alone(const DramSpec& spec, const std::vector<Access>& fifo, std::uint32_t per_tick);

}  // namespace presil::memory
