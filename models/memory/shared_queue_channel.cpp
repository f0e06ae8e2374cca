// shared_queue_channel.cpp -- queues and slots of shared_queue_channel.h; refresh and page policy are in
// shared_queue_refresh.cpp.
#include "models/memory/shared_queue_channel.h"

#include <algorithm>
#include <bit>

namespace presil::memory {

SharedQueueChannel::SharedQueueChannel(const DramSpec& spec) : DramChannel(spec),
      words_((spec.geometry.banks_per_pc() + 63) / 64),
      drain_above_(spec.policy.drain_high * spec.policy.write_queue),
      drain_below_(spec.policy.drain_low * spec.policy.write_queue) {
  const std::uint32_t banks = spec.geometry.all_banks();
  for (Queue* queue : {&reads_, &writes_}) {
    queue->banks.resize(banks);
    queue->hit.assign(banks, kNone);
    queue->hit_order.assign(banks, 0);
    queue->head_order.assign(banks, 0);
    for (auto* set : {&queue->hits, &queue->opens, &queue->closes}) set->assign(std::size_t{words_} * spec.geometry.pseudo_channels, 0);
    queue->column.resize(spec.geometry.pseudo_channels);
    queue->row.resize(spec.geometry.pseudo_channels);
  }
  active_.assign(banks, kNone);
  for (std::uint32_t b = 0; b < banks; ++b) {
    pc_of_.push_back(timing_.pseudo_channel(b));
    bank_in_pc_.push_back(b % spec.geometry.banks_per_pc());
  }
  active_best_.resize(spec.geometry.pseudo_channels);
  active_banks_.resize(spec.geometry.pseudo_channels);
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

std::size_t SharedQueueChannel::unanswered() const {
  if (!spec_.policy.posted_writes) return waiting();
  std::size_t reads = reads_.size;
  for (const auto& banks : active_banks_)
    for (const std::uint32_t bank : banks) reads += pool_[active_[bank]].access.write ? 0 : 1;
  return reads;
}

bool SharedQueueChannel::accept(const Access& access, Tick now) {
  if (writes_.size > 0 && absorbed(access, now)) return true;
  Queue& queue = access.write ? writes_ : reads_;
  if (queue.size >= (access.write ? spec_.policy.write_queue : spec_.policy.read_queue)) return false;
  const bool mode = write_mode_next();
  push(queue, access, now);
  if (access.write && spec_.policy.posted_writes) done_.push_back({access.tag, now});
  ++(access.write ? counters_.writes : counters_.reads);
  rebound(queue, access.bank);
  if (write_mode_next() != mode || mode != write_mode_)
    wake_ = std::min(wake_, now + 1);
  else if (refreshes_.empty() && write_mode_ == access.write)
    wake_ = std::min(wake_, std::max(now + 1, std::min(queue.column[pc_of_[access.bank]].at, queue.row[pc_of_[access.bank]].at)));
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
}

void SharedQueueChannel::remove(Queue& queue, std::uint32_t bank, std::uint32_t entry) {
  BankList& list = queue.banks[bank];
  std::uint32_t before = kNone;
  for (std::uint32_t e = list.head; e != entry; e = pool_[e].next) before = e;
  (before == kNone ? list.head : pool_[before].next) = pool_[entry].next;
  if (list.tail == entry) list.tail = before;
  --queue.size;
}

bool SharedQueueChannel::write_mode_next() const {
  if (!write_mode_) return writes_.size > drain_above_ || reads_.size == 0;
  return !(writes_.size < drain_below_ && reads_.size != 0);
}

// --- candidates -----------------------------------------------------------------------------------------------

std::uint32_t SharedQueueChannel::hit_of(const Queue& queue, std::uint32_t bank) const {
  const std::uint32_t open = open_row_[bank];
  if (open == kClosed || refreshing_[bank]) return kNone;
  std::uint32_t e = queue.banks[bank].head;
  const bool capped = spec_.policy.hit_cap > 0 && served_[bank] >= spec_.policy.hit_cap;
  if (capped && e != kNone && pool_[e].access.row != open) return kNone;
  while (e != kNone && pool_[e].access.row != open) e = pool_[e].next;
  return e;
}

bool SharedQueueChannel::wants_row(const Queue& queue, std::uint32_t bank) const {
  const std::uint32_t head = queue.banks[bank].head;
  if (head == kNone || active_[bank] != kNone || refreshing_[bank]) return false;
  const std::uint32_t open = open_row_[bank];
  if (open == kClosed) return true;
  if (pool_[head].access.row == open) return false;
  const bool capped = spec_.policy.hit_cap > 0 && served_[bank] >= spec_.policy.hit_cap;
  for (std::uint32_t e = pool_[head].next; !capped && e != kNone && pool_[e].arrived == pool_[head].arrived; e = pool_[e].next)
    if (pool_[e].access.row == open) return false;
  return true;
}

void SharedQueueChannel::offer(Best& best, std::uint32_t bank, Tick at, std::uint64_t order) {
  if (at < best.at || (at == best.at && order < best.order)) {
    if (best.gone) at = std::min(at, best.at);  // the bound of the others stays
    best = {at, order, bank, best.gone};
  }
}

void SharedQueueChannel::rebound(Queue& queue, std::uint32_t bank) {
  const std::uint32_t pc = pc_of_[bank];
  const std::uint64_t mask = bit(bank);
  Best &column = queue.column[pc], &row = queue.row[pc];
  const std::uint32_t hit = queue.hit[bank] = hit_of(queue, bank);
  if (column.bank == bank) column.gone = true;
  if (hit != kNone) {
    word(queue.hits, bank) |= mask;
    queue.hit_order[bank] = pool_[hit].order;
    offer(column, bank, earliest(column_command(queue), bank), pool_[hit].order);
  } else {
    word(queue.hits, bank) &= ~mask;
  }
  if (row.bank == bank) row.gone = true;
  word(queue.opens, bank) &= ~mask;
  word(queue.closes, bank) &= ~mask;
  if (!wants_row(queue, bank)) return;
  const Command command = row_command(bank);
  word(command == Command::activate ? queue.opens : queue.closes, bank) |= mask;
  queue.head_order[bank] = pool_[queue.banks[bank].head].order;
  offer(row, bank, earliest(command, bank), queue.head_order[bank]);
}

void SharedQueueChannel::rebound(std::uint32_t bank) {
  rebound(reads_, bank);
  rebound(writes_, bank);
}

void SharedQueueChannel::look(Best& best, const std::vector<std::uint64_t>& banks, const std::vector<std::uint64_t>& order,
                              Command command, std::uint32_t pc, Tick from) const {
  const Tick gate = std::max(from, timing_.earliest_all(command, pc));
  const std::uint32_t first = pc * spec_.geometry.banks_per_pc();
  Tick best_at = best.at;
  std::uint64_t best_order = best.order;
  std::uint32_t best_bank = best.bank;
  for (std::uint32_t w = 0; w < words_; ++w)
    for (std::uint64_t bits = banks[pc * words_ + w]; bits != 0; bits &= bits - 1) {
      const std::uint32_t bank = first + w * 64 + static_cast<std::uint32_t>(std::countr_zero(bits));
      const Tick at = on_edge(command, std::max(gate, timing_.earliest_within(command, bank)));
      const std::uint64_t age = order[bank];
      // Without branches: which one wins is random.
      const bool wins = (at < best_at) | ((at == best_at) & (age < best_order));
      best_at = wins ? at : best_at;
      best_order = wins ? age : best_order;
      best_bank = wins ? bank : best_bank;
    }
  best = {best_at, best_order, best_bank, false};
}

const SharedQueueChannel::Best& SharedQueueChannel::column_of(Queue& queue, std::uint32_t pc, Tick from) {
  Best& best = queue.column[pc];
  if (!best.gone && best.at >= from && (best.bank == kNone || earliest(column_command(queue), best.bank) <= best.at)) return best;
  best = {};
  look(best, queue.hits, queue.hit_order, column_command(queue), pc, from);
  return best;
}

const SharedQueueChannel::Best& SharedQueueChannel::row_of(Queue& queue, std::uint32_t pc, Tick from) {
  Best& best = queue.row[pc];
  if (!best.gone && best.at >= from && (best.bank == kNone || earliest(row_command(best.bank), best.bank) <= best.at)) return best;
  best = {};
  look(best, queue.opens, queue.head_order, Command::activate, pc, from);
  look(best, queue.closes, queue.head_order, Command::precharge, pc, from);
  return best;
}

const SharedQueueChannel::Best& SharedQueueChannel::active_of(std::uint32_t pc, Tick from) {
  Best& best = active_best_[pc];
  if (!best.gone && best.at >= from && (best.bank == kNone || earliest(active_command(best.bank), best.bank) <= best.at)) return best;
  best = {};
  for (const std::uint32_t bank : active_banks_[pc]) {
    const Command command = active_command(bank);
    const Tick at = on_edge(command, std::max(from, timing_.earliest(command, bank)));
    const std::uint64_t order = pool_[active_[bank]].order;
    if (at < best.at || (at == best.at && order < best.order)) best = {at, order, bank, false};
  }
  return best;
}

// --- slots ----------------------------------------------------------------------------------------------------

void SharedQueueChannel::finish_column(const Entry& entry, Tick now) {
  if (entry.access.write) {
    if (!spec_.policy.posted_writes) done_.push_back({entry.access.tag, now});
  } else {
    done_.push_back({entry.access.tag, data_end(now)});
    counters_.read_ticks += static_cast<std::uint64_t>(data_end(now) - entry.arrived);
  }
  if (!entry.missed) ++counters_.row_hits;
}

bool SharedQueueChannel::active_column(Tick now) {
  if (active_count_ == 0) return false;
  Best chosen;
  for (std::uint32_t pc = 0; pc < active_best_.size(); ++pc)
    if (const Best& best = active_of(pc, now); best.at == now && (chosen.bank == kNone || best.order < chosen.order)) chosen = best;
  if (chosen.bank == kNone) return false;
  const std::uint32_t e = active_[chosen.bank], pc = pc_of_[chosen.bank];
  issue(active_command(chosen.bank), chosen.bank, 0, now);
  finish_column(pool_[e], now);
  active_[chosen.bank] = kNone;
  std::erase(active_banks_[pc], chosen.bank);
  active_best_[pc].gone = true;
  --active_count_;
  free_.push_back(e);
  rebound(chosen.bank);
  return true;
}

void SharedQueueChannel::queue_column(Tick now) {
  write_mode_ = write_mode_next();
  Queue& queue = served();
  Best chosen;
  for (std::uint32_t pc = 0; pc < active_best_.size(); ++pc)
    if (const Best& best = column_of(queue, pc, now); best.at == now && (chosen.bank == kNone || best.order < chosen.order)) chosen = best;
  if (chosen.bank == kNone) return;
  const std::uint32_t bank = chosen.bank, e = queue.hit[bank];
  issue(column_command(queue), bank, 0, now);
  finish_column(pool_[e], now);
  remove(queue, bank, e);
  free_.push_back(e);
  rebound(bank);
}

void SharedQueueChannel::queue_row(Tick now) {
  write_mode_ = write_mode_next();
  Queue& queue = served();
  Best chosen;
  for (std::uint32_t pc = 0; pc < active_best_.size(); ++pc)
    if (const Best& best = row_of(queue, pc, now); best.at == now && (chosen.bank == kNone || best.order < chosen.order)) chosen = best;
  if (chosen.bank == kNone) {
    if (spec_.policy.page != PagePolicy::open) close_unused(now);
    return;
  }
  const std::uint32_t bank = chosen.bank, e = queue.banks[bank].head, pc = pc_of_[bank];
  const Command command = row_command(bank);
  Entry& entry = pool_[e];
  entry.missed = true;
  issue(command, bank, entry.access.row, now);
  if (command == Command::activate) {
    remove(queue, bank, e);
    active_[bank] = e;
    active_banks_[pc].push_back(bank);
    ++active_count_;
    offer(active_best_[pc], bank, earliest(active_command(bank), bank), entry.order);
  }
  rebound(bank);
}

void SharedQueueChannel::step(Tick now) {
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
