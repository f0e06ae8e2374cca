// banked_memory.h -- DRAM with banks, rows, refresh and a controller behind the TLM socket.
//
// Two paths, chosen per transaction by its length:
//   short (fewer than kStream bursts)  burst by burst through the schedulers of dram_channel.h, each channel advanced
//                                      from event to event. A channel is simulated up to the present when something
//                                      arrives and every CL ticks while it is busy: data comes CL after RD, so no
//                                      completion is found too late, and the kernel sees one event per CL, not one per
//                                      command.
//   long                               occupies its channels for the times of stream_times.h, in order of arrival, plus
//                                      the refreshes that fall into them; nothing is simulated per burst.
// Handover: a channel serves bursts in order of arrival. What is offered later cannot change what its controller has
// taken before, so a channel may be simulated ahead of the kernel:
//   long behind short   the channel runs ahead until its controller has taken the short bursts; the long run follows
//                       behind the bus time of those it holds.
//   short behind long   the last bursts of the run (a queue's depth while it lasts, kClosing after its end) are given
//                       to the controller at the tick at which they start, refreshes counted; the short one queues
//                       behind them and meets their rows.
// Against the same memory with every burst through the controller (banked_handover_test.cpp states the tolerance).
//
// Contract: models/api/memory.h; protocol, back-pressure and errors as channel_memory.h. The controller and PHY add
// read_latency or write_latency less the ACT, RD and data time that the banks take themselves. A write completes when
// its controller takes responsibility for it, found at most CL late.
// After reset(): banks closed, queues empty, refresh at phase 0 of that instant.
// Not modelled: what short bursts that arrive at the end of a long run change in its completion; rows open at the start
// of a long run; rows that a long run left in banks which its last bursts do not use.
#pragma once

#include <deque>
#include <memory>
#include <unordered_map>

#include "models/memory/channel_memory.h"
#include "models/memory/stream_times.h"

namespace presil::memory {

class BankedMemory : public ChannelMemory {
 public:
  static constexpr std::uint64_t kStream = 32;  ///< bursts
  static constexpr std::uint64_t kNoStreams = UINT64_MAX;
  static constexpr std::size_t kClosing = 16;    ///< bursts

  /// `stream`: transactions of so many bursts are long; kNoStreams sends every burst through the controller.
  BankedMemory(sc_core::sc_module_name name, const MemoryConfig& config, std::uint64_t stream = kStream);
  api::MemoryCounters counters() const override;
  void reset() override;

 private:
  struct Waiting {
    Access access;
    Tick available;
  };
  struct Channel {
    std::unique_ptr<DramChannel> dram;
    std::deque<Waiting> fifo;
    std::uint64_t unfinished{0};  ///< bursts in fifo or controller
    sc_core::sc_time free_at;     ///< end of the long transactions
    sc_core::sc_time refresh_at;  ///< next refresh that long transactions have not met
    std::uint64_t run{0};         ///< number of the last long transaction whose bursts the controller has not seen
    Tick now{0};                  ///< simulated up to here
    bool scheduled{false};
  };
  struct Pending {
    Payload* payload;
    std::uint64_t bursts;
    sc_core::sc_time last;
    bool finished{false};
    bool blocking{false};
  };

  void b_transport(Payload& payload, sc_core::sc_time& delay) override;
  void start(Payload& payload, sc_core::sc_time offered) override;
  void begin(Payload& payload, bool blocking);
  void start_long(Pending& pending, std::uint64_t slot, const Run& run);
  void start_short(Pending& pending, std::uint64_t slot, const Run& run);
  void advance(Channel& channel, Tick until);
  /// Until the controller has taken everything in the FIFO.
  void run_ahead(Channel& channel);
  void step(Channel& channel, Tick until);
  sc_core::sc_time with_refreshes(Channel& channel, sc_core::sc_time from, sc_core::sc_time busy, bool write);
  void hand_over(std::uint32_t c);
  void collect(Channel& channel);
  void poll(std::uint64_t channel);
  void schedule(std::uint64_t channel);
  void finish_pending(std::uint64_t slot);
  void count(const Payload& payload, double bursts);

  Tick tick_of(sc_core::sc_time t) const;
  sc_core::sc_time time_of(Tick t) const;

  struct Long {
    Run run;
    bool write;
    double bursts, row_hits, activates;
    std::uint64_t number;
  };
  static constexpr std::uint64_t kNobody = UINT64_MAX;  ///< tag of bursts whose transaction is already accounted for

  StreamTable streams_;
  const std::uint64_t stream_;
  std::deque<Long> runs_;            ///< the last long transactions, by number
  std::uint64_t run_count_{0};
  sc_core::sc_time refresh_interval_;
  const MemoryConfig memory_;
  sc_core::sc_time epoch_, extra_read_, extra_write_;
  std::vector<Channel> channels_;
  std::vector<Pending> pending_;
  std::vector<std::uint64_t> free_slots_;
  sc_core::sc_event finished_{"finished"};
  api::MemoryCounters bank_counters_;  ///< of long transactions
};

}  // namespace presil::memory
