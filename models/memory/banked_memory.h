// banked_memory.h -- DRAM with banks, rows, refresh and a controller behind the TLM socket.
//
// Two paths, chosen per transaction by its length:
//   short (fewer than kStream bursts)  burst by burst through the schedulers of dram_channel.h, each channel advanced
//                                      from event to event. A channel is simulated up to the present when something
//                                      arrives and every CL ticks while it is busy: data comes CL after RD, so no
//                                      completion is found too late, and the kernel sees one event per CL, not one per
//                                      command.
//   long                               occupies its channels for the times of stream_times.h, in order of arrival;
//                                      nothing is simulated per burst.
// Handover: a channel serves long transactions in order of arrival; a short one that arrives meanwhile joins the
// scheduler's queue when the long one ends; a long one starts when those of the channel before it have ended and after
// the bus time of the short bursts still queued. Bytes and order are exact at the boundary; the rows the one path left
// open are not seen by the other, which starts from its own state.
//
// Contract: models/api/memory.h; protocol, back-pressure and errors as channel_memory.h. The controller and PHY add
// read_latency or write_latency less the ACT, RD and data time that the banks take themselves. A write completes when
// its controller takes responsibility for it, found at most CL late.
// After reset(): banks closed, queues empty, refresh at phase 0 of that instant.
// Not modelled: reordering between a long and a short transaction of one channel.
#pragma once

#include <deque>
#include <memory>
#include <unordered_map>

#include "models/memory/channel_memory.h"
#include "models/memory/stream_times.h"

namespace presil::memory {

class BankedMemory : public ChannelMemory {
 public:
  static constexpr std::uint64_t kStream = 256;  ///< bursts

  BankedMemory(sc_core::sc_module_name name, const MemoryConfig& config);
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
  void collect(Channel& channel);
  void poll(std::uint64_t channel);
  void schedule(std::uint64_t channel);
  void finish_pending(std::uint64_t slot);
  void count(const Payload& payload, double bursts);

  Tick tick_of(sc_core::sc_time t) const;
  sc_core::sc_time time_of(Tick t) const;

  StreamTable streams_;
  const MemoryConfig memory_;
  sc_core::sc_time epoch_, extra_read_, extra_write_;
  std::vector<Channel> channels_;
  std::vector<Pending> pending_;
  std::vector<std::uint64_t> free_slots_;
  sc_core::sc_event finished_{"finished"};
  api::MemoryCounters bank_counters_;  ///< of long transactions
};

}  // namespace presil::memory
