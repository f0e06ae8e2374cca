// cycle_channel.h -- a per-cycle FR-FCFS channel over the same rows of constraints as the model; the oracle of tests.
//
// Written from the rules in shared_queue_channel.h and from nothing else: every tick, both slots, every queue entry in
// order of arrival; legality is looked up from the times at which commands were issued (pull), where the model keeps
// next-allowed times (push), bounds and lists by bank. All-bank refresh, open pages.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <vector>

#include "models/memory/dram_channel.h"

namespace presil::memory {

class CycleChannel {
 public:
  explicit CycleChannel(const DramSpec& spec)
      : s_(spec), rules_(constraints(spec.timing)), open_(spec.geometry.all_banks(), -1), active_(spec.geometry.all_banks()) {}

  struct Entry {
    Access access;
    Tick arrived;
    bool missed{false};
  };
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
    queue.push_back({a, t});
    reads += !a.write;
    return true;
  }

  void tick(Tick t) {
    if (s_.policy.refresh == RefreshPolicy::all_bank && t > 0 && t % s_.timing.refi == 0)
      for (std::uint32_t pc = 0; pc < s_.geometry.pseudo_channels; ++pc) refresh_.push_back(pc);
    column_slot(t);
    if (!refresh_.empty()) refresh_slot(t);
    else row_slot(t);
  }

 private:
  struct Where {
    std::array<std::uint32_t, api::dram::kLevels> node;
  };
  Where where(std::uint32_t bank) const {
    const Geometry& g = s_.geometry;
    return {{0, bank / g.banks_per_pc(), bank / (g.bank_groups * g.banks), bank / g.banks, bank}};
  }
  using Times = std::vector<Tick>;

  bool legal(Command c, std::uint32_t bank, Tick t, bool whole_pc = false) const {
    if (s_.timing.edge == 2 && t % 2 == 0 && c != Command::precharge && c != Command::precharge_all) return false;
    const Where w = where(bank);
    for (const Constraint& r : rules_) {
      if (r.following != c || (whole_pc && r.level > Level::pseudo_channel)) continue;
      const std::uint32_t node = w.node[static_cast<std::size_t>(r.level)];
      std::uint32_t first = node, last = node;
      if (r.siblings) first = w.node[1] * s_.geometry.stack_ids, last = first + s_.geometry.stack_ids - 1;
      for (std::uint32_t n = first; n <= last; ++n) {
        if (r.siblings && n == node) continue;
        const auto at = issued_.find({r.level, n, r.preceding});
        if (at == issued_.end() || at->second.size() < r.window) continue;
        if (t < at->second[at->second.size() - r.window] + r.latency) return false;
      }
    }
    return true;
  }
  void note(Command c, std::uint32_t bank, Tick t, bool whole_pc = false) {
    const Where w = where(bank);
    for (std::size_t l = 0; l < (whole_pc ? 2 : api::dram::kLevels); ++l) {
      auto& times = issued_[{static_cast<Level>(l), w.node[l], c}];
      times.push_back(t);
      if (times.size() > 4) times.pop_front();
    }
  }
  std::deque<Entry>& queue() {
    const double capacity = s_.policy.write_queue;
    if (!writing_) writing_ = static_cast<double>(writes_.size()) > s_.policy.drain_high * capacity || reads_.empty();
    else writing_ = !(static_cast<double>(writes_.size()) < s_.policy.drain_low * capacity && !reads_.empty());
    return writing_ ? writes_ : reads_;
  }
  void column(const Entry& e, Tick t) {
    note(e.access.write ? Command::write : Command::read, e.access.bank, t);
    const Tick end = e.access.write ? t : t + s_.timing.cl + s_.timing.burst;
    done.push_back({e.access.tag, end});
    if (!e.access.write) read_ticks += static_cast<double>(end - e.arrived);
    hits += !e.missed;
  }
  static Command kind(const Entry& e) { return e.access.write ? Command::write : Command::read; }

  void column_slot(Tick t) {
    Entry* oldest = nullptr;
    std::deque<Entry>* of = nullptr;
    for (auto& waiting : active_)
      if (!waiting.empty() && (oldest == nullptr || waiting[0].arrived < oldest->arrived) && legal(kind(waiting[0]), waiting[0].access.bank, t))
        oldest = &waiting[0], of = &waiting;
    if (oldest != nullptr) {
      column(*oldest, t);
      of->clear();
      return;
    }
    if (!refresh_.empty()) return;
    auto& q = queue();
    for (std::size_t i = 0; i < q.size(); ++i)
      if (open_[q[i].access.bank] == q[i].access.row && legal(kind(q[i]), q[i].access.bank, t)) {
        column(q[i], t);
        q.erase(q.begin() + static_cast<std::ptrdiff_t>(i));
        return;
      }
  }

  void row_slot(Tick t) {
    auto& q = queue();
    for (std::size_t i = 0; i < q.size(); ++i) {
      const std::uint32_t bank = q[i].access.bank;
      if (open_[bank] == q[i].access.row) continue;
      if (open_[bank] < 0) {
        if (!legal(Command::activate, bank, t)) continue;
        note(Command::activate, bank, t);
        open_[bank] = q[i].access.row;
        q[i].missed = true;
        active_[bank].push_back(q[i]);
        q.erase(q.begin() + static_cast<std::ptrdiff_t>(i));
        return;
      }
      bool veto = !active_[bank].empty();
      for (const Entry& e : q) veto |= e.access.bank == bank && e.access.row == open_[bank] && e.arrived <= q[i].arrived;
      if (veto || !legal(Command::precharge, bank, t)) continue;
      note(Command::precharge, bank, t);
      open_[bank] = -1;
      q[i].missed = true;
      return;
    }
  }

  void refresh_slot(Tick t) {
    const std::uint32_t pc = refresh_.front(), banks = s_.geometry.banks_per_pc();
    bool any = false;
    for (std::uint32_t b = pc * banks; b < (pc + 1) * banks; ++b) {
      if (!active_[b].empty()) return;
      any |= open_[b] >= 0;
    }
    const Command c = any ? Command::precharge_all : Command::refresh_all;
    if (!legal(c, pc * banks, t, true)) return;
    note(c, pc * banks, t, true);
    for (std::uint32_t b = pc * banks; b < (pc + 1) * banks; ++b) open_[b] = -1;
    if (!any) refresh_.pop_front();
  }

  DramSpec s_;
  std::vector<Constraint> rules_;
  std::vector<std::int64_t> open_;
  std::vector<std::deque<Entry>> active_;  ///< none or one
  std::deque<Entry> reads_, writes_;
  std::deque<std::uint32_t> refresh_;
  std::map<std::tuple<Level, std::uint32_t, Command>, std::deque<Tick>> issued_;
  bool writing_{false};
};

}  // namespace presil::memory
