// streamed_memory.h -- banked_memory.h with streams in closed form.
//
// Transactions whose rows put several bursts into every channel are streams, cut into pieces (run_pieces.h).
// The queues of channel c have taken the last burst before a piece at tick t_c. A piece q that arrives at
// tick a then has
//   t_c <- max( R(t_c, taken(q behind the pieces before)), R(a, taken(q at rest)) ),   done at R(t_c,
//   rest(q))
// with taken and rest from piece_times.h, and R(t, d) = t + d + refresh_cost for every multiple of tREFI in
// between. Banks and bank groups, row conflicts between streams, turnarounds and the address map are in
// `taken`. The costs are those of a window, or of a half of one, a quarter and so on, near the piece and as
// long; a piece a little longer or shorter, and the ends of a long row, cost their share. A transaction is
// done with its last piece; a write is answered when it has been taken.
//
// A short request finds the channel at rest with the rows that the stream left open or, while it still has a
// stream to serve, behind the last piece of it, which its controller then serves burst by burst before and
// beside the request. The next stream begins behind the last data of those bursts.
//
// Error against every burst through its controller: docs/models/memory.md. It comes from what is older than
// the pieces looked at, from queues that have run half empty when a piece arrives, and from refresh, which
// costs every stream the same. Rows that a refresh closes are not counted as activated again.
#pragma once

#include <deque>
#include <optional>

#include "models/memory/banked_memory.h"
#include "models/memory/piece_times.h"

namespace presil::memory {

class StreamedMemory : public BankedMemory {
 public:
  StreamedMemory(sc_core::sc_module_name name, const MemoryConfig& config);
  DramCounters commands() const override;
  void reset() override;

 private:
  static constexpr std::uint32_t kStreams = 0;  ///< Channel::state
  static constexpr std::size_t kFelt = 4;       ///< pieces before

  bool stream(std::uint64_t slot, const Run& run, bool write) override;
  void leave_stream(std::uint32_t channel) override;
  void return_to_streams();
  /// `bursts` of a slice that asks the same of all channels, all of another one. Returns when they are
  /// answered.
  Tick take(const RunPieces::PlacedSlice& placed, std::uint64_t bursts, Tick arrival);
  /// piece_ as the channels meet it, and behind_.
  void meet(const std::shared_ptr<const Chunk>& chunk, std::uint32_t row, Tick arrival);
  const PieceCost& at_rest();
  /// A window, or a half of one, a quarter and so on, near [from, to) and nearly as long.
  RunPieces::PlacedSlice nearest(std::uint64_t from, std::uint64_t to, bool write);
  void remember();
  void forget();
  /// What the piece does to a channel.
  void advance(Tick& taken, Tick& done, Tick own, Tick whole, Tick first);
  Tick refreshed(Tick start, Tick busy);
  Tick refresh_cost();
  /// The first tick from `t` on at which no refresh that found the channel at rest is felt.
  Tick awake(Tick t) const;
  bool refreshed_since(Tick end, Tick t) const {
    return refresh_interval_ > 0 && t / refresh_interval_ > end / refresh_interval_;
  }

  const bool usable_;
  const Tick refresh_interval_;  ///< 0: none
  PieceTimes times_;
  unsigned halvings_{0};               ///< of a window that still ask the same of all channels
  std::vector<Tick> taken_, done_;     ///< by channel: of the last burst
  Tick last_done_{0}, last_taken_{0};  ///< of all
  std::vector<std::uint32_t> rows_;    ///< by bank
  std::deque<PlacedChunk> before_;     ///< the last two pieces
  PlacedChunk piece_;                  ///< the one at hand
  PieceCost behind_;                   ///< behind before_
  std::optional<PieceCost> at_rest_;   ///< once it is needed
  DramCounters rest_;                  ///< of all channels behind the last piece
  DramCounters
      served_twice_;  ///< of last pieces that a short request found: in closed form, then burst by burst
  std::optional<Tick> refresh_cost_;      ///< once it is needed
  std::vector<std::uint32_t> in_bursts_;  ///< channels
};

}  // namespace presil::memory
