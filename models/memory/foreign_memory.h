// foreign_memory.h -- a TLM-2.0 memory that is not presil's, behind presil's memory socket.
//
// Splits every run of rows into bursts of `burst` bytes, in address order, and carries each out by a blocking
// transport call on `out`. `outstanding` threads work on different transactions, so that the foreign memory sees that
// many bursts at a time. A transaction ends when its last burst has returned.
//
// Contract towards presil: models/api/memory.h; protocol, back-pressure, errors and bounds as channel_memory.h, from
// the configuration given. Towards the foreign memory: b_transport from an SC_THREAD, one payload per burst with a
// data buffer of `burst` bytes, no extensions, no DMI. An error response of a burst becomes the transaction's.
// Not modelled: order between threads is that in which the kernel wakes them.
#pragma once

#include <deque>

#include "models/memory/channel_memory.h"

namespace presil::memory {

class ForeignMemory : public ChannelMemory {
 public:
  ForeignMemory(sc_core::sc_module_name name, const MemoryConfig& config, std::uint32_t outstanding);
  /// Bind to the foreign memory's target socket.
  tlm::tlm_initiator_socket<> out{"out"};

 private:
  /// The foreign memory calls none of these: blocking transport has no backward path.
  struct Backward : tlm::tlm_bw_transport_if<> {
    tlm::tlm_sync_enum nb_transport_bw(Payload&, tlm::tlm_phase&, sc_core::sc_time&) override { return tlm::TLM_ACCEPTED; }
    void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override {}
  };
  void start(Payload& payload, sc_core::sc_time offered) override;
  void b_transport(Payload& payload, sc_core::sc_time& delay) override;
  void work();
  /// Waits until the foreign memory has answered every burst.
  void carry_out(Payload& payload);

  Backward backward_;
  std::deque<Payload*> waiting_;
  sc_core::sc_event work_{"work"};
};

}  // namespace presil::memory
