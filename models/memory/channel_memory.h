// channel_memory.h -- DRAM at transaction level: every channel a FIFO server, no banks.
//
// A transaction puts n_c bursts into channel c (channel_split.h). With t = burst / channel_bandwidth and
// f = 1 - tRFC / tREFI it ends at
//     max over touched c of (max(accepted, free_c) + n_c t / f) + latency,    and free_c moves to the end of its bursts.
// FIFO queueing is exact without events per channel: one agenda entry for each transaction. Latency is pipelined.
//
// Refresh is the factor f, not a window in which the channel stands still: the average is the same, and unlike
// windows it makes time independent of the phase, so that no stream, however short, beats sustained_bytes_per_s()
// and no first access of a program pays a whole tRFC.
//
// Contract: models/api/memory.h. TLM-2.0 base protocol, request and response exclusion kept; at most queue_depth
// transactions are held, the next one waits with its END_REQ withheld. Counters are charged on acceptance.
// An access outside the capacity ends in TLM_ADDRESS_ERROR_RESPONSE, a RowRun that contradicts the payload's
// length in TLM_BURST_ERROR_RESPONSE; neither takes time nor counts.
//
// Not modelled: banks, rows and their activation, read-write turnaround, reordering; data (reads leave the
// payload's buffer as it is, transport_dbg answers 0, there is no DMI).
#pragma once

#include <deque>
#include <unordered_map>
#include <vector>

#include "models/api/memory.h"
#include "models/memory/channel_split.h"
#include "models/memory/memory_config.h"
#include "sim/kernel/agenda.h"

namespace presil::memory {

class ChannelMemory : public sc_core::sc_module, public api::Memory, protected tlm::tlm_fw_transport_if<> {
 public:
  ChannelMemory(sc_core::sc_module_name name, const MemoryConfig& config);

  tlm::tlm_target_socket<>& socket() override { return socket_; }
  double capacity_bytes() const override { return capacity(config_).value; }
  double peak_bytes_per_s() const override { return peak(config_).value; }
  double sustained_bytes_per_s() const override { return sustained(config_).value; }
  api::MemoryCounters counters() const override;
  /// Also restarts the counters, so that a program's totals do not depend on what ran before it.
  void reset() override;
  void attach(kernel::Trace* trace) override;

 protected:
  using Payload = tlm::tlm_generic_payload;

  tlm::tlm_sync_enum nb_transport_fw(Payload& payload, tlm::tlm_phase& phase, sc_core::sc_time& delay) override;
  void b_transport(Payload& payload, sc_core::sc_time& delay) override;
  unsigned transport_dbg(Payload&) override { return 0; }
  bool get_direct_mem_ptr(Payload&, tlm::tlm_dmi&) override { return false; }

  bool room() const { return held_ < config_.queue_depth; }
  void arrive(std::uint64_t payload);   ///< a request whose annotated delay is over
  void accept(Payload& payload, sc_core::sc_time offered);
  /// Begins an accepted transaction that is in order; sees to it that complete() is called at its end.
  virtual void start(Payload& payload, sc_core::sc_time offered);
  void complete(std::uint64_t payload);
  /// What a completed transaction moved, and when; only while somebody listens.
  virtual void tell(const Payload& payload, sc_core::sc_time accepted);
  void send_responses();
  void finish(std::uint64_t payload);   ///< END_RESP: gives the place to whoever waits for it
  void release_place();
  void accept_offered();

  tlm::tlm_response_status check(const Payload& payload) const;
  /// Reserves the channels and charges the counters; returns when the transaction ends.
  sc_core::sc_time serve(const Payload& payload, sc_core::sc_time offered);
  sc_core::sc_time transfer_time(std::uint64_t bursts) const;

  const MemoryConfig config_;
  const AddressMap map_;
  const double burst_seconds_;  ///< of one channel, refresh included
  tlm::tlm_target_socket<> socket_{"socket"};
  kernel::Agenda agenda_{"agenda"};
  sc_core::sc_event place_free_{"place_free"};

  std::vector<sc_core::sc_time> free_at_;   ///< by channel
  std::vector<std::uint64_t> bursts_;       ///< by channel; scratch of serve()
  std::uint32_t held_{0};                   ///< accepted, not yet finished
  Payload* offered_{nullptr};               ///< BEGIN_REQ received, END_REQ withheld
  sc_core::sc_time offered_at_;
  bool request_open_{false};                ///< BEGIN_REQ received, END_REQ not yet sent
  bool response_open_{false};               ///< BEGIN_RESP sent, END_RESP not yet received
  std::deque<Payload*> responses_;          ///< completed, BEGIN_RESP not yet sent
  api::MemoryCounters counters_;            ///< busy_s is left 0: it follows from bytes_moved
  kernel::Probe transactions_, channels_busy_;
  std::unordered_map<std::uint64_t, sc_core::sc_time> accepted_;  ///< by payload, of those that are told of
};

}  // namespace presil::memory
