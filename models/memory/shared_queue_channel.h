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
// Speed: slot_candidates.h; what an arrival or a command cannot change is not looked at again.
#pragma once

#include <deque>

#include "models/memory/dram_channel.h"
#include "models/memory/slot_candidates.h"

namespace presil::memory {

class SharedQueueChannel : public DramChannel {
 public:
  explicit SharedQueueChannel(const DramSpec& spec);
  bool accept(const Access& access, Tick now) override;
  void step(Tick now) override;
  std::size_t waiting() const override { return reads_.size + writes_.size + active_count_; }
  std::size_t waiting_writes() const override { return writes_.size; }
  std::size_t unanswered() const override;
  Tick pass_refreshes(Tick to) override;
  bool has_image() const override;
  bool quiet(Tick now) const override;
  void save(Tick now, ChannelImage& image) const override;
  void restore(Tick now, Tick next_refresh, const ChannelImage& image) override;
  Tick next_refresh() const override { return next_refresh_; }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  struct Entry {
    Access access;
    Tick arrived;
    std::uint64_t order;
    std::uint32_t next;            ///< in its bank's list
    std::uint32_t older, younger;  ///< of all entries
    bool missed;                   ///< an ACT or PRE was issued for it
    bool active;                   ///< in the active buffer
  };
  struct BankList {
    std::uint32_t head{kNone}, tail{kNone};
  };
  struct Queue {
    Queue(bool of_writes, const api::dram::BankTiming& timing, Tick edge);
    const bool write;
    std::uint32_t size{0};
    std::vector<BankList> banks;
    std::vector<std::uint32_t> hit;  ///< by bank: oldest entry of the open row that may be served
    SlotCandidates hits, opens, closes;  ///< for a RD or WR, an ACT, a PRE
  };

  struct NamedRow {
    std::uint32_t row, next;  ///< next: of the bank
  };
  static constexpr std::uint16_t kNoRows = UINT16_MAX, kManyRows = UINT16_MAX - 1;
  struct NamedRows {
    std::uint32_t first{kNone}, last{kNone};
    std::uint16_t count{0};
    std::uint16_t waiting[2]{kNoRows,
                             kNoRows};  ///< the name of those that reads and writes wait for, if it is one
  };
  void name_rows(ChannelImage& image) const;
  void save_entries(Tick now, ChannelImage& image) const;
  static std::uint16_t name_tag(std::uint64_t tag, ChannelImage& image);
  bool answered(const Entry& entry) const { return entry.access.write && spec_.policy.posted_writes; }
  void clear();
  void restore_entries(Tick now, const std::uint16_t* word, const ChannelImage& image);
  bool absorbed(const Access& access, Tick now);
  std::uint32_t new_entry(const Access& access, Tick arrived);
  void free_entry(std::uint32_t e);
  void push(Queue& queue, const Access& access, Tick now);
  void remove(Queue& queue, std::uint32_t bank, std::uint32_t entry);
  bool write_mode_next() const;
  Queue& served() { return write_mode_ ? writes_ : reads_; }

  std::uint32_t hit_of(const Queue& queue, std::uint32_t bank) const;
  bool wants_row(const Queue& queue, std::uint32_t bank) const;
  /// After anything that may change the candidates of a bank.
  void rebound(std::uint32_t bank);
  void rebound(Queue& queue, std::uint32_t bank);
  bool closed(std::uint32_t bank) const { return open_row_[bank] == kClosed; }
  SlotCandidates& active_of(const Entry& entry) { return entry.access.write ? active_writes_ : active_reads_; }

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
  std::uint32_t oldest_{kNone}, youngest_{kNone};  ///< of all entries
  Queue reads_, writes_;
  bool write_mode_{true};                 ///< no read waits at first
  std::vector<std::uint32_t> active_;     ///< by bank: entry or kNone
  SlotCandidates active_reads_, active_writes_;
  std::uint32_t active_count_{0};
  std::deque<std::uint32_t> refreshes_;   ///< pseudo-channels whose REFab waits
  std::vector<std::uint32_t> bank_refreshes_;
  std::vector<char> refreshing_;          ///< by bank
  Tick next_refresh_;
  std::uint32_t next_bank_{0};
  std::uint64_t order_{0};
  std::vector<std::uint32_t> pc_of_, bank_in_pc_;  ///< by bank
  double drain_above_, drain_below_;
  // Scratch of save().
  mutable std::vector<std::uint16_t> row_name_;  ///< by entry
  mutable std::vector<NamedRows> named_;         ///< by bank
  mutable std::vector<NamedRow> row_names_;
  mutable std::vector<Tick> before_;
};

}  // namespace presil::memory
