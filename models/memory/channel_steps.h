// channel_steps.h -- streams through one channel, exactly as its controller would serve them burst by burst,
// but each distinct step worked out only once.
//
// What a controller does with a chunk of bursts depends on its state (ChannelImage), on the bursts, on the
// next refresh if that falls into the step, and on the command clock's edge; not on the time, nor on which
// rows and transactions stand behind the names. A stream passes through few distinct states, and the channels
// of a device through the same ones. So a step is simulated once by the scheduler of dram_channel.h and kept
// under
//     (state, banks and equality of rows of the chunk, which of its rows and writes the state knows, ticks to
//     the refresh met)
// with its result: the state behind it, its duration, what completed when, and what it counted. There is no
// second model: a step that is not known is the burst-by-burst one. Where streams of many places mix, most
// steps are new, and a stream costs what its bursts cost, once for all channels in the same state.
//
// Where most steps are new, naming the states between them would only cost time: such a state stays in the
// channel that simulates, unnamed, until it is looked into or some steps have passed.
//
// A state stands for the channel behind its step of tick `at`, when its FIFO has just become empty. Nothing
// that arrives later can change what happened up to there, so it may lie ahead of the present.
#pragma once

#include <array>
#include <deque>
#include <string>
#include <unordered_map>

#include "models/memory/run_pieces.h"

namespace presil::memory {

struct ChannelState {
  std::uint32_t
      node{};  ///< of ChannelSteps; UINT32_MAX: unnamed, and but for the times and tags only known there
  Tick at{}, next_refresh{};
  std::uint32_t frame{};                     ///< these as in ChannelImage
  std::vector<std::uint32_t> rows, columns;
  std::vector<std::uint64_t> tags;
  bool operator==(const ChannelState&) const = default;
};

/// Bursts of one transaction that completed, the last at `last`.
struct Finish {
  std::uint64_t tag;
  std::uint32_t count;
  Tick last;
};
struct StepResult {
  std::vector<Finish> finished;
  DramCounters counters;  ///< without read_ticks
  /// Behind ChannelSteps::take(): bursts that have not completed, and writes that wait.
  std::vector<Finish> waiting;
  std::size_t waiting_writes{};
};

class ChannelSteps {
 public:
  ChannelSteps(const DramSpec& spec, std::uint32_t offers_per_tick);
  /// Whether the controller's state can be kept; nothing else may be called otherwise.
  bool usable() const { return usable_; }

  /// `used`: offers already made in tick `at`.
  ChannelState save(const DramChannel& channel, Tick at, std::uint32_t used);
  /// Returns `used`.
  std::uint32_t restore(const ChannelState& state, DramChannel& channel);

  /// Nothing arrives: to tick `to`, if that lies ahead.
  void pass(ChannelState& state, Tick to, StepResult& result);
  enum class Behind : std::uint8_t { as_it_is, to_be_filled, unnamed };
  /// The chunk's bursts are offered from tick `state.at` on, until the last one is accepted. A state that
  /// fill() gives its form next only goes on in time. `unnamed`: it may be left so.
  void take(ChannelState& state, const Chunk& chunk, std::uint32_t row, std::uint64_t tag, StepResult& result,
            Behind behind);
  /// Names the state; before it is copied, drained or restored, or another one is worked on.
  void name(ChannelState& state);
  /// What still waits completes so if nothing else arrives.
  void drain(const ChannelState& state, StepResult& result);

  /// Bursts of a transaction that have not completed.
  std::uint32_t unanswered(const ChannelState& state, std::uint64_t tag) const;
  std::size_t waiting_writes(const ChannelState& state) const {
    return state.node == kNone ? scratch_->waiting_writes() : nodes_[state.node].writes.size();
  }
  struct Met {
    std::shared_ptr<const Chunk> chunk;
    std::uint32_t row;   ///< to be XORed with its rows
    std::uint64_t open;  ///< bit i: its row i was open or asked for when it came
  };
  static constexpr std::size_t kBefore = 3;
  struct Filled {
    const Met& piece;
    const std::deque<Met>& before;  ///< up to kBefore of them, the oldest first
    std::uint64_t tag, other;
  };
  /// Gives a state behind pieces that filled the queues the form it has for whatever came before them. `open`: rows by
  /// bank in front of the last piece. Tags that are not its own become `other`.
  void fill(ChannelState& state, const Filled& filled, const std::vector<std::uint32_t>& open);
  /// Nothing waits and nothing that was issued is felt.
  bool quiet(const ChannelState& state) const {
    return state.node == kNone ? live_used_ == 0 && scratch_->quiet(live_.at) : nodes_[state.node].quiet;
  }
  /// A row is open.
  bool open(const ChannelState& state) const {
    return state.node == kNone ? scratch_->open() : nodes_[state.node].open;
  }
  std::size_t size() const { return nodes_.size(); }
  /// Forgets all but what these states need.
  void forget(const std::vector<ChannelState*>& keep);

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static constexpr std::size_t kMany = 1 << 13;  ///< steps that a run of a model may well need
  enum class What : std::uint8_t { take, pass, drain, refresh, take_to_be_filled };
  struct Node {
    std::vector<std::uint16_t> words;  ///< of its image, then the offers used
    std::vector<std::uint16_t> first_row;
    std::vector<std::uint32_t> writes, unanswered;  ///< these as in ChannelImage; the rest is the state's
    bool quiet, open;  ///< as DramChannel has it
    std::uint32_t next;    ///< of the same hash
    std::uint32_t recent;  ///< step from here; kNone: there is none
  };
  struct Key {
    std::uint32_t node, pattern, frame;  ///< frame: of the chunk, as the state numbers banks
    Tick gap, refresh;  ///< refresh: ticks to the one met; -1: none is
    Tick phase;         ///< of the command clock's edges
    What what;
    std::string known;  ///< by row of the chunk: its name in the state; where writes to it wait, which of them its bursts meet
    bool operator==(const Key&) const = default;
  };
  struct Step {
    Key key;
    std::uint32_t next;  ///< of the same hash
    std::uint32_t node;
    Tick duration;
    Tick refreshes;
    std::uint32_t frame;                 ///< to be XORed with the one before
    std::vector<std::uint16_t> rows;     ///< place in the rows before, then in the rows of the chunk
    std::vector<std::uint16_t> columns;  ///< place in the columns before, then in the bursts of the chunk
    std::vector<std::uint16_t> tags;     ///< place in the tags before; the one behind them is the chunk's
    std::vector<Finish> finished;     ///< tags as above, times relative
    std::vector<Finish> waiting;      ///< tags as above
    std::size_t waiting_writes;
    DramCounters counters;
  };

  /// What fill() makes of a state; banks XORed with the frame of the piece.
  struct FilledState {
    std::uint32_t node, frame;
    Tick phase;  ///< of the command clock's edges
    struct Row {
      std::uint32_t place, bank;  ///< place in the rows of the piece; kNone: what was open in the bank
    };
    std::vector<Row> rows;
    std::vector<std::uint32_t> columns;  ///< of writes that wait: place in the bursts of the piece; kNone: an older one
    std::vector<bool> own;  ///< by name of tag: of the piece
  };
  using FilledKey = std::array<std::uint64_t, 2 + 3 * kBefore>;
  struct FilledHash {
    std::size_t operator()(const FilledKey& key) const;
  };
  const FilledState& filled(const Filled& filled);
  FilledState work_out_filled(const Filled& filled);
  void all_open(const Filled& filled);
  /// Its key becomes key_. Null if it has not been worked out.
  const Step* known(const ChannelState& state, What what, Tick gap, const Chunk* chunk, std::uint32_t row);
  const Step& step(const ChannelState& state, What what, Tick gap, const Chunk* chunk, std::uint32_t row);
  const Step* find(const Key& key);
  const Step& work_out(const ChannelState& state, const Chunk* chunk, std::uint32_t row);
  Tick run(const Chunk* chunk, std::uint32_t row, std::uint32_t& used);
  void collect_finished(Step& step, Tick start) const;
  void collect_waiting(Step& step, const Chunk* chunk);
  /// Gives the step the state that scratch_ is in.
  void end_in(Step& step, const ChannelState& before, const Chunk* chunk, std::uint32_t row,
              std::uint32_t used, Tick end);
  void recognise(const ChannelState& state, const Chunk& chunk, std::uint32_t row);
  void recognise_writes(const ChannelState& state, const Chunk& chunk, std::uint32_t r, std::uint32_t place);
  void describe(Step& step, const ChannelState& before, const Chunk* chunk, std::uint32_t row) const;
  void describe_columns(Step& step, const ChannelState& before, const Chunk* chunk, std::uint32_t row) const;
  /// A transaction whose bursts have not all completed in an unnamed state.
  struct LiveTag {
    std::uint64_t number, tag;  ///< in the scratch channel, of the caller
    std::uint32_t left;
    std::size_t finish;  ///< its place in the result at hand
  };
  static constexpr unsigned kMisses = 4, kShort = 4, kLong = 64;  ///< steps
  void begin_unnamed(ChannelState& state);
  void take_unnamed(ChannelState& state, const Chunk& chunk, std::uint32_t row, std::uint64_t tag,
                    StepResult& result);
  void finish_unnamed(Tick shift, StepResult& result);
  void apply(const Step& step, ChannelState& state, const Chunk* chunk, std::uint32_t row, std::uint64_t tag, StepResult& result);
  void report(const Step& step, const ChannelState& state, std::uint64_t tag, StepResult& result) const;
  std::uint32_t intern(std::uint32_t used, bool quiet, bool open);
  std::uint32_t unpack(const Node& node);
  /// Puts scratch_ in the state, at live_.at, unless the last step left it there. Returns the offers used.
  std::uint32_t take_up(const ChannelState& state);
  bool is_live(const ChannelState& state) const;
  /// Of a transaction of scratch_: its place in live_.tags, or the one behind them.
  std::uint32_t place_of_tag(std::uint64_t tag) const;
  static std::uint64_t hash(const Key& key);

  const std::uint32_t per_tick_;
  const Tick refresh_interval_, edge_;
  const std::unique_ptr<DramChannel> scratch_;
  const bool usable_;
  ChannelImage image_;  ///< of scratch_
  /// What scratch_ is in, if it is known, with the numbers of transactions there.
  ChannelState live_;
  bool live_known_{false};
  std::uint32_t live_used_{0};
  std::uint64_t next_tag_{0};
  std::vector<LiveTag> live_tags_;
  unsigned misses_{0};                          ///< steps that were not known, since one was
  unsigned stretch_{kShort}, stretch_left_{0};  ///< steps until an unnamed state is named
  Key key_{};
  std::vector<Node> nodes_;
  std::vector<Step> steps_;
  std::unordered_map<std::uint64_t, std::uint32_t> node_of_, step_of_;
  std::vector<std::uint32_t> next_rows_, next_columns_;  ///< scratch of apply(), like the next one
  std::vector<std::uint64_t> next_tags_;
  std::vector<std::uint32_t> left_;  ///< scratch of collect_waiting(): by place of tag
  std::unordered_map<FilledKey, FilledState, FilledHash> filled_;
  ChannelImage all_open_;  ///< at rest, a row open in every bank; empty until it is needed
};

}  // namespace presil::memory
