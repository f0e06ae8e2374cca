// dram_channel.h -- one DRAM channel and its controller: what schedulers share. Pure arithmetic, event to event.
//
// Use: step(t) does what the controller does in tick t and must be called at wake(), neither sooner nor later; between
// wakes nothing can issue. accept() offers a transaction behind the step of the same tick; its first command can
// issue in the next tick. Completions appear in done(), in order of issue; the caller clears it.
//
// A read completes CL + BL after its RD. A write completes when the controller takes responsibility for it: with its
// WR (shared queues) or on acceptance (queues per bank).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "models/memory/dram_spec.h"

namespace presil::memory {

/// One burst of one channel.
struct Access {
  std::uint32_t bank{};    ///< as api::dram::BankTiming numbers them
  std::uint32_t row{};
  std::uint32_t column{};
  bool write{};
  std::uint64_t tag{};     ///< of the caller
};

struct Done {
  std::uint64_t tag;
  Tick at;
};

struct DramCounters {
  std::uint64_t commands[api::dram::kCommands]{};  ///< by Command
  std::uint64_t reads{}, writes{};                 ///< accepted
  std::uint64_t row_hits{};                        ///< see each scheduler
  std::uint64_t read_ticks{};                      ///< acceptance to last data, summed over reads
  std::uint64_t data_ticks{};                      ///< data bus of the pseudo-channels
  Tick open_ticks{};                               ///< with a row open in any bank
};

class DramChannel {
 public:
  explicit DramChannel(const DramSpec& spec);
  virtual ~DramChannel() = default;

  /// Whether the transaction was taken; false: its queue is full.
  virtual bool accept(const Access& access, Tick now) = 0;
  virtual void step(Tick now) = 0;
  Tick wake() const { return wake_; }
  /// No transaction is waiting.
  virtual bool idle() const = 0;
  /// An idle channel lets the refreshes up to `to` pass, all but the last, without simulating them. Returns the tick of
  /// that last one, from which it must be stepped again, or 0 if none has passed.
  virtual Tick pass_refreshes(Tick to) = 0;
  std::vector<Done>& done() { return done_; }
  DramCounters counters(Tick now) const;
  const DramSpec& spec() const { return spec_; }

 protected:
  static constexpr std::uint32_t kClosed = UINT32_MAX;
  /// Issues a command of one bank: timing, open row, counters.
  void issue(Command command, std::uint32_t bank, std::uint32_t row, Tick t);
  void issue_all(Command command, std::uint32_t pc, Tick t);
  /// First tick from `t` on in which the command may go over the bus.
  Tick on_edge(Command command, Tick t) const {
    if (spec_.timing.edge == 1 || command == Command::precharge || command == Command::precharge_all) return t;
    return t | 1;
  }
  Tick earliest(Command command, std::uint32_t bank) const {
    return on_edge(command, timing_.earliest(command, bank));
  }
  Tick data_end(Tick issued) const { return issued + spec_.timing.cl + spec_.timing.burst; }

  const DramSpec spec_;
  api::dram::BankTiming timing_;
  std::vector<std::uint32_t> open_row_;  ///< by bank
  std::vector<std::uint32_t> served_;    ///< by bank: column commands since its ACT
  std::vector<Tick> last_column_;        ///< by bank
  std::vector<std::uint32_t> open_in_pc_;
  std::vector<Done> done_;
  DramCounters counters_;
  Tick wake_{0};

 private:
  std::uint32_t open_banks_{0};
  Tick open_since_{0};
};

std::unique_ptr<DramChannel> make_channel(const DramSpec& spec);

}  // namespace presil::memory
