// cycle_bank_channel.h -- the per-cycle oracle of the controller with a queue per bank.
//
// Written from the rules in bank_queue_channel.h and from nothing else: every tick the bank queues are walked round
// robin and every entry is examined; no bound, no wake.
#pragma once

#include "tests/unit/models/memory/cycle_timing.h"

namespace presil::memory {

class CycleBankChannel {
 public:
  explicit CycleBankChannel(const DramSpec& spec) : s_(spec), dram_(spec), banks_(spec.geometry.all_banks()) {}

  std::vector<Done> done;
  double read_ticks{0};
  std::uint64_t reads{0}, hits{0};

  bool accept(const Access& a, Tick t) {
    const Tick stamp = t + 1;
    const bool unissued_write = waits(writes_, a) || in_banks(a, true);
    if (a.write) {
      if (!unissued_write) {
        if (writes_.size() >= s_.policy.write_queue) return false;
        writes_.push_back({a, stamp});
      }
      done.push_back({a.tag, stamp + 1});
      return true;
    }
    if (unissued_write) {
      ++reads, read_ticks += 1;
      done.push_back({a.tag, stamp + 1});
      return true;
    }
    if (reads_.size() >= s_.policy.read_queue) return false;
    ++reads;
    if (waits(reads_, a) || in_banks(a, false)) merged_.push_back({a, stamp});
    else reads_.push_back({a, stamp});
    return true;
  }

  void tick(Tick t) {
    if (!refresh(t)) {
      const auto [kind, found] = next_ready(t, true, Command::read);
      if (found) next_ready(t, false, kind);
    }
    move();
  }

 private:
  struct Entry {
    Access access;
    Tick arrived;
  };
  using Queue = std::deque<Entry>;
  static bool same(const Access& a, const Access& b) { return a.bank == b.bank && a.row == b.row && a.column == b.column; }
  static bool waits(const Queue& q, const Access& a) {
    for (const Entry& e : q)
      if (same(e.access, a)) return true;
    return false;
  }
  bool in_banks(const Access& a, bool write) const {
    for (const Entry& e : banks_[a.bank])
      if (same(e.access, a) && e.access.write == write) return true;
    return false;
  }
  static bool column(Command c) { return c == Command::read || c == Command::write; }

  /// The next bank queue with a ready command, after the one looked at last. Issued if `any`, or if for the other bus.
  std::pair<Command, bool> next_ready(Tick t, bool any, Command first) {
    for (std::size_t n = 0; n < banks_.size(); ++n) {
      looked_at_ = (looked_at_ + 1) % banks_.size();
      Queue& q = banks_[looked_at_];
      const auto bank = static_cast<std::uint32_t>(looked_at_);
      for (std::size_t i = 0; i < q.size(); ++i) {
        const Access a = q[i].access;
        Command c = a.write ? Command::write : Command::read;
        if (dram_.open[bank] < 0) c = Command::activate;
        else if (dram_.open[bank] != a.row) c = Command::precharge;
        if (c == Command::precharge && (i > 0 || !may_close(bank))) continue;
        bool older_read = false;
        for (std::size_t j = 0; j < i; ++j) older_read |= !q[j].access.write && same(q[j].access, a);
        if ((c == Command::write && older_read) || !dram_.legal(c, bank, t)) continue;
        if (any || column(c) != column(first)) perform(bank, i, c, t);
        return {c, true};
      }
    }
    return {Command::read, false};
  }
  bool may_close(std::uint32_t bank) const {
    if (s_.policy.hit_cap > 0 && dram_.served[bank] >= s_.policy.hit_cap) return true;
    for (const Entry& e : banks_[bank])
      if (e.access.row == dram_.open[bank]) return false;
    return true;
  }
  void perform(std::uint32_t bank, std::size_t i, Command c, Tick t) {
    const Entry e = banks_[bank][i];
    if (column(c)) hits += dram_.served[bank] > 0;
    dram_.issue(c, bank, t, e.access.row);
    if (!column(c)) return;
    banks_[bank].erase(banks_[bank].begin() + static_cast<std::ptrdiff_t>(i));
    if (e.access.write) return;
    const auto answer = [&](const Entry& r) {
      const Tick end = t + s_.timing.cl + s_.timing.burst;
      done.push_back({r.access.tag, end});
      read_ticks += static_cast<double>(end - r.arrived);
    };
    answer(e);
    for (const Entry& m : merged_)
      if (same(m.access, e.access)) answer(m);
    std::erase_if(merged_, [&](const Entry& m) { return same(m.access, e.access); });
  }

  bool refresh(Tick t) {
    if (s_.policy.refresh == RefreshPolicy::none) return false;
    refreshing_ |= t > 0 && t % s_.timing.refi == 0;
    if (!refreshing_) return false;
    bool any = false;
    for (std::uint32_t b = 0; b < banks_.size(); ++b) {
      if (dram_.open[b] < 0) continue;
      any = true;
      if (!dram_.legal(Command::precharge, b, t)) continue;
      dram_.issue(Command::precharge, b, t);
      return true;
    }
    if (any || !dram_.legal(Command::refresh_all, 0, t, true)) return true;
    dram_.issue_all(Command::refresh_all, 0, t);
    refreshing_ = false;
    return true;
  }

  /// Whether the oldest with room moved; a write that a pending read holds back ends the drain.
  bool move_from(Queue& source) {
    for (auto e = source.begin(); e != source.end(); ++e) {
      Queue& q = banks_[e->access.bank];
      if (q.size() >= s_.policy.bank_queue) continue;
      if (e->access.write && (waits(reads_, e->access) || in_banks(e->access, false))) {
        draining_ = 0;
        return false;
      }
      draining_ -= e->access.write;
      q.push_back(*e);
      source.erase(e);
      return true;
    }
    return false;
  }
  void move() {
    std::size_t queued = 0;
    for (const Queue& q : banks_) queued += q.size();
    if (draining_ == 0 && !writes_.empty() &&
        (writes_.size() >= s_.policy.write_queue || (writes_.size() > s_.policy.drain_idle && queued == 0)))
      draining_ = writes_.size();
    if (draining_ > 0 && move_from(writes_)) return;
    if (draining_ == 0) move_from(reads_);
  }

  DramSpec s_;
  CycleTiming dram_;
  std::vector<Queue> banks_;
  Queue reads_, writes_;
  std::vector<Entry> merged_;  ///< reads that wait for the RD of an earlier one
  std::size_t looked_at_{0}, draining_{0};
  bool refreshing_{false};
};

}  // namespace presil::memory
