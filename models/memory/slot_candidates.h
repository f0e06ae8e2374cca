// slot_candidates.h -- banks that have one kind of command to issue, by pseudo-channel in order of age; pure
// arithmetic.
//
// Next-allowed times only ever grow. So for every bank a tick is kept before which its command cannot issue,
// and true times are asked for only when that tick has come. The oldest bank that is ready ends the search.
// For all of them together there is such a tick too, looked for again once it has passed.
#pragma once

#include <algorithm>
#include <vector>

#include "models/memory/dram_spec.h"

namespace presil::memory {

class SlotCandidates {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  SlotCandidates(const api::dram::BankTiming& timing, Tick edge, Command command);

  /// The bank has the command to issue, for an entry that came as number `order`.
  void put(std::uint32_t bank, std::uint64_t order);
  void drop(std::uint32_t bank) {
    if (place_[bank] != kNone) erase(bank);
  }
  void clear();

  /// The bank with the oldest entry of those whose command can issue in tick `now`, which is no sooner than
  /// it was. kNone if there is none, or none that came before number `order`, which becomes its own.
  std::uint32_t ready(Tick now, std::uint64_t& order) {
    if (next_ > now) return kNone;
    std::uint32_t found = kNone;
    for (std::uint32_t pc = 0; pc < parts_.size(); ++pc)
      if (parts_[pc].soonest <= now && gate(pc, now) <= now) oldest(parts_[pc], now, found, order);
    return found;
  }
  /// A tick, `from` or later, before which no command can issue.
  Tick wake(Tick from) {
    if (next_ >= from) return next_;
    next_ = kNever;
    for (std::uint32_t pc = 0; pc < parts_.size(); ++pc)
      if (parts_[pc].soonest < next_) next_ = std::min(next_, std::max(parts_[pc].soonest, gate(pc, from)));
    return next_;
  }

  bool empty(std::uint32_t pc) const { return parts_[pc].end == parts_[pc].begin; }

 private:
  struct Candidate {
    std::uint64_t order;
    Tick ripe;  ///< not before this tick
    std::uint32_t bank;
  };
  /// Of a pseudo-channel: its places in candidates_, the oldest first.
  struct Part {
    std::uint32_t begin{}, end{};
    Tick soonest{kNever};  ///< none of its banks before this tick
  };

  Tick on_edge(Tick t) const { return any_tick_ ? t : t | 1; }
  /// First tick from `from` on in which the pseudo-channel as a whole lets the command pass.
  Tick gate(std::uint32_t pc, Tick from) const {
    return on_edge(std::max(from, timing_.earliest_all(command_, pc)));
  }
  void lay(std::uint32_t place, const Candidate& candidate) {
    candidates_[place] = candidate;
    place_[candidate.bank] = place;
  }
  void erase(std::uint32_t bank);
  void look_again(Part& part);
  void oldest(Part& part, Tick now, std::uint32_t& found, std::uint64_t& order);

  const api::dram::BankTiming& timing_;
  const Command command_;
  const bool any_tick_;  ///< it may issue on every edge of the clock
  Tick next_{kNever};    ///< none before this tick
  std::vector<Part> parts_;
  std::vector<Candidate> candidates_;
  std::vector<std::uint32_t> place_;  ///< by bank
};

}  // namespace presil::memory
