// slot_candidates.cpp -- implementation of slot_candidates.h.
#include "models/memory/slot_candidates.h"

namespace presil::memory {

SlotCandidates::SlotCandidates(const api::dram::BankTiming& timing, Tick edge, Command command)
    : timing_(timing),
      command_(command),
      any_tick_(edge == 1 || command == Command::precharge),
      candidates_(timing.geometry().all_banks()),
      place_(timing.geometry().all_banks(), kNone) {
  const Geometry& geometry = timing.geometry();
  for (std::uint32_t pc = 0; pc < geometry.pseudo_channels; ++pc)
    parts_.push_back({pc * geometry.banks_per_pc(), pc * geometry.banks_per_pc()});
}

void SlotCandidates::clear() {
  std::fill(place_.begin(), place_.end(), kNone);
  for (Part& part : parts_) part = {part.begin, part.begin};
  next_ = kNever;
}

void SlotCandidates::put(std::uint32_t bank, std::uint64_t order) {
  Part& part = parts_[timing_.pseudo_channel(bank)];
  std::uint32_t place = place_[bank];
  Tick before = kNever;
  if (place == kNone) {
    for (place = part.end++; place > part.begin && candidates_[place - 1].order > order; --place)
      lay(place, candidates_[place - 1]);
  } else {
    if (candidates_[place].order == order) return;
    before = candidates_[place].ripe;
    for (; place + 1 < part.end && candidates_[place + 1].order < order; ++place)
      lay(place, candidates_[place + 1]);
    for (; place > part.begin && candidates_[place - 1].order > order; --place)
      lay(place, candidates_[place - 1]);
  }
  const Tick ripe = on_edge(timing_.earliest(command_, bank));
  lay(place, {order, ripe, bank});
  next_ = std::min(next_, ripe);
  if (before == part.soonest)
    look_again(part);
  else
    part.soonest = std::min(part.soonest, ripe);
}

void SlotCandidates::erase(std::uint32_t bank) {
  Part& part = parts_[timing_.pseudo_channel(bank)];
  std::uint32_t place = place_[bank];
  const Tick before = candidates_[place].ripe;
  for (--part.end; place < part.end; ++place) lay(place, candidates_[place + 1]);
  place_[bank] = kNone;
  if (before == part.soonest) look_again(part);
}

void SlotCandidates::look_again(Part& part) {
  Tick soonest = kNever;
  for (std::uint32_t i = part.begin; i < part.end; ++i) soonest = std::min(soonest, candidates_[i].ripe);
  part.soonest = soonest;
}

void SlotCandidates::oldest(Part& part, Tick now, std::uint32_t& found, std::uint64_t& order) {
  Tick soonest = kNever;
  for (std::uint32_t i = part.begin; i < part.end; ++i) {
    Candidate& c = candidates_[i];
    if (c.ripe <= now) {
      c.ripe = on_edge(timing_.earliest_within(command_, c.bank));
      if (c.ripe <= now) {
        if (c.order >= order) return;
        order = c.order;
        found = c.bank;
        return;
      }
    }
    soonest = std::min(soonest, c.ripe);
  }
  part.soonest = soonest;
}

}  // namespace presil::memory
