// burst_channel.h -- a channel and the FIFO in front of its controller, simulated burst by burst; pure arithmetic.
//
// A burst may be offered from tick `available` on; each tick takes up to offers_per_tick, in order, behind the step of
// the controller, and none behind one that was refused.
#pragma once

#include <deque>
#include <memory>

#include "models/memory/run_pieces.h"

namespace presil::memory {

class BurstChannel {
 public:
  /// `spec` must outlive it: the controller is made when it is needed.
  BurstChannel(const DramSpec& spec, std::uint32_t offers_per_tick) : spec_(&spec), per_tick_(offers_per_tick) {}

  void push(const Access& access, Tick available) { fifo_.push_back({access, available, nullptr, 0, 0}); }
  void push(std::shared_ptr<const Chunk> chunk, std::uint32_t row, std::uint64_t tag, Tick available) {
    fifo_.push_back({{0, 0, 0, chunk->write, tag}, available, std::move(chunk), row, 0});
  }
  /// Up to and with tick `until`.
  void advance(Tick until) { advance(until, false); }
  /// Until the FIFO is empty: up to there nothing that comes later can make a difference.
  void run_ahead() { advance(kNever, true); }

  /// Until nothing waits, in the FIFO or in the controller.
  void finish();

  bool fifo_empty() const { return fifo_.empty(); }
  /// No sooner than this can a burst in the FIFO be offered.
  Tick available() const { return fifo_.empty() ? 0 : fifo_.front().available; }
  Tick now() const { return now_; }
  std::uint32_t used() const { return used_; }  ///< offers made in tick now()
  DramChannel& dram() const {
    if (dram_ == nullptr) dram_ = make_channel(*spec_);
    return *dram_;
  }
  /// After dram() has been given another state.
  void move(Tick now, std::uint32_t used) {
    now_ = now;
    used_ = used;
  }

 private:
  struct Waiting {
    Access access;
    Tick available;
    std::shared_ptr<const Chunk> chunk;  ///< instead of the access, whose tag it has
    std::uint32_t row;                   ///< to be XORed with its rows
    std::uint32_t next;                  ///< of its bursts
  };
  void advance(Tick until, bool until_taken);
  /// Whether one was refused.
  bool offer();
  void step(Tick t);

  const DramSpec* spec_;
  mutable std::unique_ptr<DramChannel> dram_;
  std::uint32_t per_tick_;
  std::deque<Waiting> fifo_;
  Tick now_{0};
  std::uint32_t used_{0};
};

}  // namespace presil::memory
