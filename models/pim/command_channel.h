// command_channel.h -- the commands of one DRAM channel whose banks may also compute, in ticks. Pure arithmetic.
//
// Column accesses go in; ACT, PRE, RD, WR and REFab come out at the earliest ticks that the channel's constraint table
// (models/api/dram_timing.h) allows. Of the accesses in sight, the first that can issue does; a closed bank that one of
// them needs is opened; a row that none of them wants is closed. A barrier is issued when nothing is left before it,
// and what is behind it is not in sight before: it is how a host keeps the order in which column commands trigger
// instructions of the units.
//
// Lock step: a command goes to all banks of a set at once (HBM-PIM: all even or all odd banks, one of each sharing a
// unit; AiM: all banks). They are in one state then, so a set is timed as one bank, the sets as banks of one bank group
// (tCCD_L, tRRD_L), and the table needs no further rows. tFAW does not bind: parts that open all banks at once have the
// charge for it [He et al., Newton, MICRO 2020]. Every bank is closed when lock step begins or ends.
//
// Refresh: all banks, due first at `first_refresh`, then every tREFI: every bank is closed, REFab, and on. It is put off
// while a write is in sight, because it would break up a burst of writes and pay tWR and the turnaround twice, to
// `most_postponed` of them [JEDEC JESD235: 8]. A mode change (`run` with `interruptible` off) is not broken up either.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/api/dram_timing.h"

namespace presil::pim {

using api::dram::Command;
using api::dram::Constraint;
using api::dram::Geometry;
using api::dram::Tick;

struct ChannelSpec {
  Geometry geometry;               ///< of one channel (pseudo-channel), one rank
  std::vector<Constraint> rules;
  Tick cl{}, cwl{}, burst{};
  Tick refi{}, first_refresh{};    ///< 0: no refresh
  std::uint32_t most_postponed{8};
  std::uint32_t sets{1};           ///< of banks in lock step
  std::uint32_t window{64};        ///< accesses in sight
};

inline constexpr std::uint32_t kBuffer = UINT32_MAX;

struct Access {
  bool write{};
  std::uint32_t bank{};  ///< in lock step: the set; kBuffer: registers of the channel, behind no bank and no row
  std::uint32_t row{};
  bool barrier{};
};

class CommandChannel {
 public:
  explicit CommandChannel(const ChannelSpec& spec);

  /// Issues all of them. The next run() goes on from there without waiting for data.
  void run(const std::vector<Access>& accesses, bool interruptible = true);
  /// Enters or leaves lock step.
  void lock_step(bool on);
  /// What follows starts when all data so far has been transferred.
  void wait_for_data() { now_ = std::max(now_, data_end_); }

  Tick now() const { return now_; }
  /// Last data of all accesses so far.
  Tick data_end() const { return data_end_; }
  std::uint64_t count(Command command) const { return counts_[static_cast<std::size_t>(command)]; }

 private:
  static constexpr std::uint32_t kClosed = UINT32_MAX;
  struct Choice {
    Tick at{api::dram::kNever};
    Command command{};
    std::size_t access{};  ///< of the list; SIZE_MAX: closing a bank nobody needs
    std::uint32_t bank{};
  };
  /// What of the list has not been issued, up to the window and to the first barrier.
  struct Sight {
    std::vector<std::size_t> accesses;
    bool barrier_last{};
  };

  Choice choose(const std::vector<Access>& all, const Sight& sight) const;
  void consider(Choice& best, Command command, std::uint32_t bank, std::size_t access) const;
  bool refresh_due(Tick at, const std::vector<Access>& all, const Sight& sight) const;
  Tick earliest(Command command, std::uint32_t bank) const {
    return bank == kBuffer ? timing().earliest_all(command, 0) : timing().earliest(command, bank);
  }
  void issue(Command command, std::uint32_t bank, std::uint32_t row, Tick t);
  void close_all();
  void refresh();
  api::dram::BankTiming& timing() { return timings_[lock_step_ ? 1 : 0]; }
  const api::dram::BankTiming& timing() const { return timings_[lock_step_ ? 1 : 0]; }

  const ChannelSpec spec_;
  std::vector<api::dram::BankTiming> timings_;  ///< single bank, lock step
  bool lock_step_{false};
  std::vector<std::uint32_t> open_row_;         ///< by bank or set
  Tick now_{0}, data_end_{0}, next_refresh_;
  std::uint64_t counts_[api::dram::kCommands]{};
};

}  // namespace presil::pim
