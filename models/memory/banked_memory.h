// banked_memory.h -- DRAM with banks, rows, refresh and a controller behind the TLM socket.
//
// Every channel has a FIFO in front of its controller (dram_channel.h). Requests are cut into bursts, in order of address,
// and stand in it from the tick after their arrival; per tick the channel takes up to offers_per_tick of them. What
// arrives later cannot change what a controller does before its FIFO is empty, so a channel may run ahead of the kernel.
// A channel is in one of two forms, between which it changes without loss:
//   bursts   short transactions: its scheduler goes from event to event; simulated up to the present when something
//            arrives, and every few ticks while it is busy, so that no completion is found too late
//   stream   transactions whose rows put several bursts into every channel: a ChannelState that goes from chunk to chunk
//            (channel_steps.h). Channels in the same state are one. It stands where its FIFO became empty; what still
//            waits there completes as if nothing else came, until something does
// Both give the same completions and the same commands (banked_handover_test.cpp): the second one remembers the first.
//
// Contract: models/api/memory.h; protocol, back-pressure and errors as channel_memory.h. The controller and PHY add
// read_latency or write_latency less the ACT, RD and data time that the banks take themselves. A write completes when
// its controller takes responsibility for it. queue_wait_s: until the channels of a stream had taken what came before.
// After reset(): banks closed, queues empty, refresh at phase 0 of that instant.
#pragma once

#include "models/memory/burst_channel.h"
#include "models/memory/channel_memory.h"
#include "models/memory/channel_steps.h"

namespace presil::memory {

class BankedMemory : public ChannelMemory {
 public:
  /// Bursts which a row of a stream puts into a channel, on average, or more.
  static constexpr std::uint64_t kStream = 4;
  static constexpr std::uint64_t kNoStreams = UINT64_MAX / 4096;

  /// kNoStreams: every burst goes through its scheduler.
  BankedMemory(sc_core::sc_module_name name, const MemoryConfig& config, std::uint64_t stream = kStream);
  api::MemoryCounters counters() const override;
  /// Of all channels up to now; channels that ran ahead have counted more. read_ticks is left 0.
  DramCounters commands() const;
  void reset() override;
  void attach(kernel::Trace* trace) override;

 private:
  static constexpr std::size_t kMostStates = 1 << 15;      ///< of steps_, a few KiB each
  static constexpr std::uint32_t kBursts = UINT32_MAX;  ///< no state: the channel is simulated burst by burst
  struct Channel {
    BurstChannel bursts;
    std::uint64_t unfinished{0};    ///< of the bursts in it
    std::uint32_t state{kBursts};   ///< of a stream, in states_
    bool scheduled{false};
  };
  struct Shared {
    ChannelState state;
    std::uint32_t channels{0};
  };
  struct Pending {
    Payload* payload{nullptr};
    std::uint64_t bursts{0};        ///< of which no completion is known for certain
    std::uint64_t total{0};
    Tick last{0};                   ///< of the others
    std::uint64_t expected{0};      ///< of `bursts`, those of streams that stand still: they complete, if nothing else
    Tick expected_last{0};          ///< arrives, no later than this
    bool blocking{false};
    bool streamed{false};           ///< some of its bursts were in a stream
    bool answered{false};           ///< its completion is known
    bool finished{false};
  };
  struct Group {
    std::uint32_t state, channels;  ///< before, then behind it
    const Chunk* chunk;
  };

  void b_transport(Payload& payload, sc_core::sc_time& delay) override;
  void start(Payload& payload, sc_core::sc_time offered) override;
  /// Work as a server of all channels does it that answers in this order: since the last answer, or since it came.
  void tell(const Payload& payload, sc_core::sc_time accepted) override;
  std::uint64_t begin(Payload& payload, bool blocking);
  void answer(std::uint64_t slot, Tick last);
  void finish_pending(std::uint64_t slot);

  void start_bursts(std::uint64_t slot, const Run& run, bool write);
  void start_chunks(std::uint64_t slot, const Run& run, bool write);
  void completed(std::uint64_t slot, std::uint64_t bursts, Tick last);
  void collect(Channel& channel);
  void poll(std::uint64_t channel);
  void schedule(std::uint64_t channel);

  // banked_streams.cpp
  bool is_stream(const Run& run) const;
  void start_stream(std::uint64_t slot, const Run& run, bool write);
  void take(const RunPieces::Placed& placed, std::uint64_t slot);
  void group(const RunPieces::Piece& piece);
  void advance(Group& group, std::uint32_t row, std::uint64_t slot);
  void to_stream(Channel& channel);
  void to_bursts(Channel& channel);
  std::uint32_t new_state(ChannelState state, std::uint32_t channels);
  void leave_state(std::uint32_t state, std::uint32_t channels);
  void watch_at(Tick t);
  void watch(std::uint64_t);
  void expect(Tick now, Tick& next);

  Tick now() const { return tick_of(sc_core::sc_time_stamp()); }
  Tick tick_of(sc_core::sc_time t) const;
  sc_core::sc_time time_of(Tick t) const;

  RunPieces pieces_;
  mutable ChannelSteps steps_;     ///< remembers
  const std::uint64_t stream_;
  const MemoryConfig memory_;
  sc_core::sc_time epoch_, extra_read_, extra_write_;
  Tick poll_interval_;
  mutable std::vector<Channel> channels_;  ///< lazy
  std::vector<Shared> states_;
  ChannelState first_;  ///< after reset()
  std::vector<std::uint32_t> free_states_;
  std::vector<Group> groups_;           ///< scratch of take()
  std::vector<std::uint32_t> group_of_; ///< scratch: by channel
  StepResult result_;                   ///< scratch
  DramCounters counters_before_;  ///< of streams, and of bursts in channels that have become streams since
  Tick watching_{kNever};               ///< tick of the next call of watch()
  std::vector<Pending> pending_;
  std::vector<std::uint64_t> free_slots_;
  sc_core::sc_event finished_{"finished"};
  sc_core::sc_time told_;               ///< until when tell() has told of work
};

}  // namespace presil::memory
