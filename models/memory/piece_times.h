// piece_times.h -- what a piece of a stream costs a channel: closed form by the pieces that follow one
// another, with constants taken from the channel's own controller; pure arithmetic.
//
// A piece is what a part of a run asks of one channel (run_pieces.h). A controller takes it into its queues
// burst by burst, and how fast depends on what they hold: the pieces just before. So the time from the last
// burst of the piece before to the last one of this piece is simulated once, burst by burst, by the scheduler
// of dram_channel.h, without refresh, from a channel at rest through the pieces before, those of a missing
// row repeated elsewhere until they fill the queues kHistory times; and kept under the pieces' banks relative
// to this one's, their directions, and what their rows met (PlacedChunk). A piece behind one of the other
// direction takes its share of both, in turn kTurns times.
//   refresh_cost  what one refresh adds to a stream: a stream of `pieces` with many refreshes less the same
//   without
// Error: tests/unit/models/memory/streamed_memory_test.cpp.
#pragma once

#include <deque>
#include <unordered_map>

#include "models/memory/burst_channel.h"

namespace presil::memory {

/// A chunk and how its rows find their banks: bit i of `same`: row i is open; of `other`: another row of its
/// bank is.
struct PlacedChunk {
  std::shared_ptr<const Chunk> chunk;
  std::uint32_t row{};  ///< to be XORed with its rows
  std::uint64_t same{}, other{};
  std::uint32_t frame{};  ///< to be XORed with its banks
};

struct PieceCost {
  Tick taken{};  ///< until its last burst is in the queues: behind the last one before it; of the first,
                 ///< behind its arrival
  Tick rest{};   ///< from there to the last data, if nothing follows
  DramCounters counters;       ///< up to `taken`
  DramCounters rest_counters;  ///< behind it
};

class PieceTimes {
 public:
  PieceTimes(const DramSpec& spec, std::uint32_t offers_per_tick);

  /// `before`: the oldest first; none: the channel is at rest.
  const PieceCost& cost(const std::deque<PlacedChunk>& before, const PlacedChunk& piece);
  /// Of a stream of these, in this order.
  Tick refresh_cost(const std::vector<PlacedChunk>& pieces) const;
  /// Rows by bank as the first of these pieces meets them.
  std::vector<std::uint32_t> rows_before(const std::deque<PlacedChunk>& before,
                                         const PlacedChunk& piece) const;

 private:
  static constexpr std::size_t kHistory = 2;
  static constexpr std::size_t kMost = 1 << 17;  ///< of known_
  std::deque<PlacedChunk> repeated(const std::deque<PlacedChunk>& before) const;
  using Key = std::vector<std::uint64_t>;
  struct Hash {
    std::size_t operator()(const Key& key) const;
  };
  /// Behind one of the other direction, both in turn again and again.
  PieceCost turn(const PlacedChunk& before, const PlacedChunk& piece);
  PlacedChunk elsewhere(PlacedChunk piece, std::uint32_t times) const;
  PieceCost run(const std::deque<PlacedChunk>& before, const PlacedChunk& piece);
  void lay(std::vector<std::uint32_t>& rows, std::vector<char>& seen, const PlacedChunk& piece) const;

  const DramSpec spec_;  ///< without refresh
  const Tick refresh_time_;
  const std::uint32_t per_tick_;
  const std::size_t history_;
  BurstChannel channel_;
  Key key_;
  std::unordered_map<Key, PieceCost, Hash> known_;
};

}  // namespace presil::memory
