// bank_queue_channel.cpp -- implementation of bank_queue_channel.h.
#include "models/memory/bank_queue_channel.h"

#include <algorithm>

namespace presil::memory {

BankQueueChannel::BankQueueChannel(const DramSpec& spec) : DramChannel(spec) {
  queues_.resize(spec.geometry.all_banks());
  for (auto& queue : queues_) queue.reserve(spec.policy.bank_queue);
  bound_.assign(queues_.size(), kNever);
  next_refresh_ = spec.policy.refresh == RefreshPolicy::none ? kNever : spec.timing.refi;
  wake_ = next_refresh_;
}

bool BankQueueChannel::accept(const Access& access, Tick now) {
  const std::uint64_t address = key(access);
  const Tick stamp = now + 1;  // accepted behind this tick, it belongs to the next
  const bool written = pending_writes_.contains(address);
  if (access.write) {
    if (!written) {
      if (writes_.size() >= spec_.policy.write_queue) return false;
      pending_writes_[address] = 1;
      writes_.push_back({access, stamp});
    }
    ++counters_.writes;
    done_.push_back({access.tag, stamp + 1});
  } else if (written) {
    ++counters_.reads;
    ++counters_.read_ticks;
    done_.push_back({access.tag, stamp + 1});
    return true;
  } else {
    if (reads_.size() >= spec_.policy.read_queue) return false;
    ++counters_.reads;
    auto& same = pending_reads_[address];
    same.push_back({access, stamp});
    if (same.size() == 1) reads_.push_back({access, stamp});
  }
  wake_ = std::min(wake_, stamp);
  return true;
}

Tick BankQueueChannel::pass_refreshes(Tick to) {
  if (next_refresh_ > to || open_banks_ > 0 || refreshing_) return 0;
  const Tick passed = (to - next_refresh_) / spec_.timing.refi;
  next_refresh_ += passed * spec_.timing.refi;
  counters_.commands[static_cast<std::size_t>(Command::refresh_all)] += static_cast<std::uint64_t>(passed);
  return next_refresh_;
}

// --- command choice -------------------------------------------------------------------------------------------

bool BankQueueChannel::may_precharge(std::size_t queue, std::size_t index) const {
  if (index != 0) return false;
  if (spec_.policy.hit_cap > 0 && served_[queue] >= spec_.policy.hit_cap) return true;
  return std::none_of(queues_[queue].begin(), queues_[queue].end(),
                      [&](const Entry& e) { return e.access.row == open_row_[queue]; });
}

BankQueueChannel::Choice BankQueueChannel::examine(std::size_t q, Tick now) const {
  Choice soonest;
  const auto bank = static_cast<std::uint32_t>(q);
  for (std::size_t i = 0; i < queues_[q].size(); ++i) {
    const Access& a = queues_[q][i].access;
    Command command = a.write ? Command::write : Command::read;
    if (open_row_[q] == kClosed) command = Command::activate;
    else if (open_row_[q] != a.row) command = Command::precharge;
    if (command == Command::precharge && !may_precharge(q, i)) continue;
    if (command == Command::write &&
        std::any_of(queues_[q].begin(), queues_[q].begin() + static_cast<std::ptrdiff_t>(i),
                    [&](const Entry& e) { return !e.access.write && key(e.access) == key(a); }))
      continue;
    const Tick at = on_edge(command, std::max(now, timing_.earliest(command, bank)));
    if (at < soonest.at) soonest = {at, q, i, command};
    if (at <= now) break;
    if (open_row_[q] == kClosed) break;  // the others need the same ACT
  }
  return soonest;
}

BankQueueChannel::Choice BankQueueChannel::next_ready(Tick now) {
  for (std::size_t i = 0; i < queues_.size(); ++i) {
    last_queue_ = last_queue_ + 1 == queues_.size() ? 0 : last_queue_ + 1;
    if (bound_[last_queue_] > now) continue;
    const Choice choice = examine(last_queue_, now);
    bound_[last_queue_] = choice.at;
    if (choice.at <= now) return choice;
  }
  return {};
}

// --- issue ----------------------------------------------------------------------------------------------------

void BankQueueChannel::complete_reads(const Entry& entry, Tick now) {
  const auto merged = pending_reads_.find(key(entry.access));
  for (const Entry& e : merged->second) {
    done_.push_back({e.access.tag, data_end(now)});
    counters_.read_ticks += static_cast<std::uint64_t>(data_end(now) - e.arrived);
  }
  pending_reads_.erase(merged);
}

void BankQueueChannel::perform(const Choice& choice, Tick now) {
  auto& queue = queues_[choice.queue];
  const Entry entry = queue[choice.index];
  const bool column = choice.command == Command::read || choice.command == Command::write;
  if (column && served_[choice.queue] > 0) ++counters_.row_hits;
  issue(choice.command, static_cast<std::uint32_t>(choice.queue), entry.access.row, now);
  if (column) {
    if (entry.access.write) pending_writes_.erase(key(entry.access));
    else complete_reads(entry, now);
    queue.erase(queue.begin() + static_cast<std::ptrdiff_t>(choice.index));
    --queued_;
  }
  bound_[choice.queue] = queue.empty() ? kNever : examine(choice.queue, now).at;
}

bool BankQueueChannel::refresh(Tick now) {
  if (now >= next_refresh_) {
    refreshing_ = true;
    next_refresh_ += spec_.timing.refi;
  }
  if (!refreshing_) return false;
  if (open_in_pc_[0] > 0) {
    for (std::uint32_t b = 0; b < open_row_.size(); ++b)
      if (open_row_[b] != kClosed && earliest(Command::precharge, b) <= now) {
        issue(Command::precharge, b, 0, now);
        bound_[b] = queues_[b].empty() ? kNever : 0;
        return true;
      }
  } else if (on_edge(Command::refresh_all, std::max(now, timing_.earliest_all(Command::refresh_all, 0))) == now) {
    issue_all(Command::refresh_all, 0, now);
    refreshing_ = false;
  }
  return true;
}

bool BankQueueChannel::move(Tick) {
  if (draining_ == 0 && !writes_.empty() &&
      (writes_.size() >= spec_.policy.write_queue || (writes_.size() > spec_.policy.drain_idle && queued_ == 0)))
    draining_ = writes_.size();
  const auto has_room = [this](const Entry& e) { return queues_[e.access.bank].size() < spec_.policy.bank_queue; };
  std::vector<Entry>* source = draining_ > 0 ? &writes_ : &reads_;
  auto e = std::find_if(source->begin(), source->end(), has_room);
  if (draining_ > 0 && e != source->end() && pending_reads_.contains(key(e->access))) {
    draining_ = 0;  // the read goes first; it may still be in the read queue
    source = &reads_;
    e = std::find_if(source->begin(), source->end(), has_room);
  }
  if (e == source->end()) return false;
  if (e->access.write) --draining_;
  queues_[e->access.bank].push_back(*e);
  ++queued_;
  bound_[e->access.bank] = 0;
  source->erase(e);
  return true;
}

void BankQueueChannel::step(Tick now) {
  Tick soonest = kNever;
  if (!refresh(now)) {
    const Choice first = next_ready(now);
    if (first.at <= now) {
      perform(first, now);
      const Choice second = next_ready(now);
      const auto column = [](Command c) { return c == Command::read || c == Command::write; };
      if (second.at <= now && column(first.command) != column(second.command)) perform(second, now);
    }
    soonest = *std::min_element(bound_.begin(), bound_.end());
  } else if (refreshing_) {
    soonest = open_in_pc_[0] == 0 ? on_edge(Command::refresh_all, std::max(now + 1, timing_.earliest_all(Command::refresh_all, 0))) : kNever;
    for (std::uint32_t b = 0; b < open_row_.size(); ++b)
      if (open_row_[b] != kClosed) soonest = std::min(soonest, earliest(Command::precharge, b));
  } else {
    soonest = now + 1;
  }
  // What could not move waits for room, which comes with a column command; a move may allow the next one.
  if (move(now)) soonest = now + 1;
  wake_ = std::max(now + 1, std::min(soonest, next_refresh_));
}

}  // namespace presil::memory
