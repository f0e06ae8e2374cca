// dram_channel.cpp -- implementation of dram_channel.h.
#include "models/memory/dram_channel.h"

#include "models/memory/bank_queue_channel.h"
#include "models/memory/shared_queue_channel.h"

namespace presil::memory {

void add(DramCounters& sum, const DramCounters& c, std::uint64_t times) {
  for (std::size_t i = 0; i < api::dram::kCommands; ++i) sum.commands[i] += times * c.commands[i];
  sum.reads += times * c.reads;
  sum.writes += times * c.writes;
  sum.row_hits += times * c.row_hits;
  sum.read_ticks += times * c.read_ticks;
  sum.data_ticks += times * c.data_ticks;
  sum.open_ticks += static_cast<Tick>(times) * c.open_ticks;
}

namespace {

/// Without the rules that only a kind of refresh would feel that there is not.
std::vector<Constraint> felt(const DramSpec& spec) {
  const bool never = spec.policy.refresh == RefreshPolicy::none, by_bank = spec.policy.refresh == RefreshPolicy::per_bank;
  std::vector<Constraint> rows = constraints(spec.timing);
  std::erase_if(rows, [never, by_bank](const Constraint& c) {
    if (c.following == Command::refresh_bank) return !by_bank;
    return never && (c.following == Command::refresh_all || c.following == Command::precharge_all);
  });
  return rows;
}

}  // namespace

DramChannel::DramChannel(const DramSpec& spec)
    : spec_(spec),
      timing_(spec.geometry, felt(spec)),
      open_row_(spec.geometry.all_banks(), kClosed),
      served_(spec.geometry.all_banks(), 0),
      last_column_(spec.geometry.all_banks(), 0),
      open_in_pc_(spec.geometry.pseudo_channels, 0) {}

void DramChannel::issue(Command command, std::uint32_t bank, std::uint32_t row, Tick t) {
  timing_.issue(command, bank, t);
  ++counters_.commands[static_cast<std::size_t>(command)];
  const std::uint32_t pc = timing_.pseudo_channel(bank);
  if (command == Command::activate) {
    open_row_[bank] = row;
    served_[bank] = 0;
    ++open_in_pc_[pc];
    if (open_banks_++ == 0) open_since_ = t;
  } else if (command == Command::precharge) {
    open_row_[bank] = kClosed;
    --open_in_pc_[pc];
    if (--open_banks_ == 0) counters_.open_ticks += t - open_since_;
  } else if (command == Command::read || command == Command::write) {
    ++served_[bank];
    last_column_[bank] = t;
    counters_.data_ticks += static_cast<std::uint64_t>(spec_.timing.burst);
  }
}

void DramChannel::issue_all(Command command, std::uint32_t pc, Tick t) {
  timing_.issue_all(command, pc, t);
  ++counters_.commands[static_cast<std::size_t>(command)];
  if (command != Command::precharge_all || open_in_pc_[pc] == 0) return;
  const std::uint32_t banks = spec_.geometry.banks_per_pc();
  for (std::uint32_t b = pc * banks; b < (pc + 1) * banks; ++b) open_row_[b] = kClosed;
  open_banks_ -= open_in_pc_[pc];
  open_in_pc_[pc] = 0;
  if (open_banks_ == 0) counters_.open_ticks += t - open_since_;
}

DramCounters DramChannel::counters(Tick now) const {
  DramCounters result = counters_;
  if (open_banks_ > 0) result.open_ticks += now - open_since_;
  return result;
}

std::unique_ptr<DramChannel> make_channel(const DramSpec& spec) {
  if (spec.policy.queueing == Queueing::per_bank) return std::make_unique<BankQueueChannel>(spec);
  return std::make_unique<SharedQueueChannel>(spec);
}

}  // namespace presil::memory
