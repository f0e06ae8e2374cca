// shared_queue_channel.cpp -- queues and slots of shared_queue_channel.h; refresh and page policy are in
// shared_queue_refresh.cpp.
#include "models/memory/shared_queue_channel.h"

#include <algorithm>
#include <bit>

namespace presil::memory {

SharedQueueChannel::SharedQueueChannel(const DramSpec& spec) : DramChannel(spec) {
  const std::uint32_t banks = spec.geometry.all_banks();
  for (Queue* queue : {&reads_, &writes_}) {
    queue->banks.resize(banks);
    queue->column.assign(banks, kNever);
    queue->row.assign(banks, kNever);
    queue->waiting.assign((banks + 63) / 64, 0);
  }
  active_.assign(banks, kNone);
  for (std::uint32_t b = 0; b < banks; ++b) pc_of_.push_back(timing_.pseudo_channel(b));
  gates_.resize(spec.geometry.pseudo_channels);
  active_in_pc_.assign(spec.geometry.pseudo_channels, 0);
  refreshing_.assign(banks, 0);
  const std::uint32_t entries = spec.policy.read_queue + spec.policy.write_queue + banks;
  pool_.resize(entries);
  for (std::uint32_t e = entries; e-- > 0;) free_.push_back(e);
  const bool per_bank = spec.policy.refresh == RefreshPolicy::per_bank;
  next_refresh_ = spec.policy.refresh == RefreshPolicy::none
                      ? kNever
                      : per_bank ? spec.timing.refi / spec.geometry.banks_per_pc() : spec.timing.refi;
  wake_ = next_refresh_;
}

// --- queues ---------------------------------------------------------------------------------------------------

bool SharedQueueChannel::absorbed(const Access& access, Tick now) {
  for (std::uint32_t e = writes_.banks[access.bank].head; e != kNone; e = pool_[e].next)
    if (pool_[e].access.row == access.row && pool_[e].access.column == access.column) {
      if (!access.write) {
        ++counters_.reads;
        counters_.read_ticks += 1;
      } else {
        ++counters_.writes;
      }
      ++counters_.row_hits;
      done_.push_back({access.tag, access.write ? now : now + 1});
      return true;
    }
  return false;
}

bool SharedQueueChannel::accept(const Access& access, Tick now) {
  if (writes_.size > 0 && absorbed(access, now)) return true;
  Queue& queue = access.write ? writes_ : reads_;
  if (queue.size >= (access.write ? spec_.policy.write_queue : spec_.policy.read_queue)) return false;
  pass_slots(now);
  const bool mode = write_mode_next();
  push(queue, access, now);
  ++(access.write ? counters_.writes : counters_.reads);
  rebound(queue, access.bank);
  column_due_ = std::min(column_due_, queue.column[access.bank]);
  row_due_ = std::min(row_due_, queue.row[access.bank]);
  if (write_mode_next() != mode || mode != write_mode_)
    wake_ = std::min(wake_, now + 1);
  else if (refreshes_.empty() && write_mode_ == access.write)
    wake_ = std::min(wake_, std::max(now + 1, std::min(queue.column[access.bank], queue.row[access.bank])));
  return true;
}

void SharedQueueChannel::push(Queue& queue, const Access& access, Tick now) {
  const std::uint32_t e = free_.back();
  free_.pop_back();
  pool_[e] = {access, now, order_++, kNone, false};
  BankList& list = queue.banks[access.bank];
  (list.head == kNone ? list.head : pool_[list.tail].next) = e;
  list.tail = e;
  ++queue.size;
  queue.waiting[access.bank / 64] |= std::uint64_t{1} << (access.bank % 64);
}

void SharedQueueChannel::remove(Queue& queue, std::uint32_t bank, std::uint32_t entry) {
  BankList& list = queue.banks[bank];
  std::uint32_t before = kNone;
  for (std::uint32_t e = list.head; e != entry; e = pool_[e].next) before = e;
  (before == kNone ? list.head : pool_[before].next) = pool_[entry].next;
  if (list.tail == entry) list.tail = before;
  --queue.size;
  if (list.head == kNone) queue.waiting[bank / 64] &= ~(std::uint64_t{1} << (bank % 64));
}

bool SharedQueueChannel::write_mode_next() const {
  const double capacity = spec_.policy.write_queue;
  if (!write_mode_) return writes_.size > spec_.policy.drain_high * capacity || reads_.size == 0;
  return !(writes_.size < spec_.policy.drain_low * capacity && reads_.size != 0);
}

// --- candidates -----------------------------------------------------------------------------------------------

SharedQueueChannel::Candidate SharedQueueChannel::column_candidate(const Queue& queue, std::uint32_t bank) const {
  const std::uint32_t open = open_row_[bank];
  if (open == kClosed || refreshing_[bank]) return {};
  std::uint32_t e = queue.banks[bank].head;
  const bool capped = spec_.policy.hit_cap > 0 && served_[bank] >= spec_.policy.hit_cap;
  if (capped && e != kNone && pool_[e].access.row != open) return {};
  while (e != kNone && pool_[e].access.row != open) e = pool_[e].next;
  if (e == kNone) return {};
  const Command command = pool_[e].access.write ? Command::write : Command::read;
  return {earliest(command, bank), e, command};
}

SharedQueueChannel::Candidate SharedQueueChannel::row_candidate(const Queue& queue, std::uint32_t bank) const {
  const std::uint32_t head = queue.banks[bank].head;
  if (head == kNone || active_[bank] != kNone || refreshing_[bank]) return {};
  const std::uint32_t open = open_row_[bank];
  if (open == kClosed) return {earliest(Command::activate, bank), head, Command::activate};
  if (pool_[head].access.row == open) return {};
  const bool capped = spec_.policy.hit_cap > 0 && served_[bank] >= spec_.policy.hit_cap;
  for (std::uint32_t e = pool_[head].next; !capped && e != kNone && pool_[e].arrived == pool_[head].arrived; e = pool_[e].next)
    if (pool_[e].access.row == open) return {};
  return {earliest(Command::precharge, bank), head, Command::precharge};
}

void SharedQueueChannel::rebound(Queue& queue, std::uint32_t bank) {
  queue.column[bank] = column_candidate(queue, bank).at;
  queue.row[bank] = row_candidate(queue, bank).at;
}

void SharedQueueChannel::rebound(std::uint32_t bank) {
  for (Queue* queue : {&reads_, &writes_})
    if (queue->banks[bank].head != kNone) rebound(*queue, bank);
    else queue->column[bank] = queue->row[bank] = kNever;
}

void SharedQueueChannel::open_gates(bool write) {
  for (std::uint32_t pc = 0; pc < gates_.size(); ++pc)
    gates_[pc] = {timing_.earliest_all(Command::activate, pc), timing_.earliest_all(Command::precharge, pc),
                  timing_.earliest_all(write ? Command::write : Command::read, pc)};
}

SharedQueueChannel::Candidate SharedQueueChannel::best(Queue& queue, bool column, Tick now) {
  std::vector<Tick>& bound = column ? queue.column : queue.row;
  Candidate chosen;
  open_gates(&queue == &writes_);
  for (std::size_t w = 0; w < queue.waiting.size(); ++w)
    for (std::uint64_t bits = queue.waiting[w]; bits != 0; bits &= bits - 1) {
      const auto bank = static_cast<std::uint32_t>(w * 64 + static_cast<unsigned>(std::countr_zero(bits)));
      if (bound[bank] > now) continue;
      const Gate& gate = gates_[pc_of_[bank]];
      if ((column ? gate.column : open_row_[bank] == kClosed ? gate.activate : gate.precharge) > now) continue;
      const Candidate c = column ? column_candidate(queue, bank) : row_candidate(queue, bank);
      bound[bank] = c.at;
      if (c.at <= now && on_edge(c.command, now) == now && (chosen.entry == kNone || pool_[c.entry].order < pool_[chosen.entry].order))
        chosen = c;
    }
  return chosen;
}

// --- slots ----------------------------------------------------------------------------------------------------

void SharedQueueChannel::finish_column(const Entry& entry, Tick now) {
  if (entry.access.write) {
    done_.push_back({entry.access.tag, now});
  } else {
    done_.push_back({entry.access.tag, data_end(now)});
    counters_.read_ticks += static_cast<std::uint64_t>(data_end(now) - entry.arrived);
  }
  if (!entry.missed) ++counters_.row_hits;
}

bool SharedQueueChannel::active_column(Tick now) {
  std::uint32_t chosen = kNone;
  if (active_due_ > now) return false;
  for (const std::uint32_t bank : active_banks_) {
    const Entry& entry = pool_[active_[bank]];
    const Command command = entry.access.write ? Command::write : Command::read;
    if (on_edge(command, now) != now || timing_.earliest(command, bank) > now) continue;
    if (chosen == kNone || entry.order < pool_[active_[chosen]].order) chosen = bank;
  }
  if (chosen == kNone) return false;
  const std::uint32_t e = active_[chosen];
  issue(pool_[e].access.write ? Command::write : Command::read, chosen, 0, now);
  finish_column(pool_[e], now);
  active_[chosen] = kNone;
  std::erase(active_banks_, chosen);
  --active_count_;
  --active_in_pc_[timing_.pseudo_channel(chosen)];
  free_.push_back(e);
  rebound(chosen);
  for (const Queue* queue : {&reads_, &writes_}) {
    row_due_ = std::min(row_due_, queue->row[chosen]);
    column_due_ = std::min(column_due_, queue->column[chosen]);
  }
  return true;
}

void SharedQueueChannel::queue_column(Tick now) {
  if (const bool mode = write_mode_next(); mode != write_mode_) {
    write_mode_ = mode;
    column_due_ = row_due_ = 0;
  }
  if (column_due_ > now) return;
  Queue& queue = served();
  const Candidate c = best(queue, true, now);
  if (c.entry == kNone) return;
  const std::uint32_t bank = pool_[c.entry].access.bank;
  issue(c.command, bank, 0, now);
  finish_column(pool_[c.entry], now);
  remove(queue, bank, c.entry);
  free_.push_back(c.entry);
  rebound(bank);
  row_due_ = std::min(row_due_, queue.row[bank]);
}

void SharedQueueChannel::queue_row(Tick now) {
  if (const bool mode = write_mode_next(); mode != write_mode_) {
    write_mode_ = mode;
    column_due_ = row_due_ = 0;
  }
  if (row_due_ > now && spec_.policy.page == PagePolicy::open) return;
  Queue& queue = served();
  const Candidate c = best(queue, false, now);
  if (c.entry == kNone) {
    if (spec_.policy.page != PagePolicy::open) close_unused(now);
    return;
  }
  Entry& entry = pool_[c.entry];
  const std::uint32_t bank = entry.access.bank;
  entry.missed = true;
  issue(c.command, bank, entry.access.row, now);
  if (c.command == Command::activate) {
    remove(queue, bank, c.entry);
    active_[bank] = c.entry;
    active_banks_.push_back(bank);
    ++active_count_;
    ++active_in_pc_[timing_.pseudo_channel(bank)];
  }
  rebound(bank);
}

/// The slots up to `until` in which nothing could issue have evaluated the mode all the same.
void SharedQueueChannel::pass_slots(Tick until) {
  if (passed_ < until && refreshes_.empty() && write_mode_next() != write_mode_) {
    write_mode_ = !write_mode_;
    column_due_ = row_due_ = 0;
  }
  passed_ = std::max(passed_, until);
}

void SharedQueueChannel::step(Tick now) {
  pass_slots(now - 1);
  passed_ = now;
  refresh_due(now);
  if (!active_column(now) && refreshes_.empty()) queue_column(now);
  if (!refreshes_.empty()) {
    refresh_row(now);
  } else if (bank_refreshes_.empty() || !bank_refresh(now)) {
    queue_row(now);
  }
  wake_ = next_wake(now);
}

}  // namespace presil::memory
