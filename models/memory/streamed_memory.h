// streamed_memory.h -- banked_memory.h with streams in closed form: one channel stands for all.
//
// Transactions whose rows put several bursts into every channel are streams, cut into pieces that ask the
// same of every channel (run_pieces.h). One channel is followed through them, without refresh, by the steps
// of channel_steps.h: what its controller does with a piece in a state is worked out burst by burst once.
// Then
//   taken by the queues   t <- R(max(t, arrival), d)     d: ticks of the step
//   refresh               R(t, d) = t + d + refresh_cost for every multiple of tREFI in between
//                         of one bank after another: the share of all time that refresh_cost is of their interval
// A piece is the part of an aligned window, or of a half of one, a quarter and so on, that is as long and as
// near as can be; one a little longer or shorter, and the ends of a long row, take their share of its time. A
// read is answered with its last data, known when what follows has been taken or, if nothing follows, when
// the queues have; a write when it has been taken.
//
// Four pieces of one row of a run, each as long as the queue, leave nothing of what was before them, or
// little of it two pieces of reads of several shorter rows: from then on the state is that behind these, so
// that streams pass through few states. Writes that wait all the while are written then, at the cost of their
// data and two turnarounds, once kPatience such pieces have come.
//
// A very long row is then periodic with the address map (RunPieces::span()): once the state is the one it was
// a period ago, all periods but the last cost what that one cost.
//
// A short request behind a stream is a step of its channels, answered as if nothing else came. One more takes
// its channel out: from the state where it is that channel serves burst by burst what waits and what comes.
// The next stream finds it where it is then, in the state that the others are in.
//
// Error against every burst of every channel through its controller (remembered_memory.h):
// docs/models/memory.md. It comes from pieces that ask more of some channels, from refresh, which costs every
// stream the same, and from the rows that a short request has opened.
#pragma once

#include <optional>

#include "models/memory/banked_memory.h"
#include "models/memory/channel_steps.h"
#include "models/memory/refresh_cost.h"

namespace presil::memory {

class StreamedMemory : public BankedMemory {
 public:
  StreamedMemory(sc_core::sc_module_name name, const MemoryConfig& config);
  DramCounters commands() const override;
  void reset() override;

 private:
  static constexpr std::uint32_t kStreams = 0;  ///< Channel::state
  static constexpr std::uint32_t kNoRow = 1u << 31;
  static constexpr std::uint64_t kVeryLong = 16;  ///< windows of a row whose ends may cost their share of one
  /// Pieces that fill a queue: behind one more, what was before them is not felt. Of reads of few pieces in
  /// turn.
  static constexpr std::size_t kFelt = ChannelSteps::kBefore, kFeltInTurn = 1;
  static constexpr std::size_t kPatience = 8;          ///< such pieces, while writes wait
  static constexpr std::size_t kMostStates = 1 << 15;  ///< of steps_, a few KiB each

  /// A row of a run from one place of the address map to the same place, when the state there is the same.
  struct Lap {
    bool begun{false};
    std::uint64_t from{};
    Tick busy{};
    DramCounters counters;
    std::uint32_t node{}, frame{};
  };

  /// Channels that have taken the same part of a short request in the same tick.
  struct Brief {
    ChannelState state;
    const Chunk* chunk;
    std::vector<std::uint32_t> channels;
  };

  bool stream(std::uint64_t slot, const Run& run, bool write) override;
  bool brief(std::uint64_t slot, const Run& run, bool write) override;
  void leave_stream(std::uint32_t channel) override;
  void serve(Brief& brief, std::uint32_t row, std::uint64_t slot);
  void answer_brief(const Brief& brief, Tick begin, const StepResult& result, std::uint64_t slot);
  void take_out(std::uint32_t channel, ChannelState state);
  void return_to_streams();
  void take_row(std::uint64_t first, std::uint64_t bytes, bool write, std::uint64_t slot);
  /// Rows, each as many bursts as a piece asks of every channel. As many of them as fill a window are one
  /// piece.
  bool short_even_rows(const Run& run);
  void take_short_rows(const Run& run, bool write, std::uint64_t slot);
  std::uint64_t bursts(std::uint64_t from, std::uint64_t to) const {
    return (to + pieces_.burst() - 1) / pieces_.burst() - from / pieces_.burst();
  }
  /// `bursts` of a slice that asks the same of all channels, all of another one.
  void take(const RunPieces::PlacedSlice& placed, std::uint64_t bursts, std::uint64_t slot);
  /// Behind a lap of a very long row the others cost the same: returns where the last but one of them ends.
  std::uint64_t skip_laps(Lap& lap, std::uint64_t from, std::uint64_t last, std::uint64_t slot);
  /// All rows that are known, to be XORed.
  void move_rows(std::uint32_t difference);
  /// What the bits above a period add to the rows of a window that begins there.
  std::uint32_t row_at(std::uint64_t address) {
    return pieces_.slice(address, address + pieces_.window(), false).row;
  }
  void count_refreshes(Tick begin);
  /// A window, or a half of one, a quarter and so on, near [from, to) and nearly as long.
  RunPieces::PlacedSlice nearest(std::uint64_t from, std::uint64_t to, bool write);
  /// Nothing arrives, to tick `to`, if that lies ahead.
  void pass(ChannelState& state, Tick to, StepResult& result) const;
  /// When a stretch that begins at `start` and takes `busy` without refresh ends.
  Tick refreshed(Tick start, Tick busy) const;
  /// Ticks up to `t` that refreshes of single banks leave.
  Tick left(Tick t) const;
  void pass_by_bank(ChannelState& state, Tick to, StepResult& result) const;
  /// Of a long read, or of reads in turn.
  const RefreshCost& refresh() const;
  void report(Tick begin, Tick whole, Tick own);
  std::size_t felt() const { return in_turn_ ? kFeltInTurn : kFelt; }
  /// As many bursts as the queue has entries.
  bool fills(const Chunk& chunk) const;
  /// Whatever the state behind the piece, follow() gives it another form.
  bool will_be_filled(const Chunk& chunk) const;
  /// Behind a piece that filled a queue: the state that it leaves behind the last ones.
  void follow(const RunPieces::PlacedSlice& placed, std::uint64_t slot);
  void fill(const ChannelSteps::Met& piece, std::uint64_t slot);
  void forget_before() {
    alike_ = 0;
    before_.clear();
  }
  void write_waiting();
  /// The piece as it finds rows_, which it changes.
  ChannelSteps::Met meet(const RunPieces::PlacedSlice& placed);
  /// What waits completes as if nothing came.
  void answer_waiting();
  void watch_at(Tick t);
  void watch(std::uint64_t at);
  /// Channel c has taken what came so many ticks before the one that stands for all.
  Tick lead(std::uint32_t channel) const {
    return leads_.empty() ? 0 : std::min(leads_[channel], most_lead_);
  }

  const bool by_bank_;               ///< refreshed one bank after another
  const Tick refresh_interval_;      ///< 0: none
  mutable ChannelSteps steps_;       ///< remembers
  const bool usable_;
  ChannelState first_;               ///< after reset()
  mutable ChannelState
      state_;  ///< named when need be; of the channel that stands for all: the one that is behind most
  std::vector<std::uint32_t> rows_;  ///< by bank: asked for last; kNoRow: none since the last refresh at rest
  std::vector<std::uint32_t> found_;  ///< the same in front of the piece at hand
  /// The last pieces, with no pause between them, all of which filled the same queue.
  std::deque<ChannelSteps::Met> before_;
  std::size_t alike_{0};     ///< how many there have been
  bool in_turn_{false};      ///< they are of rows no longer than kFelt of them
  StepResult result_;        ///< scratch
  unsigned halvings_{0};     ///< of a window that still ask the same of all channels
  std::vector<Tick> leads_;  ///< by channel, up to most_lead_; empty: all alike
  Tick most_lead_{0};
  Tick busy_{0};               ///< of streams, without refresh
  double reopened_{0};         ///< rows of a channel that refreshes have closed under a stream
  DramCounters
      served_twice_;  ///< by the one that stands for all, and by the channel that a short request took out
  mutable std::optional<RefreshCost>
      refresh_cost_[2];                   ///< once it is needed: of a long read, of reads in turn
  std::vector<Brief> briefs_;             ///< of the short request behind the last stream
  std::vector<std::uint32_t> in_bursts_;  ///< channels
  Tick watching_{kNever};                 ///< tick of the next call of watch()
};

}  // namespace presil::memory
