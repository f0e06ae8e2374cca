// cycle_channel.h -- a per-cycle FR-FCFS channel over the same rows of constraints as the model; the oracle of tests.
//
// Written from the rules in shared_queue_channel.h and from nothing else: every tick, both slots, every queue entry in
// order of arrival. Page policies closed and timeout: when the row bus has nothing else to do, the lowest bank whose
// open row no waiting transaction may use (for timeout: and none has used for so long) is closed.
#pragma once

#include "tests/unit/models/memory/cycle_timing.h"

namespace presil::memory {

class CycleChannel {
 public:
  explicit CycleChannel(const DramSpec& spec)
      : s_(spec), dram_(spec), active_(spec.geometry.all_banks()), due_(spec.geometry.all_banks(), false) {}

  std::vector<Done> done;
  double read_ticks{0};
  std::uint64_t reads{0}, hits{0};

  bool accept(const Access& a, Tick t) {
    for (const Entry& w : writes_)
      if (w.access.bank == a.bank && w.access.row == a.row && w.access.column == a.column) {
        if (!a.write) ++reads, read_ticks += 1;
        ++hits;
        done.push_back({a.tag, a.write ? t : t + 1});
        return true;
      }
    auto& queue = a.write ? writes_ : reads_;
    if (queue.size() >= (a.write ? s_.policy.write_queue : s_.policy.read_queue)) return false;
    queue.push_back({a, t, order_++});
    reads += !a.write;
    return true;
  }

  void tick(Tick t) {
    refresh_falls_due(t);
    column_slot(t);
    if (!refresh_.empty()) refresh_slot(t);
    else if (!bank_refresh_slot(t)) row_slot(t);
  }

 private:
  struct Entry {
    Access access;
    Tick arrived;
    std::uint64_t order;
    bool missed{false};
  };
  using Queue = std::deque<Entry>;
  static Command kind(const Entry& e) { return e.access.write ? Command::write : Command::read; }
  bool hits_open_row(const Entry& e) const { return dram_.open[e.access.bank] == e.access.row; }

  Queue& served_queue() {
    const double capacity = s_.policy.write_queue;
    if (!writing_) writing_ = static_cast<double>(writes_.size()) > s_.policy.drain_high * capacity || reads_.empty();
    else writing_ = !(static_cast<double>(writes_.size()) < s_.policy.drain_low * capacity && !reads_.empty());
    return writing_ ? writes_ : reads_;
  }
  bool capped(std::uint32_t bank) const { return s_.policy.hit_cap > 0 && dram_.served[bank] >= s_.policy.hit_cap; }
  /// Whether the hit must give way to an older miss of its bank in its queue.
  bool gives_way(const Queue& q, const Entry& hit) const {
    if (!capped(hit.access.bank)) return false;
    for (const Entry& e : q)
      if (e.access.bank == hit.access.bank && e.order < hit.order && !hits_open_row(e)) return true;
    return false;
  }

  void column(const Entry& e, Tick t) {
    dram_.issue(kind(e), e.access.bank, t);
    const Tick end = e.access.write ? t : t + s_.timing.cl + s_.timing.burst;
    done.push_back({e.access.tag, end});
    if (!e.access.write) read_ticks += static_cast<double>(end - e.arrived);
    hits += !e.missed;
  }

  void column_slot(Tick t) {
    Queue* of = nullptr;
    for (Queue& waiting : active_)
      if (!waiting.empty() && (of == nullptr || waiting[0].order < (*of)[0].order) && dram_.legal(kind(waiting[0]), waiting[0].access.bank, t))
        of = &waiting;
    if (of != nullptr) {
      column((*of)[0], t);
      of->clear();
      return;
    }
    if (!refresh_.empty()) return;
    Queue& q = served_queue();
    for (std::size_t i = 0; i < q.size(); ++i) {
      const std::uint32_t bank = q[i].access.bank;
      if (!hits_open_row(q[i]) || due_[bank] || gives_way(q, q[i]) || !dram_.legal(kind(q[i]), bank, t)) continue;
      column(q[i], t);
      q.erase(q.begin() + static_cast<std::ptrdiff_t>(i));
      return;
    }
  }

  void row_slot(Tick t) {
    Queue& q = served_queue();
    for (std::size_t i = 0; i < q.size(); ++i) {
      const std::uint32_t bank = q[i].access.bank;
      if (hits_open_row(q[i]) || due_[bank]) continue;
      if (dram_.open[bank] < 0) {
        if (!dram_.legal(Command::activate, bank, t)) continue;
        dram_.issue(Command::activate, bank, t, q[i].access.row);
        q[i].missed = true;
        active_[bank].push_back(q[i]);
        q.erase(q.begin() + static_cast<std::ptrdiff_t>(i));
        return;
      }
      bool veto = !active_[bank].empty();
      for (std::size_t j = 0; j < q.size() && !veto; ++j)
        veto = q[j].access.bank == bank && hits_open_row(q[j]) && (capped(bank) ? j < i : q[j].arrived <= q[i].arrived);
      if (veto || !dram_.legal(Command::precharge, bank, t)) continue;
      dram_.issue(Command::precharge, bank, t);
      q[i].missed = true;
      return;
    }
    if (s_.policy.page != PagePolicy::open) close_unused(t);
  }

  void close_unused(Tick t) {
    for (std::uint32_t bank = 0; bank < dram_.open.size(); ++bank) {
      if (dram_.open[bank] < 0 || !active_[bank].empty() || due_[bank]) continue;
      if (s_.policy.page == PagePolicy::timeout && t < dram_.last_column[bank] + s_.policy.timeout) continue;
      bool used = false;
      for (const Queue* q : {&reads_, &writes_})
        for (const Entry& e : *q) used |= e.access.bank == bank && hits_open_row(e) && !gives_way(*q, e);
      if (used || !dram_.legal(Command::precharge, bank, t)) continue;
      dram_.issue(Command::precharge, bank, t);
      return;
    }
  }

  void refresh_falls_due(Tick t) {
    const std::uint32_t banks = s_.geometry.banks_per_pc(), pcs = s_.geometry.pseudo_channels;
    if (t == 0) return;
    if (s_.policy.refresh == RefreshPolicy::all_bank && t % s_.timing.refi == 0)
      for (std::uint32_t pc = 0; pc < pcs; ++pc) refresh_.push_back(pc);
    if (s_.policy.refresh != RefreshPolicy::per_bank || t % (s_.timing.refi / banks) != 0) return;
    for (std::uint32_t pc = 0; pc < pcs; ++pc) {
      const std::uint32_t bank = pc * banks + static_cast<std::uint32_t>(t / (s_.timing.refi / banks) - 1) % banks;
      if (!due_[bank]) due_order_.push_back(bank);
      due_[bank] = true;
    }
  }

  void refresh_slot(Tick t) {
    const std::uint32_t pc = refresh_.front(), banks = s_.geometry.banks_per_pc();
    bool any = false;
    for (std::uint32_t b = pc * banks; b < (pc + 1) * banks; ++b) {
      if (!active_[b].empty()) return;
      any |= dram_.open[b] >= 0;
    }
    const Command c = any ? Command::precharge_all : Command::refresh_all;
    if (!dram_.legal(c, pc * banks, t, true)) return;
    dram_.issue_all(c, pc, t);
    if (!any) refresh_.pop_front();
  }

  bool bank_refresh_slot(Tick t) {
    for (std::size_t i = 0; i < due_order_.size(); ++i) {
      const std::uint32_t bank = due_order_[i];
      const Command c = dram_.open[bank] < 0 ? Command::refresh_bank : Command::precharge;
      if (!active_[bank].empty() || !dram_.legal(c, bank, t)) continue;
      dram_.issue(c, bank, t);
      if (c == Command::refresh_bank) {
        due_[bank] = false;
        due_order_.erase(due_order_.begin() + static_cast<std::ptrdiff_t>(i));
      }
      return true;
    }
    return false;
  }

  DramSpec s_;
  CycleTiming dram_;
  std::vector<Queue> active_;               ///< by bank: none or one
  Queue reads_, writes_;
  std::deque<std::uint32_t> refresh_;       ///< pseudo-channels whose REFab waits
  std::vector<bool> due_;                   ///< by bank: its REFpb waits
  std::vector<std::uint32_t> due_order_;
  std::uint64_t order_{0};
  bool writing_{false};
};

}  // namespace presil::memory
