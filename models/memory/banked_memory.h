// banked_memory.h -- DRAM with banks, rows, refresh and a controller behind the TLM socket: every burst goes through the
// controller of its channel. Two further classes take long runs of rows as streams: streamed_memory.h by what their pieces
// cost, remembered_memory.h by steps of the controller worked out before.
//
// Every channel has a FIFO in front of its controller (dram_channel.h). Requests are cut into bursts, in order of address,
// and stand in it from the tick after their arrival; per tick the channel takes up to offers_per_tick of them. What
// arrives later cannot change what a controller does before its FIFO is empty, so a channel may run ahead of the kernel.
// A scheduler goes from event to event: up to the present when something arrives, and every few ticks while it is busy, so
// that no completion is found too late.
//
// Contract: models/api/memory.h; protocol, back-pressure and errors as channel_memory.h. The controller and PHY add
// read_latency or write_latency less the ACT, RD and data time that the banks take themselves. A write is answered when
// its controller has taken the last of its bursts: it waits there for its WR. queue_wait_s: left 0 here.
// After reset(): banks closed, queues empty, refresh at phase 0 of that instant.
#pragma once

#include "models/memory/burst_channel.h"
#include "models/memory/channel_memory.h"

namespace presil::memory {

class BankedMemory : public ChannelMemory {
 public:
  /// Bursts which a row of a stream puts into a channel, on average, or more.
  static constexpr std::uint64_t kStream = 1;

  BankedMemory(sc_core::sc_module_name name, const MemoryConfig& config);
  api::MemoryCounters counters() const override;
  /// Of all channels up to now; channels that ran ahead have counted more. read_ticks is left 0.
  virtual DramCounters commands() const;
  void reset() override;
  void attach(kernel::Trace* trace) override;

 protected:
  static constexpr std::uint64_t kNoTag = UINT64_MAX;   ///< a burst that no transaction waits for
  static constexpr std::uint32_t kBursts = UINT32_MAX;  ///< no stream: the channel is simulated burst by burst
  struct Channel {
    BurstChannel bursts;
    std::uint64_t unfinished{0};    ///< of the bursts in it
    std::uint32_t state{kBursts};   ///< of a stream, as the class that knows streams numbers them
    bool scheduled{false};
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

  /// Takes the run as a stream, with its bursts in pending_[slot]; false: burst by burst.
  virtual bool stream(std::uint64_t /*slot*/, const Run&, bool /*write*/) { return false; }
  /// Takes a short run, with its bursts in pending_[slot]; false: burst by burst.
  virtual bool brief(std::uint64_t /*slot*/, const Run&, bool /*write*/) { return false; }
  /// The channel's stream stands still or is queued: from here on burst by burst.
  virtual void leave_stream(std::uint32_t /*channel*/) {}
  /// Bursts that were in a stream have completed burst by burst.
  virtual void streamed_completed() {}

  void answer(std::uint64_t slot, Tick last);
  void completed(std::uint64_t slot, std::uint64_t bursts, Tick last);
  void collect(Channel& channel);
  bool long_rows(const Run& run) const { return run.row_bytes / pieces_.burst() / pieces_.channels() >= kStream; }

  Tick now() const { return tick_of(sc_core::sc_time_stamp()); }
  sc_core::sc_time time_of(Tick t) const;

  RunPieces pieces_;
  const MemoryConfig memory_;
  mutable std::vector<Channel> channels_;  ///< lazy
  std::vector<Pending> pending_;
  DramCounters counters_before_;  ///< of streams, and of bursts in channels that have become streams since

 private:
  void b_transport(Payload& payload, sc_core::sc_time& delay) override;
  void start(Payload& payload, sc_core::sc_time offered) override;
  /// Work as a server of all channels does it that answers in this order: since the last answer, or since it came.
  void tell(const Payload& payload, sc_core::sc_time accepted) override;
  std::uint64_t begin(Payload& payload, bool blocking);
  void finish_pending(std::uint64_t slot);
  void start_bursts(std::uint64_t slot, const Run& run, bool write);
  void start_chunks(std::uint64_t slot, const Run& run, bool write);
  void poll(std::uint64_t channel);
  void schedule(std::uint64_t channel);
  Tick tick_of(sc_core::sc_time t) const;

  sc_core::sc_time epoch_, extra_read_, extra_write_;
  Tick poll_interval_;
  std::vector<std::uint64_t> free_slots_;
  sc_core::sc_event finished_{"finished"};
  sc_core::sc_time told_;               ///< until when tell() has told of work
};

}  // namespace presil::memory
