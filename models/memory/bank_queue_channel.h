// bank_queue_channel.h -- a controller with one command queue per bank, as in DRAMsim3 (Li et al., IEEE CAL 2020).
//
// Transactions wait in a read queue and a write buffer. Each tick, after command issue, one moves to its bank's
// queue: the oldest whose bank queue has room, of the reads, or of the writes while draining. Draining starts when
// the write buffer is full, or holds more than drain_idle and every bank queue is empty; it lasts until as many writes
// have moved as there were. A write of an address with a read pending ends it, and a read moves instead.
// Each tick one command issues: bank queues round robin after the one served last, in each the oldest entry whose next
// command is ready. A second one follows only if the next ready command met is for the other bus. PRE only for the
// head of a queue, and only if no entry hits the open row or hit_cap columns were served since its ACT. A write waits
// for older reads of its row and column.
// Refresh: every tREFI, all banks of the channel: open rows are closed as they become ready, then REFab; nothing else
// issues from the tick in which it falls due.
// Reads of one address merge; a read of an unissued write completes in a tick; a write of one is dropped. Writes
// complete one tick after acceptance.
// row_hits: column commands that are not the first after their ACT.
//
// Contract: one pseudo-channel, all-bank refresh, open pages.
#pragma once

#include <deque>
#include <unordered_map>

#include "models/memory/dram_channel.h"

namespace presil::memory {

class BankQueueChannel : public DramChannel {
 public:
  explicit BankQueueChannel(const DramSpec& spec);
  bool accept(const Access& access, Tick now) override;
  void step(Tick now) override;
  std::size_t waiting() const override { return reads_.size() + writes_.size() + queued_; }
  std::size_t waiting_writes() const override { return writes_.size(); }
  Tick pass_refreshes(Tick to) override;

 private:
  struct Entry {
    Access access;
    Tick arrived;
  };
  struct Choice {
    Tick at{kNever};
    std::size_t queue{0}, index{0};
    Command command{Command::activate};
  };
  static std::uint64_t key(const Access& a) {
    return (std::uint64_t{a.row} << 32) | (std::uint64_t{a.bank} << 20) | a.column;
  }
  /// The first ready command of a bank queue; otherwise `at` is the earliest any becomes ready.
  Choice examine(std::size_t queue, Tick now) const;
  bool may_precharge(std::size_t queue, std::size_t index) const;
  /// Round robin from the queue after the last one served.
  Choice next_ready(Tick now);
  void perform(const Choice& choice, Tick now);
  void complete_reads(const Entry& entry, Tick now);
  bool refresh(Tick now);
  bool move(Tick now);
  bool drained() const { return draining_ == 0 && queued_ == 0; }

  std::vector<Entry> reads_, writes_;          ///< oldest first
  std::vector<std::vector<Entry>> queues_;     ///< by bank
  std::vector<Tick> bound_;                    ///< by bank: nothing is ready sooner
  std::size_t queued_{0}, last_queue_{0}, draining_{0};
  bool refreshing_{false};
  Tick next_refresh_;
  std::unordered_map<std::uint64_t, std::vector<Entry>> pending_reads_;
  std::unordered_map<std::uint64_t, int> pending_writes_;
};

}  // namespace presil::memory
