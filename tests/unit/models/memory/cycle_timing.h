// cycle_timing.h -- what the per-cycle oracles share: whether a command may issue in a tick, looked up from the ticks at
// which commands were issued (pull), where the model keeps next-allowed ticks (push); and which rows are open.
#pragma once

#include <array>
#include <deque>
#include <vector>

#include "models/memory/dram_channel.h"

namespace presil::memory {

class CycleTiming {
 public:
  explicit CycleTiming(const DramSpec& spec)
      : s_(spec), rules_(constraints(spec.timing)), issued_(slot(Level::bank, spec.geometry.all_banks(), Command::activate)), open(spec.geometry.all_banks(), -1), served(open.size(), 0), last_column(open.size(), 0) {}

  /// Of one bank or, with `whole_pc`, of the pseudo-channel the bank is in.
  bool legal(Command c, std::uint32_t bank, Tick t, bool whole_pc = false) const {
    if (s_.timing.edge == 2 && t % 2 == 0 && c != Command::precharge && c != Command::precharge_all) return false;
    const Where w = where(bank);
    for (const Constraint& r : rules_) {
      if (r.following != c || (whole_pc && r.level > Level::pseudo_channel)) continue;
      const std::uint32_t node = w[static_cast<std::size_t>(r.level)];
      std::uint32_t first = node, last = node;
      if (r.siblings) first = w[1] * s_.geometry.stack_ids, last = first + s_.geometry.stack_ids - 1;
      for (std::uint32_t n = first; n <= last; ++n) {
        if (r.siblings && n == node) continue;
        const Issued& past = issued_[slot(r.level, n, r.preceding)];
        if (past.count >= r.window && t < past.at[(past.count - r.window) % 4] + r.latency) return false;
      }
    }
    return true;
  }

  void issue(Command c, std::uint32_t bank, Tick t, std::uint32_t row = 0) {
    note(c, bank, t, api::dram::kLevels);
    if (c == Command::activate) open[bank] = row, served[bank] = 0;
    if (c == Command::precharge) open[bank] = -1;
    if (c == Command::read || c == Command::write) ++served[bank], last_column[bank] = t;
  }
  void issue_all(Command c, std::uint32_t pc, Tick t) {
    const std::uint32_t banks = s_.geometry.banks_per_pc();
    note(c, pc * banks, t, 2);
    for (std::uint32_t b = pc * banks; b < (pc + 1) * banks; ++b) open[b] = -1;
  }

 private:
  /// The last four ticks in which a command went to a node; no window is longer.
  struct Issued {
    std::array<Tick, 4> at{};
    std::size_t count{0};
  };
  std::size_t slot(Level level, std::uint32_t node, Command c) const {
    return (static_cast<std::size_t>(level) * s_.geometry.all_banks() + node) * api::dram::kCommands + static_cast<std::size_t>(c);
  }
  using Where = std::array<std::uint32_t, api::dram::kLevels>;
  Where where(std::uint32_t bank) const {
    const Geometry& g = s_.geometry;
    return {0, bank / g.banks_per_pc(), bank / (g.bank_groups * g.banks), bank / g.banks, bank};
  }
  void note(Command c, std::uint32_t bank, Tick t, std::size_t levels) {
    const Where w = where(bank);
    for (std::size_t l = 0; l < levels; ++l) {
      Issued& past = issued_[slot(static_cast<Level>(l), w[l], c)];
      past.at[past.count++ % 4] = t;
    }
  }

  DramSpec s_;
  std::vector<Constraint> rules_;
  std::vector<Issued> issued_;

 public:
  std::vector<std::int64_t> open;      ///< row by bank; -1: closed
  std::vector<std::uint32_t> served;   ///< by bank: column commands since its ACT
  std::vector<Tick> last_column;       ///< by bank
};

}  // namespace presil::memory
