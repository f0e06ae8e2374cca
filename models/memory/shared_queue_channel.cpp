// shared_queue_channel.cpp -- queues and slots of shared_queue_channel.h; refresh and page policy are in
// shared_queue_refresh.cpp.
#include "models/memory/shared_queue_channel.h"

#include <algorithm>

namespace presil::memory {

SharedQueueChannel::Queue::Queue(bool of_writes, const api::dram::BankTiming& timing, Tick edge)
    : write(of_writes),
      banks(timing.geometry().all_banks()),
      hit(timing.geometry().all_banks(), kNone),
      hits(timing, edge, write ? Command::write : Command::read),
      opens(timing, edge, Command::activate),
      closes(timing, edge, Command::precharge) {}

SharedQueueChannel::SharedQueueChannel(const DramSpec& spec)
    : DramChannel(spec),
      reads_(false, timing_, spec.timing.edge),
      writes_(true, timing_, spec.timing.edge),
      active_reads_(timing_, spec.timing.edge, Command::read),
      active_writes_(timing_, spec.timing.edge, Command::write),
      drain_above_(spec.policy.drain_high * spec.policy.write_queue),
      drain_below_(spec.policy.drain_low * spec.policy.write_queue) {
  const std::uint32_t banks = spec.geometry.all_banks();
  active_.assign(banks, kNone);
  for (std::uint32_t b = 0; b < banks; ++b) {
    pc_of_.push_back(timing_.pseudo_channel(b));
    bank_in_pc_.push_back(b % spec.geometry.banks_per_pc());
  }
  refreshing_.assign(banks, 0);
  const std::uint32_t entries = spec.policy.read_queue + spec.policy.write_queue + banks;
  pool_.resize(entries);
  row_name_.resize(entries);
  for (std::uint32_t e = entries; e-- > 0;) free_.push_back(e);
  const bool per_bank = spec.policy.refresh == RefreshPolicy::per_bank;
  next_refresh_ = spec.policy.refresh == RefreshPolicy::none
                      ? kNever
                      : per_bank ? bank_refresh_interval(spec.timing, spec.geometry) : spec.timing.refi;
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
  for (const std::uint32_t e : active_) reads += e == kNone || pool_[e].access.write ? 0 : 1;
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
  // Behind others of its bank only one for the open row changes what may be served.
  const bool first = queue.banks[access.bank].head == queue.banks[access.bank].tail;
  const bool changes = first || open_row_[access.bank] == access.row;
  if (changes) rebound(queue, access.bank);
  if (write_mode_next() != mode || mode != write_mode_)
    wake_ = std::min(wake_, now + 1);
  else if (changes && refreshes_.empty() && write_mode_ == access.write)
    wake_ =
        std::min({wake_, queue.hits.wake(now + 1), queue.opens.wake(now + 1), queue.closes.wake(now + 1)});
  return true;
}

std::uint32_t SharedQueueChannel::new_entry(const Access& access, Tick arrived) {
  const std::uint32_t e = free_.back();
  free_.pop_back();
  Entry& entry = pool_[e];
  entry.access.bank = access.bank;
  entry.access.row = access.row;
  entry.access.column = access.column;
  entry.access.write = access.write;
  entry.access.tag = access.tag;
  entry.arrived = arrived;
  entry.order = order_++;
  entry.next = entry.younger = kNone;
  entry.older = youngest_;
  entry.missed = entry.active = false;
  (youngest_ == kNone ? oldest_ : pool_[youngest_].younger) = e;
  youngest_ = e;
  return e;
}

void SharedQueueChannel::free_entry(std::uint32_t e) {
  const Entry& entry = pool_[e];
  (entry.older == kNone ? oldest_ : pool_[entry.older].younger) = entry.younger;
  (entry.younger == kNone ? youngest_ : pool_[entry.younger].older) = entry.older;
  free_.push_back(e);
}

void SharedQueueChannel::push(Queue& queue, const Access& access, Tick now) {
  const std::uint32_t e = new_entry(access, now);
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

void SharedQueueChannel::rebound(Queue& queue, std::uint32_t bank) {
  const std::uint32_t hit = queue.hit[bank] = hit_of(queue, bank);
  if (hit != kNone)
    queue.hits.put(bank, pool_[hit].order);
  else
    queue.hits.drop(bank);
  const bool wants = wants_row(queue, bank), opens = closed(bank);
  if (!wants || opens) queue.closes.drop(bank);
  if (!wants || !opens) queue.opens.drop(bank);
  if (wants) (opens ? queue.opens : queue.closes).put(bank, pool_[queue.banks[bank].head].order);
}

void SharedQueueChannel::rebound(std::uint32_t bank) {
  for (Queue* queue : {&reads_, &writes_})
    if (queue->size > 0) rebound(*queue, bank);
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
  std::uint64_t order = UINT64_MAX;
  const std::uint32_t read = active_reads_.ready(now, order), write = active_writes_.ready(now, order);
  const std::uint32_t bank = write == kNone ? read : write;  // the write is older
  if (bank == kNone) return false;
  const std::uint32_t e = active_[bank];
  issue(pool_[e].access.write ? Command::write : Command::read, bank, 0, now);
  finish_column(pool_[e], now);
  active_[bank] = kNone;
  active_of(pool_[e]).drop(bank);
  --active_count_;
  free_entry(e);
  rebound(bank);
  return true;
}

void SharedQueueChannel::queue_column(Tick now) {
  write_mode_ = write_mode_next();
  Queue& queue = served();
  std::uint64_t order = UINT64_MAX;
  const std::uint32_t bank = queue.hits.ready(now, order);
  if (bank == kNone) return;
  const std::uint32_t e = queue.hit[bank];
  issue(queue.write ? Command::write : Command::read, bank, 0, now);
  finish_column(pool_[e], now);
  const std::uint32_t next = pool_[e].next;
  const bool was_head = queue.banks[bank].head == e;
  remove(queue, bank, e);
  free_entry(e);
  if (spec_.policy.hit_cap > 0) {
    rebound(queue, bank);
    rebound(bank);
  } else if (was_head && next != kNone && pool_[next].access.row == open_row_[bank]) {
    queue.hit[bank] = next;  // and no row is wanted, as before
    queue.hits.put(bank, pool_[next].order);
  } else {
    rebound(queue, bank);
  }
}

void SharedQueueChannel::queue_row(Tick now) {
  write_mode_ = write_mode_next();
  Queue& queue = served();
  std::uint64_t order = UINT64_MAX;
  const std::uint32_t closes = queue.closes.ready(now, order), opens = queue.opens.ready(now, order);
  const std::uint32_t bank = opens == kNone ? closes : opens;  // the one that opens is older
  if (bank == kNone) {
    if (spec_.policy.page != PagePolicy::open) close_unused(now);
    return;
  }
  const std::uint32_t e = queue.banks[bank].head;
  Entry& entry = pool_[e];
  entry.missed = true;
  issue(opens != kNone ? Command::activate : Command::precharge, bank, entry.access.row, now);
  if (opens != kNone) {
    remove(queue, bank, e);
    active_[bank] = e;
    entry.active = true;
    ++active_count_;
    active_of(entry).put(bank, entry.order);
    if (queue.size == 0) rebound(queue, bank);
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
