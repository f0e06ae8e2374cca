// burst_channel.cpp -- implementation of burst_channel.h.
#include "models/memory/burst_channel.h"

#include <algorithm>

namespace presil::memory {

bool BurstChannel::offer() {
  for (; used_ < per_tick_ && !fifo_.empty() && fifo_.front().available <= now_; ++used_) {
    Waiting& first = fifo_.front();
    Access access = first.access;
    if (first.chunk != nullptr) {
      access = first.chunk->bursts[first.next];
      access.row = first.chunk->rows[access.row].row ^ first.row;
      access.tag = first.access.tag;
    }
    if (!dram().accept(access, now_)) return true;
    if (first.chunk == nullptr || ++first.next == first.chunk->bursts.size()) fifo_.pop_front();
  }
  return false;
}

void BurstChannel::step(Tick t) {
  now_ = t;
  used_ = 0;
  if (dram().wake() <= t) dram_->step(t);
}

void BurstChannel::advance(Tick until, bool until_taken) {
  for (;;) {
    const bool refused = offer();
    if (until_taken && fifo_.empty()) return;
    Tick next = dram().wake();
    if (fifo_.empty() && dram_->idle()) next = std::max(next, dram_->pass_refreshes(until));
    if (!fifo_.empty() && !refused) next = std::min(next, std::max(now_ + 1, fifo_.front().available));
    if (next > until) return;
    step(next);
  }
}

void BurstChannel::finish() {
  run_ahead();
  while (!dram().idle()) step(dram_->wake());
}

}  // namespace presil::memory
