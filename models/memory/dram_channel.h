// dram_channel.h -- one DRAM channel and its controller: what schedulers share. Pure arithmetic, event to event.
//
// Use: step(t) does what the controller does in tick t and must be called at wake(), neither sooner nor later; between
// wakes nothing can issue. accept() offers a transaction behind the step of the same tick; its first command can
// issue in the next tick. Completions appear in done(), in order of issue; the caller clears it.
//
// A read completes CL + BL after its RD. A write completes when the controller takes responsibility for it: with its
// WR (shared queues, as in Ramulator 2) or on acceptance (posted_writes; queues per bank).
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

/// A channel between two ticks without what does not matter: times relative; banks of a pseudo-channel renumbered
/// (b is called b ^ frame); rows, columns and tags by name. Equal words and equal arrivals later on give equal behaviour,
/// shifted in time, for whatever frame, rows, columns and tags stand behind them.
struct ChannelImage {
  std::vector<std::uint16_t> words;
  std::uint32_t frame{};
  std::vector<std::uint32_t> rows;       ///< by bank and name
  std::vector<std::uint32_t> first_row;  ///< by bank, in rows; one more at the end
  std::vector<std::uint32_t> columns;    ///< of the writes that an arrival may meet
  std::vector<std::uint32_t> writes;     ///< their places in rows
  std::vector<std::uint64_t> tags;  ///< by name: of those that will appear in done(), in order of arrival
  std::vector<std::uint32_t> unanswered;  ///< by name of tag: how many will
};

struct DramCounters {
  std::uint64_t commands[api::dram::kCommands]{};  ///< by Command
  std::uint64_t reads{}, writes{};                 ///< accepted
  std::uint64_t row_hits{};                        ///< see each scheduler
  std::uint64_t read_ticks{};                      ///< acceptance to last data, summed over reads
  std::uint64_t data_ticks{};                      ///< data bus of the pseudo-channels
  Tick open_ticks{};                               ///< with a row open in any bank
};

void add(DramCounters& sum, const DramCounters& c, std::uint64_t times = 1);

class DramChannel {
 public:
  static constexpr std::uint32_t kClosed = UINT32_MAX;  ///< no row
  explicit DramChannel(const DramSpec& spec);
  virtual ~DramChannel() = default;

  /// Whether the transaction was taken; false: its queue is full.
  virtual bool accept(const Access& access, Tick now) = 0;
  virtual void step(Tick now) = 0;
  Tick wake() const { return wake_; }
  bool idle() const { return waiting() == 0; }
  /// Transactions that were accepted and whose last command has not been issued.
  virtual std::size_t waiting() const = 0;
  /// Of these, the writes whose row has not been opened for them.
  virtual std::size_t waiting_writes() const = 0;
  /// Of all that wait, how many will appear in done().
  virtual std::size_t unanswered() const { return waiting(); }
  /// An idle channel with all rows closed lets the refreshes up to `to` pass, all but the last ones, without simulating
  /// them. Returns the tick from which it must be stepped again, or 0 if none has passed.
  virtual Tick pass_refreshes(Tick to) = 0;

  /// Whether save() and restore() are there.
  virtual bool has_image() const { return false; }
  /// The channel behind its step of tick `now`; transactions may have been accepted in it.
  virtual void save(Tick, ChannelImage&) const {}
  /// The channel as save() found it, but at `now` and with that tick for the next refresh. Counters start at 0, arrivals
  /// (read_ticks) are lost.
  virtual void restore(Tick, Tick /*next_refresh*/, const ChannelImage&) {}
  /// Tick at which the next refresh falls due.
  virtual Tick next_refresh() const { return kNever; }
  /// Tick from which nothing that was issued is felt.
  Tick settled() const { return timing_.settled(); }
  /// Whether a row is open in any bank.
  bool open() const { return open_banks_ > 0; }
  /// Until the next refresh or arrival every later tick is as this one.
  virtual bool quiet(Tick) const { return false; }
  std::vector<Done>& done() { return done_; }
  DramCounters counters(Tick now) const;
  /// Counters and done() start again.
  void count_from(Tick now) {
    counters_ = {};
    done_.clear();
    open_since_ = now;
  }
  const DramSpec& spec() const { return spec_; }

 protected:
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
  std::uint32_t open_banks_{0};
  Tick open_since_{0};
};

std::unique_ptr<DramChannel> make_channel(const DramSpec& spec);

}  // namespace presil::memory
