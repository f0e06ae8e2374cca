// shared_queue_channel.h -- FR-FCFS over one read and one write queue per channel, as in Ramulator 2's HBM controllers.
//
// Each tick the column bus is served first, then the row bus, at most one command each.
//   column: the oldest ready entry of the active buffer (ACT done, RD or WR due, one per bank); else, while no refresh
//           waits, the oldest ready row hit of the queue being served.
//   row:    the head of the refresh queue; if that is empty, the oldest ready ACT or PRE of the queue being served.
//   An entry leaves its queue, and frees its place, with its ACT (to the active buffer) or, as a row hit, with its RD
//   or WR. No PRE of a bank whose active entry is due, nor while the same queue holds a hit as old as or older than
//   the entry that wants it. With hit_cap, a row that has served that many columns gives way to an older miss.
//   Write mode starts when the write queue holds more than drain_high or no read waits, and ends when it holds less
//   than drain_low and a read waits. Evaluated at every slot.
// Refresh: every tREFI one REFab per pseudo-channel, in order; while one waits no new row or hit is served. Per-bank:
// every tREFI / banks one REFpb, round robin; only its bank waits.
// A read of an address in the write queue completes in the next tick; a write to one is absorbed.
// row_hits: transactions whose row was open when the first command was issued for them.
//
// Speed: per queue and bank a lower bound of the next column and row command is kept. Other banks' commands can only
// raise the true time, so a bank is looked at again only when its bound is due or its own entries or row change, and
// only when its pseudo-channel lets a command of that kind through at all.
#pragma once

#include <deque>

#include "models/memory/dram_channel.h"

namespace presil::memory {

class SharedQueueChannel : public DramChannel {
 public:
  explicit SharedQueueChannel(const DramSpec& spec);
  bool accept(const Access& access, Tick now) override;
  void step(Tick now) override;
  bool idle() const override { return reads_.size + writes_.size + active_count_ == 0; }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  struct Entry {
    Access access;
    Tick arrived;
    std::uint64_t order;
    std::uint32_t next;  ///< in its bank's list
    bool missed;         ///< an ACT or PRE was issued for it
  };
  struct BankList {
    std::uint32_t head{kNone}, tail{kNone};
  };
  struct Queue {
    std::uint32_t size{0};
    std::vector<BankList> banks;
    std::vector<Tick> column, row;      ///< lower bounds; kNever: no candidate
    std::vector<std::uint64_t> waiting; ///< bit per bank with entries
  };
  struct Candidate {
    Tick at{kNever};
    std::uint32_t entry{kNone};
    Command command{Command::activate};
  };

  bool absorbed(const Access& access, Tick now);
  void push(Queue& queue, const Access& access, Tick now);
  void remove(Queue& queue, std::uint32_t bank, std::uint32_t entry);
  bool write_mode_next() const;
  void pass_slots(Tick until);
  Queue& served() { return write_mode_ ? writes_ : reads_; }

  Candidate column_candidate(const Queue& queue, std::uint32_t bank) const;
  Candidate row_candidate(const Queue& queue, std::uint32_t bank) const;
  void rebound(std::uint32_t bank);
  void rebound(Queue& queue, std::uint32_t bank);
  Candidate best(Queue& queue, bool column, Tick now);

  bool active_column(Tick now);
  void queue_column(Tick now);
  void queue_row(Tick now);
  void finish_column(const Entry& entry, Tick now);

  void refresh_due(Tick now);
  void refresh_row(Tick now);
  Tick refresh_earliest(std::uint32_t pc) const;
  bool bank_refresh(Tick now);
  Tick bank_refresh_earliest(std::uint32_t bank) const;
  bool close_unused(Tick now);
  Tick close_earliest(std::uint32_t bank) const;
  Tick next_wake(Tick now);

  std::vector<Entry> pool_;
  std::vector<std::uint32_t> free_;
  Queue reads_, writes_;
  bool write_mode_{false};
  Tick passed_{-1};                       ///< slots up to here have evaluated it
  std::vector<std::uint32_t> active_;     ///< by bank: entry or kNone
  std::vector<std::uint32_t> active_banks_;
  std::vector<std::uint32_t> active_in_pc_;
  std::uint32_t active_count_{0};
  std::deque<std::uint32_t> refreshes_;   ///< pseudo-channels whose REFab waits
  std::vector<std::uint32_t> bank_refreshes_;
  std::vector<char> refreshing_;          ///< by bank
  Tick next_refresh_;
  std::uint32_t next_bank_{0};
  std::uint64_t order_{0};
  Tick column_due_{0}, row_due_{0};       ///< lower bounds of the next command of the queue being served
  Tick active_due_{0};                    ///< earliest RD or WR of the active buffer
  std::vector<std::uint32_t> pc_of_;      ///< by bank
  struct Gate {                           ///< of a pseudo-channel: what its own rules and the buses allow
    Tick activate, precharge, column;
  };
  std::vector<Gate> gates_;
  void open_gates(bool write);
};

}  // namespace presil::memory
