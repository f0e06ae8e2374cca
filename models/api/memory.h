// memory.h -- the memory side: a TLM-2.0 base-protocol target whose payload may describe a run of rows.
#pragma once

#include <cstdint>

#include <tlm>

#include "sim/kernel/trace.h"

namespace presil::api {

/// A regular run of rows, so that one transaction stands for thousands of bursts: row i covers
/// [base + i * stride, base + i * stride + row_bytes). The generic payload's address is `base`, its data_length
/// rows * row_bytes (below 4 GiB), its data pointer null: presil moves no values through memory.
/// A target that does not know the extension treats the payload as one contiguous access.
struct RowRun : tlm::tlm_extension<RowRun> {
  std::uint64_t rows{1};
  std::uint64_t row_bytes{};
  std::uint64_t stride{};
  tlm::tlm_extension_base* clone() const override { return new RowRun(*this); }
  void copy_from(const tlm::tlm_extension_base& other) override { *this = static_cast<const RowRun&>(other); }
};

/// Recycles generic payloads and their RowRun; a payload comes back when its last reference is released.
class PayloadPool : public tlm::tlm_mm_interface {
 public:
  ~PayloadPool() override;
  /// A payload with one reference and a RowRun attached.
  tlm::tlm_generic_payload* acquire();
  void free(tlm::tlm_generic_payload* payload) override;

 private:
  std::vector<tlm::tlm_generic_payload*> idle_;
};

/// Monotonic totals of one memory device.
struct MemoryCounters {
  double transactions{};
  double bytes_read{};        ///< asked for
  double bytes_written{};     ///< asked for
  double bytes_moved{};       ///< on the data pins: whole bursts
  double busy_s{};            ///< data-bus occupancy, averaged over channels
  double queue_wait_s{};      ///< time transactions waited for a busy channel, summed
  double row_hits{};          ///< bursts whose row was open; 0 from models without banks
  double activates{};         ///< ACT commands; 0 from models without banks
  double refreshes{};         ///< REF commands; 0 from models without banks

  MemoryCounters& add(const MemoryCounters& more, double times = 1) {
    transactions += times * more.transactions;
    bytes_read += times * more.bytes_read;
    bytes_written += times * more.bytes_written;
    bytes_moved += times * more.bytes_moved;
    busy_s += times * more.busy_s;
    queue_wait_s += times * more.queue_wait_s;
    row_hits += times * more.row_hits;
    activates += times * more.activates;
    refreshes += times * more.refreshes;
    return *this;
  }
  /// What was counted after `before`, an earlier reading of the same counters.
  MemoryCounters since(const MemoryCounters& before) const { return MemoryCounters(*this).add(before, -1); }
};

/// What the rest of presil needs of a memory beside its TLM socket.
///
/// Timed contract (non-blocking, base protocol): BEGIN_REQ offers a transaction; END_REQ accepts it and may be
/// withheld as back-pressure; BEGIN_RESP comes when the last byte has been read (or the write has been taken);
/// the initiator answers END_RESP at once. Transactions may complete out of order. b_transport may wait.
class Memory {
 public:
  virtual ~Memory() = default;
  virtual tlm::tlm_target_socket<>& socket() = 0;
  virtual double capacity_bytes() const = 0;
  virtual double peak_bytes_per_s() const = 0;       ///< all pins
  virtual double sustained_bytes_per_s() const = 0;  ///< peak less refresh: a bound no stream beats
  virtual MemoryCounters counters() const = 0;
  /// Canonical state: queues empty, banks closed, refresh at phase 0, counters at 0. Only between programs.
  virtual void reset() = 0;
  /// Tells `trace` of its work from now on; null: nobody. Models that have nothing to say need not override it.
  virtual void attach(kernel::Trace*) {}
};

}  // namespace presil::api
