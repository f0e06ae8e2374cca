// shared_queue_refresh.cpp -- refresh, page policy and the next wake of shared_queue_channel.h.
#include <algorithm>

#include "models/memory/shared_queue_channel.h"

namespace presil::memory {

Tick SharedQueueChannel::pass_refreshes(Tick to) {
  if (next_refresh_ > to || open_banks_ > 0 || !refreshes_.empty() || !bank_refreshes_.empty()) return 0;
  const std::uint32_t banks = spec_.geometry.banks_per_pc();
  const bool all = spec_.policy.refresh == RefreshPolicy::all_bank;
  const Tick interval = all ? spec_.timing.refi : bank_refresh_interval(spec_.timing, spec_.geometry);
  const Tick passed = (to - next_refresh_) / interval;
  if (!all && passed < 2 * banks) return 0;  // every bank is refreshed once more, so that its row is closed
  const Tick skipped = all ? passed : passed / banks * banks - banks;
  next_refresh_ += skipped * interval;
  const Command command = all ? Command::refresh_all : Command::refresh_bank;
  counters_.commands[static_cast<std::size_t>(command)] += static_cast<std::uint64_t>(skipped) * spec_.geometry.pseudo_channels;
  return next_refresh_;
}

void SharedQueueChannel::refresh_due(Tick now) {
  while (next_refresh_ <= now) {
    if (spec_.policy.refresh == RefreshPolicy::all_bank) {
      next_refresh_ += spec_.timing.refi;
      for (std::uint32_t pc = 0; pc < spec_.geometry.pseudo_channels; ++pc) refreshes_.push_back(pc);
      continue;
    }
    const std::uint32_t banks = spec_.geometry.banks_per_pc();
    next_refresh_ += bank_refresh_interval(spec_.timing, spec_.geometry);
    for (std::uint32_t pc = 0; pc < spec_.geometry.pseudo_channels; ++pc) {
      const std::uint32_t bank = pc * banks + next_bank_;
      if (refreshing_[bank]) continue;  // the last one has not been served: a device would run late
      refreshing_[bank] = 1;
      bank_refreshes_.push_back(bank);
      rebound(bank);
    }
    next_bank_ = (next_bank_ + 1) % banks;
  }
}

Tick SharedQueueChannel::refresh_earliest(std::uint32_t pc) const {
  if (!active_reads_.empty(pc) || !active_writes_.empty(pc)) return kNever;  // its RD or WR wakes the channel
  const Command command = open_in_pc_[pc] > 0 ? Command::precharge_all : Command::refresh_all;
  return on_edge(command, timing_.earliest_all(command, pc));
}

void SharedQueueChannel::refresh_row(Tick now) {
  const std::uint32_t pc = refreshes_.front();
  const Command command = open_in_pc_[pc] > 0 ? Command::precharge_all : Command::refresh_all;
  if (refresh_earliest(pc) > now || on_edge(command, now) != now) return;
  issue_all(command, pc, now);
  if (command == Command::refresh_all) refreshes_.pop_front();
  const std::uint32_t banks = spec_.geometry.banks_per_pc();
  for (std::uint32_t b = pc * banks; b < (pc + 1) * banks; ++b) rebound(b);
}

Tick SharedQueueChannel::bank_refresh_earliest(std::uint32_t bank) const {
  if (active_[bank] != kNone) return kNever;
  return earliest(open_row_[bank] == kClosed ? Command::refresh_bank : Command::precharge, bank);
}

bool SharedQueueChannel::bank_refresh(Tick now) {
  for (std::size_t i = 0; i < bank_refreshes_.size(); ++i) {
    const std::uint32_t bank = bank_refreshes_[i];
    const Command command = open_row_[bank] == kClosed ? Command::refresh_bank : Command::precharge;
    if (bank_refresh_earliest(bank) > now || on_edge(command, now) != now) continue;
    issue(command, bank, 0, now);
    if (command == Command::refresh_bank) {
      refreshing_[bank] = 0;
      bank_refreshes_.erase(bank_refreshes_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    rebound(bank);
    return true;
  }
  return false;
}

Tick SharedQueueChannel::close_earliest(std::uint32_t bank) const {
  if (open_row_[bank] == kClosed || active_[bank] != kNone || refreshing_[bank]) return kNever;
  if (reads_.hit[bank] != kNone || writes_.hit[bank] != kNone) return kNever;  // a hit waits
  const Tick unused = spec_.policy.page == PagePolicy::closed ? 0 : last_column_[bank] + spec_.policy.timeout;
  return std::max(unused, earliest(Command::precharge, bank));
}

bool SharedQueueChannel::close_unused(Tick now) {
  for (std::uint32_t bank = 0; bank < open_row_.size(); ++bank)
    if (close_earliest(bank) <= now) {
      issue(Command::precharge, bank, 0, now);
      rebound(bank);
      return true;
    }
  return false;
}

Tick SharedQueueChannel::next_wake(Tick now) {
  Tick wake = std::max(now + 1, next_refresh_);
  if (active_count_ > 0) wake = std::min({wake, active_reads_.wake(now + 1), active_writes_.wake(now + 1)});
  if (!refreshes_.empty()) return std::max(now + 1, std::min(wake, refresh_earliest(refreshes_.front())));
  // It is decided at every tick, and what decides it may change before the next command.
  if (write_mode_next() != write_mode_) return now + 1;
  Queue& queue = served();
  wake = std::min({wake, queue.hits.wake(now + 1), queue.closes.wake(now + 1), queue.opens.wake(now + 1)});
  for (const std::uint32_t bank : bank_refreshes_) wake = std::min(wake, bank_refresh_earliest(bank));
  if (spec_.policy.page != PagePolicy::open)
    for (std::uint32_t bank = 0; bank < open_row_.size(); ++bank) wake = std::min(wake, close_earliest(bank));
  return std::max(now + 1, wake);
}

}  // namespace presil::memory
