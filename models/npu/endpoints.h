// endpoints.h -- what sits at the far ends of the on-chip network: DRAM, shared SRAM, the host link.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "models/api/memory.h"
#include "models/api/network.h"
#include "models/api/program.h"
#include "sim/kernel/agenda.h"

namespace presil::npu {

/// One chunk of a DMA transfer on its way.
struct Access {
  api::Transfer piece;  ///< at most one DMA chunk
  bool write{};
  api::NodeId requester{};
  kernel::Callback done;
};

/// A place that data comes from and goes to. Contract: `done` is called when a read's last byte has reached the
/// requester, or when a write has been taken and its acknowledgement has come back.
class Endpoint {
 public:
  virtual ~Endpoint() = default;
  virtual void access(const Access& access) = 0;
  virtual void reset() = 0;
};

/// Control messages (requests, acknowledgements) are this long. [assumed] one 32-byte flit.
inline constexpr std::uint64_t kControlBytes = 32;

/// Keeps the accesses under way in numbered slots, so that callbacks carry a slot and nothing is allocated.
class AccessTable {
 public:
  std::uint64_t add(const Access& access);
  Access& operator[](std::uint64_t slot) { return slots_[slot]; }
  Access take(std::uint64_t slot);

 private:
  std::vector<Access> slots_;
  std::vector<std::uint64_t> free_;
};

/// The memory's node on the network: turns messages into TLM transactions and back.
/// Back-pressure: while the target withholds END_REQ, later requests wait here in order.
class MemoryNode : public sc_core::sc_module, public Endpoint {
 public:
  MemoryNode(sc_core::sc_module_name name, api::Network& network, std::vector<api::NodeId> ports, double interleave);

  tlm::tlm_initiator_socket<> socket{"socket"};

  void access(const Access& access) override;
  void reset() override {}
  /// Tells how many requests wait for the memory to take them.
  void attach(const kernel::Probe& probe) { probe_ = probe; }

 private:
  struct Port : tlm::tlm_bw_transport_if<> {
    MemoryNode* node{};
    tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& p, tlm::tlm_phase& phase, sc_core::sc_time& t) override;
    void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override {}
  };
  void arrived(std::uint64_t slot);   ///< request (or write data) is at the memory
  void issue();                       ///< offers the oldest waiting request
  void completed(std::uint64_t slot); ///< memory has answered
  api::NodeId port_of(std::uint64_t address) const;

  api::Network& network_;
  const std::vector<api::NodeId> ports_;
  const double interleave_;
  kernel::Agenda agenda_{"agenda"};
  Port port_;
  api::PayloadPool pool_;
  AccessTable table_;
  std::deque<std::uint64_t> waiting_;
  bool request_pending_{false};             ///< BEGIN_REQ sent, END_REQ not yet seen
  kernel::Probe probe_;
};

/// Shared SRAM or the host link: one server with a rate and a latency, in arrival order. `separate` directions
/// (a full-duplex host link) serve reads and writes side by side.
class ServerNode : public sc_core::sc_module, public Endpoint {
 public:
  ServerNode(sc_core::sc_module_name name, api::Network& network, api::NodeId node, BytesPerSecond rate,
             Seconds latency, bool separate_directions);

  void access(const Access& access) override;
  void reset() override;
  double busy_s() const { return kernel::to_seconds(busy_).value; }
  /// Tells of the server, or of one for reads and one for writes where directions are separate.
  void attach(kernel::Trace* trace, kernel::Resource resource, const std::string& group);

 private:
  void arrived(std::uint64_t slot);
  void served(std::uint64_t slot);

  api::Network& network_;
  const api::NodeId node_;
  const BytesPerSecond rate_;
  const sc_core::sc_time latency_;
  const bool separate_directions_;
  kernel::Agenda agenda_{"agenda"};
  AccessTable table_;
  sc_core::sc_time free_[2];
  kernel::Probe probes_[2];
  sc_core::sc_time busy_;
};

}  // namespace presil::npu
