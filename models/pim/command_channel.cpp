// command_channel.cpp -- implementation of command_channel.h.
#include "models/pim/command_channel.h"

#include <algorithm>

namespace presil::pim {

namespace {
int rank(Command command) {
  if (command == Command::read || command == Command::write) return 0;
  return command == Command::activate ? 1 : 2;
}
}  // namespace

CommandChannel::CommandChannel(const ChannelSpec& spec)
    : spec_(spec), open_row_(std::max(spec.geometry.all_banks(), spec.sets), kClosed),
      next_refresh_(spec.refi > 0 ? spec.first_refresh : api::dram::kNever) {
  timings_.emplace_back(spec.geometry, spec.rules);
  timings_.emplace_back(Geometry{1, 1, 1, spec.sets}, spec.rules);
}

void CommandChannel::run(const std::vector<Access>& all, bool interruptible) {
  Sight sight;
  std::size_t next = 0;
  while (true) {
    while (next < all.size() && sight.accesses.size() < spec_.window && !sight.barrier_last) {
      sight.barrier_last = all[next].barrier;
      sight.accesses.push_back(next++);
    }
    if (sight.accesses.empty()) return;
    const Choice choice = choose(all, sight);
    if (interruptible && refresh_due(choice.at, all, sight)) {
      refresh();
      continue;
    }
    issue(choice.command, choice.bank, choice.command == Command::activate ? all[choice.access].row : 0, choice.at);
    if (rank(choice.command) != 0) continue;
    if (all[choice.access].barrier) sight.barrier_last = false;
    sight.accesses.erase(std::find(sight.accesses.begin(), sight.accesses.end(), choice.access));
  }
}

bool CommandChannel::refresh_due(Tick at, const std::vector<Access>& all, const Sight& sight) const {
  if (at < next_refresh_) return false;
  if (at >= next_refresh_ + spec_.most_postponed * spec_.refi) return true;
  return std::none_of(sight.accesses.begin(), sight.accesses.end(), [&](std::size_t i) { return all[i].write; });
}

void CommandChannel::consider(Choice& best, Command command, std::uint32_t bank, std::size_t access) const {
  const Tick at = std::max(now_, earliest(command, bank));
  if (at < best.at || (at == best.at && rank(command) < rank(best.command))) best = {at, command, access, bank};
}

CommandChannel::Choice CommandChannel::choose(const std::vector<Access>& all, const Sight& sight) const {
  Choice best;
  std::vector<bool> wanted(open_row_.size(), false), seen(open_row_.size() * 2, false);
  for (const std::size_t i : sight.accesses)
    if (all[i].bank != kBuffer && open_row_[all[i].bank] == all[i].row) wanted[all[i].bank] = true;
  for (const std::size_t i : sight.accesses) {
    const Access& a = all[i];
    if (a.barrier && sight.accesses.size() > 1 && (a.bank == kBuffer || open_row_[a.bank] == a.row)) continue;
    if (a.bank == kBuffer) {
      consider(best, a.write ? Command::write : Command::read, kBuffer, i);
    } else if (open_row_[a.bank] == a.row) {
      if (seen[2 * a.bank + (a.write ? 1 : 0)]) continue;  // its bank's next such command is an earlier access's
      seen[2 * a.bank + (a.write ? 1 : 0)] = true;
      consider(best, a.write ? Command::write : Command::read, a.bank, i);
    } else if (open_row_[a.bank] == kClosed) {
      consider(best, Command::activate, a.bank, i);
    }
  }
  for (std::uint32_t bank = 0; bank < open_row_.size(); ++bank)
    if (open_row_[bank] != kClosed && !wanted[bank]) consider(best, Command::precharge, bank, SIZE_MAX);
  return best;
}

void CommandChannel::issue(Command command, std::uint32_t bank, std::uint32_t row, Tick t) {
  if (bank == kBuffer) timing().issue_all(command, 0, t);
  else timing().issue(command, bank, t);
  ++counts_[static_cast<std::size_t>(command)];
  now_ = t;
  if (command == Command::activate) open_row_[bank] = row;
  if (command == Command::precharge) open_row_[bank] = kClosed;
  if (command == Command::read) data_end_ = std::max(data_end_, t + spec_.cl + spec_.burst);
  if (command == Command::write) data_end_ = std::max(data_end_, t + spec_.cwl + spec_.burst);
}

void CommandChannel::close_all() {
  while (true) {
    Choice best;
    for (std::uint32_t bank = 0; bank < open_row_.size(); ++bank)
      if (open_row_[bank] != kClosed) consider(best, Command::precharge, bank, SIZE_MAX);
    if (best.at == api::dram::kNever) return;
    issue(best.command, best.bank, 0, best.at);
  }
}

void CommandChannel::refresh() {
  now_ = std::max(now_, next_refresh_);
  close_all();
  now_ = std::max(now_, timing().earliest_all(Command::refresh_all, 0));
  timing().issue_all(Command::refresh_all, 0, now_);
  ++counts_[static_cast<std::size_t>(Command::refresh_all)];
  next_refresh_ += spec_.refi;
}

void CommandChannel::lock_step(bool on) {
  if (on == lock_step_) return;
  close_all();
  lock_step_ = on;
  // The banks were closed by now at the latest; whatever else was pending has passed with them.
  timing().issue_all(Command::precharge_all, 0, now_);
}

}  // namespace presil::pim
